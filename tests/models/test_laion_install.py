"""`model add`: a toy checkpoint through the public path, held against what laion_clap itself gave. Needs torch."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cratedig.audio.content import open_sound
from cratedig.errors import ModelError, QueryError
from cratedig.models import registry
from cratedig.models.laion import catalogue, check, install
from cratedig.models.laion.catalogue import Checkpoint
from cratedig.models.laion.install import add
from cratedig.models.laion.manifest import installed, read_manifest
from cratedig.models.laion.quantise import rank_agreement
from tests.models.laion_golden import GOLDEN, TEXTS
from tests.models.laion_sounds import FILES, write_files
from tests.models.laion_toy import random_weights, save_checkpoint, write_tokenizer

pytest.importorskip("torch")
pytest.importorskip("onnxscript")

from cratedig.models.laion.checkpoint import sha256_of


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a user has: a checkpoint and the tokenizer's files."""
    folder = tmp_path_factory.mktemp("given")
    save_checkpoint(folder / "toy.pt", random_weights())
    write_tokenizer(folder / "tokenizer")
    return folder


@pytest.fixture(scope="module")
def models(given: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data") / "models"
    list(add("laion-toy", folder, given / "toy.pt", given / "tokenizer"))
    return folder


@pytest.fixture(scope="module")
def golden() -> dict[str, Any]:
    return json.loads(GOLDEN.read_text(encoding="utf-8"))  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return dict(zip(FILES, write_files(tmp_path_factory.mktemp("sounds")), strict=True))


def test_every_file_has_the_vector_of_laion_clap(models: Path, files: dict[str, Path], golden: dict[str, Any]) -> None:
    model = registry.load("laion-toy", models)
    for name, file in files.items():
        (window,) = open_sound(file).windows(model.info.sr, model.info.window_s)
        (vector,) = model.embed_audio([window.y])
        assert vector @ np.array(golden["audio"][name]) > 0.9999, name


def test_every_text_has_the_vector_of_laion_clap(models: Path, golden: dict[str, Any]) -> None:
    vectors = registry.load("laion-toy", models).embed_text(TEXTS)
    for text, vector in zip(TEXTS, vectors, strict=True):
        assert vector @ np.array(golden["text"][text]) > 0.9999, text


def test_sounds_and_texts_of_the_golden_file_differ(golden: dict[str, Any]) -> None:
    """Else the comparison says nothing."""
    for kind in ("audio", "text"):
        vectors = np.array(list(golden[kind].values()))
        assert (vectors @ vectors.T)[np.triu_indices(len(vectors), 1)].min() < 0.9


def test_the_manifest_says_where_it_came_from_and_what_was_measured(models: Path, given: Path) -> None:
    manifest = read_manifest(models / "laion-toy")
    assert (manifest.name, manifest.file, manifest.known) == ("laion-toy", "toy.pt", False)
    assert manifest.sha256 == sha256_of(given / "toy.pt")
    assert manifest.checks["cosine_with_torch"] > 0.99999
    assert manifest.checks["mean_cosine_of_sounds"] < check.COLLAPSED
    assert {file.name for file in (models / "laion-toy").iterdir()} == {*manifest.bytes, "manifest.json"}


def test_a_variant_in_8_bits_is_close(models: Path) -> None:
    steps = [step.step for step in add("laion-toy:int8", models)]
    assert steps[-1] == "comparing them with float32"
    assert installed(models) == ["laion-toy", "laion-toy:int8"]
    exact, quick = (registry.load(name, models) for name in installed(models))
    sounds = check.sounds()[::4]
    cosines = (exact.embed_audio(sounds) * quick.embed_audio(sounds)).sum(axis=1)
    assert 0.99 < cosines.min() < 0.9999999
    assert 0.5 < read_manifest(models / "laion-toy").checks["int8_rank_agreement"] <= 1


def test_a_known_hash_is_noticed_and_adding_again_takes_the_place_of_what_was_there(
    given: Path, models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(models / "laion-toy", tmp_path / "laion-own")
    other = save_checkpoint(tmp_path / "other.pt", random_weights(seed=1))
    official = Checkpoint("laion-own", "other.pt", "HTSAT of width 16", "", 0.0, "", sha256_of(other))
    monkeypatch.setitem(catalogue.CHECKPOINTS, "laion-own", official)
    list(add("laion-own", tmp_path, other, given / "tokenizer"))
    manifest = read_manifest(tmp_path / "laion-own")
    assert (manifest.known, manifest.sha256) == (True, official.sha256)
    assert {path.name for path in tmp_path.iterdir()} == {"laion-own", "other.pt"}


def test_an_official_file_of_another_hash_is_refused(
    given: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    official = Checkpoint("laion-own", "toy.pt", "HTSAT of width 16", "", 0.0, "", "0" * 64)
    monkeypatch.setitem(catalogue.CHECKPOINTS, "laion-own", official)
    with pytest.raises(ModelError, match="is not the official file"):
        list(add("laion-own", tmp_path, given / "toy.pt", given / "tokenizer"))


def test_a_collapsed_model_is_refused() -> None:
    """One published conversion gives every sound the same vector."""
    apart, alike = np.eye(12, 16, dtype=np.float32), np.tile(np.eye(1, 16, dtype=np.float32), (12, 1))
    assert check.refuse_collapsed(apart, apart)["mean_cosine_of_sounds"] == 0
    with pytest.raises(ModelError, match=r"tells nothing apart: the mean cosine of sounds is 1\.000"):
        check.refuse_collapsed(alike, apart)
    with pytest.raises(ModelError, match="the mean cosine of texts"):
        check.refuse_collapsed(apart, alike)
    with pytest.raises(ModelError, match="not numbers"):
        check.refuse_collapsed(apart * np.float32(np.nan), apart)


def test_the_wrong_tokenizer_is_refused_and_nothing_is_left(given: Path, tmp_path: Path) -> None:
    write_tokenizer(tmp_path / "small", 290)
    with pytest.raises(ModelError, match="has 290 tokens; the model was trained with the 300"):
        list(add("laion-toy", tmp_path / "models", given / "toy.pt", tmp_path / "small"))
    assert list((tmp_path / "models").iterdir()) == []


def test_another_tower_under_an_official_name_is_refused(given: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"not the checkpoint of laion-music: .* HTSAT of width 16, not HTSAT-base"):
        list(add("laion-music", tmp_path, given / "toy.pt", given / "tokenizer"))


@pytest.mark.parametrize("name", ["laion-", "laion-A", "laion-a b", "laion-../x", "music", "Compact", ""])
def test_a_name_that_cannot_be_a_folder_is_refused(given: Path, tmp_path: Path, name: str) -> None:
    with pytest.raises(QueryError, match="cannot be called"):
        list(add(name, tmp_path, given / "toy.pt", given / "tokenizer"))


def test_a_checkpoint_that_is_not_there_is_told(given: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"laion-x cannot be added: No such file or directory \(.*none\.pt\)"):
        list(add("laion-x", tmp_path / "models", tmp_path / "none.pt", given / "tokenizer"))


def test_a_given_checkpoint_is_read_before_anything_is_downloaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(install, "TOKENIZER_URL", "http://127.0.0.1:1/roberta")
    (tmp_path / "k.wav").write_bytes(b"RIFF" + b"\0" * 100)
    with pytest.raises(ModelError, match=r"k\.wav is not a CLAP checkpoint"):
        list(add("laion-music", tmp_path / "models", tmp_path / "k.wav"))
    with pytest.raises(ModelError, match=r"No such file or directory \(.*nope\.pt\)"):
        list(add("laion-music", tmp_path / "models", tmp_path / "nope.pt"))


def test_a_tokenizer_without_its_files_is_refused_before_anything_is_read(given: Path, tmp_path: Path) -> None:
    (tmp_path / "merges.txt").write_text("#version")
    with pytest.raises(ModelError, match=r"There is no vocab\.json in ") as error:
        list(add("laion-x", tmp_path / "models", given / "toy.pt", tmp_path))
    assert "--tokenizer" in error.value.hint


def test_a_folder_that_cannot_be_made_is_told(given: Path, tmp_path: Path) -> None:
    (tmp_path / "models").write_bytes(b"a file")
    with pytest.raises(ModelError, match="cannot be added"):
        list(add("laion-x", tmp_path / "models", given / "toy.pt", given / "tokenizer"))


def test_an_unofficial_name_needs_a_file(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="not an official model") as error:
        list(add("laion-mine", tmp_path))
    assert "--file" in error.value.hint


def test_what_a_match_means() -> None:
    """Pairs that have nothing to do with each other show as a small match; equal sounds as a full one."""
    rng = np.random.default_rng(0)
    audio, text = (rng.standard_normal((n, 64)).astype(np.float32) for n in (32, 12))
    audio, text = (v / np.linalg.norm(v, axis=1, keepdims=True) for v in (audio, text))
    for calibration in check.calibrate(audio, text).values():
        assert calibration.score(0.0) < 0.05
        assert calibration.score(1.0) > 0.98
        assert 0.1 < calibration.midpoint < 0.5


def test_rank_agreement_is_the_share_of_common_neighbours() -> None:
    rng = np.random.default_rng(0)
    vectors = rng.standard_normal((50, 16)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    other = rng.permutation(vectors)
    assert rank_agreement(vectors, vectors) == 1
    assert rank_agreement(vectors, other) < 0.4
