"""From a checkpoint and a tokenizer to the folder of an installed model. Needs torch."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from cratedig.errors import ModelError
from cratedig.models.laion import check
from cratedig.models.laion.catalogue import CHECKPOINTS, TOKENIZER_FILES
from cratedig.models.laion.checkpoint import Architecture, Weights, architecture_of, read_weights, sha256_of
from cratedig.models.laion.download import Progress
from cratedig.models.laion.export import agreement, export_towers
from cratedig.models.laion.manifest import Manifest, write_manifest
from cratedig.models.laion.model import LaionModel
from cratedig.models.laion.tokenizer import make_tokenizer
from cratedig.models.laion.towers import make_towers

__all__ = ["convert", "read_checkpoint"]


def read_checkpoint(name: str, checkpoint: Path) -> tuple[Manifest, Weights]:
    """Read a checkpoint, and begin the manifest of the model that becomes of it.

    Raises
    ------
    ModelError
        See `cratedig.models.laion.install.add`.
    """
    known, sha256 = _known_hash(name), sha256_of(checkpoint)
    if known is not None and known != sha256 and checkpoint.name == CHECKPOINTS[name].file:
        raise ModelError(
            f"{checkpoint} is not the official file (sha256 {sha256}).", "Delete it and download it again."
        )
    weights = read_weights(checkpoint)
    size = architecture_of(weights)
    _refuse_other_tower(name, size)
    return Manifest(name, checkpoint.name, sha256, known == sha256, size.tower, size.joint, {}, {}, {}), weights


def convert(manifest: Manifest, weights: Weights, tokenizer: Path, folder: Path) -> Iterator[Progress]:
    """Fill `folder` with towers, tokenizer and manifest.

    Raises
    ------
    ModelError
        See `cratedig.models.laion.install.add`.
    """
    size = architecture_of(weights)
    tokens = make_tokenizer(tokenizer, size.n_tokens)
    tokens.save(str(folder / "tokenizer.json"))
    for file in TOKENIZER_FILES:
        shutil.copyfile(tokenizer / file, folder / file)
    yield Progress("exporting the towers")
    towers = make_towers(size, weights)
    export_towers(*towers, folder)
    yield Progress("comparing them with torch")
    model, sounds = LaionModel(folder, manifest), check.sounds()
    audio, text = model.embed_audio(sounds), model.embed_text(check.PROMPTS)
    ids = [tokens.encode(prompt).ids for prompt in check.PROMPTS]
    lowest = agreement(towers, sounds, ids, np.concatenate([audio, text]))
    checks = {"cosine_with_torch": lowest, **check.refuse_collapsed(audio, text)}
    sizes = {file.name: file.stat().st_size for file in folder.iterdir()}
    calibration = check.calibrate(audio, text)
    write_manifest(folder, dataclasses.replace(manifest, calibration=calibration, checks=checks, bytes=sizes))


def _known_hash(name: str) -> str | None:
    return CHECKPOINTS[name].sha256 if name in CHECKPOINTS else None


def _refuse_other_tower(name: str, size: Architecture) -> None:
    official = CHECKPOINTS.get(name)
    if official is not None and official.tower != size.tower:
        raise ModelError(
            f"This is not the checkpoint of {name}: its audio tower is {size.tower}, not {official.tower}.",
            "Give it a name of its own, such as laion-mine.",
        )
