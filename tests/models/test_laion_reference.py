"""laion_clap itself beside an installed model of the official size: the proof without the weights.

A full-size checkpoint with seeded random weights goes through `model add`; laion_clap, in its own environment and by
its own file reader, must give the same vectors. CRATEDIG_REFERENCE names the folder with that environment
(`make clap` makes it); a few minutes and 4 GB of disk.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from cratedig.audio.content import open_sound
from cratedig.errors import ModelError
from cratedig.models import registry
from cratedig.models.base import EmbeddingModel
from cratedig.models.laion.install import add
from cratedig.models.laion.manifest import ENVIRONMENT, Manifest, installed
from cratedig.models.laion.reference import ReferenceModel
from cratedig.types import FloatArray
from tests.models.laion_golden import TEXTS, ask_laion_clap
from tests.models.laion_sounds import sound, write_files
from tests.models.laion_toy import BASE, TINY, Sizes, random_weights, save_checkpoint, write_tokenizer

PLACE = os.environ.get("CRATEDIG_REFERENCE")
NAMES = ("laion-tiny", "laion-base")
full_size = pytest.mark.skipif(PLACE is None, reason="needs laion_clap: make clap")


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Both official sizes, installed with laion_clap beside them."""
    folder = tmp_path_factory.mktemp("data") / "models"
    given = tmp_path_factory.mktemp("given")
    write_tokenizer(given / "tokenizer", TINY.n_tokens)
    folder.mkdir()
    (folder / ENVIRONMENT).symlink_to(Path(PLACE or "").absolute())
    for name, sizes in zip(NAMES, (TINY, BASE), strict=True):
        _install(name, sizes, folder, given)
    yield folder
    shutil.rmtree(folder)
    shutil.rmtree(given)


def _install(name: str, sizes: Sizes, folder: Path, given: Path) -> None:
    checkpoint = save_checkpoint(given / f"{name}.pt", random_weights(sizes))
    list(add(name, folder, checkpoint, given / "tokenizer"))
    list(add(f"{name}:reference", folder, checkpoint))
    checkpoint.unlink()


def vectors_of(model: EmbeddingModel, files: list[Path]) -> FloatArray:
    windows = [list(open_sound(file).windows(model.info.sr, model.info.window_s)) for file in files]
    return model.embed_audio([window.y for of_file in windows for window in of_file])


@full_size
@pytest.mark.parametrize("name", NAMES)
def test_files_and_texts_have_laion_clap_s_own_vectors(name: str, models: Path, tmp_path: Path) -> None:
    """From the files on, by `get_audio_embedding_from_filelist`: decoding and resampling are compared, too."""
    model = registry.load(name, models)
    files = write_files(tmp_path)
    python, tower = models / ENVIRONMENT / "bin" / "python", f"HTSAT-{name.removeprefix('laion-')}"
    given = ask_laion_clap(python, models / name / "reference.pt", models / name, tower, files, None)
    audio, text = vectors_of(model, files), model.embed_text(TEXTS)
    assert (audio * given["audio"]).sum(axis=1).min() > 0.9999
    assert (text * given["text"]).sum(axis=1).min() > 0.9999
    for vectors in (audio, text):
        assert (vectors @ vectors.T)[np.triu_indices(len(vectors), 1)].min() < 0.9


@full_size
@pytest.mark.parametrize("name", NAMES)
def test_a_long_file_is_equal_window_by_window(name: str, models: Path, tmp_path: Path) -> None:
    """laion_clap draws ten seconds at random; here windows are fixed, and each is what laion_clap gives for it."""
    import soundfile

    soundfile.write(tmp_path / "long.wav", sound(44_100 * 27, 44_100, 3), 44_100)
    model, reference = registry.load(name, models), registry.load(f"{name}:reference", models)
    windows = list(open_sound(tmp_path / "long.wav").windows(model.info.sr, model.info.window_s))
    assert [len(window.y) for window in windows] == [480_000] * 5
    ys = [window.y for window in windows]
    own = model.embed_audio(ys)
    assert (own * reference.embed_audio(ys)).sum(axis=1).min() > 0.9999
    assert (own[0] @ own[1:].T).max() < 0.9999


@full_size
def test_the_reference_is_a_backend_of_its_own(models: Path) -> None:
    model = registry.load("laion-tiny:reference", models)
    assert isinstance(model, EmbeddingModel)
    assert model.info.name == "laion-tiny:reference"
    assert model.info.key != registry.load("laion-tiny", models).info.key
    assert model.embed_audio([]).shape == model.embed_text([]).shape == (0, 512)
    assert set(installed(models)) == {*NAMES, *(f"{name}:reference" for name in NAMES)}
    text = model.embed_text(["kick drum"])
    np.testing.assert_allclose(np.linalg.norm(text, axis=1), 1, atol=1e-5)


@full_size
def test_another_checkpoint_is_not_taken_for_the_reference(models: Path, tmp_path: Path) -> None:
    (tmp_path / "other.pt").write_bytes(b"other")
    with pytest.raises(ModelError, match="not what laion-tiny was made from"):
        list(add("laion-tiny:reference", models, tmp_path / "other.pt"))


def test_a_reference_that_cannot_start_says_so(tmp_path: Path) -> None:
    manifest = Manifest("laion-x", "x.pt", "0" * 64, False, "HTSAT-tiny", 512, {}, {}, {})
    with pytest.raises(ModelError, match="laion_clap stopped") as error:
        ReferenceModel(tmp_path / "laion-x", manifest).embed_text(["kick"])
    assert "cratedig model add laion-x:reference" in error.value.hint
