"""An installed model small enough to lie here: mean spectrum and mean of token vectors, as ONNX. Needs no torch.

`python -m tests.models.laion_stub` writes the two towers again (it needs the package onnx).
"""

from __future__ import annotations

import shutil
from pathlib import Path

from cratedig.models.laion.manifest import Manifest, write_manifest
from cratedig.models.laion.tokenizer import make_tokenizer
from cratedig.types import Calibration
from tests.models.laion_toy import TOY, write_tokenizer

HERE = Path(__file__).parent
DIM = 8


def install_stub(models: Path, name: str = "laion-stub", *, int8: bool = False) -> Path:
    """Put the stub where `cratedig model add` puts a model; returns its folder."""
    folder = models / name
    write_tokenizer(folder)
    make_tokenizer(folder, TOY.n_tokens).save(str(folder / "tokenizer.json"))
    for tower in ("audio", "text"):
        shutil.copyfile(HERE / f"{tower}.onnx", folder / f"{tower}.onnx")
        if int8:
            shutil.copyfile(HERE / f"{tower}.onnx", folder / f"{tower}.int8.onnx")
    sizes = {file.name: file.stat().st_size for file in folder.iterdir()}
    calibration = {"text": Calibration(8.0, 0.5), "audio": Calibration(8.0, 0.5)}
    manifest = Manifest(name, "stub.pt", "a" * 64, False, "stub", DIM, calibration, {"cosine_with_torch": 1.0}, sizes)  # type: ignore[arg-type]
    write_manifest(folder, manifest)
    return folder
