"""The built-in model's files: size, hashes, refusal of what is damaged, golden vectors."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cratedig.errors import ModelDamagedError
from cratedig.models.compact.model import WEIGHTS, CompactModel
from tests.models import sounds

GOLDEN = Path(__file__).parent / "compact_golden.json"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(WEIGHTS, tmp_path / "weights"))


def test_shipped_files_are_small() -> None:
    assert sum(path.stat().st_size for path in WEIGHTS.iterdir()) < 12e6


def test_every_shipped_file_is_in_the_manifest() -> None:
    manifest = json.loads((WEIGHTS / "manifest.json").read_text())
    assert {path.name for path in WEIGHTS.iterdir()} == {*manifest["files"], "manifest.json"}


@pytest.mark.parametrize("name", ["audio.onnx", "tokens.npy", "text.npz", "tokenizer.json", "lexicon.json"])
def test_a_flipped_bit_is_refused(copy: Path, name: str) -> None:
    blob = bytearray((copy / name).read_bytes())
    blob[len(blob) // 2] ^= 1
    (copy / name).write_bytes(blob)
    with pytest.raises(ModelDamagedError, match=name) as caught:
        CompactModel.load(copy)
    assert "again" in caught.value.hint


@pytest.mark.parametrize("name", ["audio.onnx", "manifest.json"])
def test_a_missing_file_is_refused(copy: Path, name: str) -> None:
    (copy / name).unlink()
    with pytest.raises(ModelDamagedError, match=name):
        CompactModel.load(copy)


@pytest.mark.parametrize("content", ["", "{", "{}"])
def test_a_broken_manifest_is_refused(copy: Path, content: str) -> None:
    (copy / "manifest.json").write_text(content)
    with pytest.raises(ModelDamagedError):
        CompactModel.load(copy)


def test_weights_of_another_front_end_are_refused(copy: Path) -> None:
    manifest = json.loads((copy / "manifest.json").read_text())
    (copy / "manifest.json").write_text(json.dumps(manifest | {"preprocessing": "mel64-v0"}))
    with pytest.raises(ModelDamagedError, match="another version"):
        CompactModel.load(copy)


def test_loading_reads_no_tower() -> None:
    code = (
        "import sys; from cratedig.models.compact.model import CompactModel; CompactModel.load();"
        "assert not {'onnxruntime', 'tokenizers', 'torch', 'scipy'} & sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_golden_vectors() -> None:
    """The first numbers of known vectors: a change of front end, weights or runtime shows here."""
    golden = json.loads(GOLDEN.read_text())
    model = CompactModel.load()
    assert model.info.weights_sha256 == golden["weights_sha256"]
    for name, numbers in golden["audio"].items():
        vector = model.embed_audio([getattr(sounds, name)()])[0]
        assert vector[: len(numbers)] == pytest.approx(np.array(numbers), abs=2e-3)
    for text, numbers in golden["text"].items():
        assert model.embed_text([text])[0][: len(numbers)] == pytest.approx(np.array(numbers), abs=1e-4)
