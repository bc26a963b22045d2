"""From a checkpoint to two ONNX towers, checked against torch."""

# mypy: allow-subclassing-any

from __future__ import annotations

import copy
import logging
import warnings
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from cratedig.errors import ModelError
from cratedig.models.laion.frontend import N_MELS, WIDTH, picture
from cratedig.models.laion.tokenizer import LONGEST
from cratedig.models.laion.towers import AudioTower, TextTower, WindowAttention
from cratedig.types import FloatArray

__all__ = ["agreement", "export_towers"]

ALIKE = 0.99999
APART = -60.0  # instead of OTHER_WINDOW
OPSET = 23  # the first with attention as one operator


def export_towers(audio: AudioTower, text: TextTower, folder: Path) -> None:
    """Write ``audio.onnx`` and ``text.onnx``, float32, one sound and one text at a time."""
    tokens = torch.export.Dim("tokens", min=2, max=LONGEST)
    _export(_without_denormals(audio), torch.zeros(WIDTH, N_MELS), "picture", None, folder / "audio.onnx")
    _export(text, torch.tensor([0, 4, 5, 6, 2]), "ids", ({0: tokens},), folder / "text.onnx")


def _without_denormals(audio: AudioTower) -> AudioTower:
    """Keep shifted windows apart by -60 instead of -100, in a copy.

    exp(-100) is a denormal number, and processors multiply with those ten times slower; exp(-60) is not, and is nothing
    beside 1 either. `agreement` compares with -100.
    """
    copied = copy.deepcopy(audio)
    for module in copied.modules():
        if isinstance(module, WindowAttention) and module.shifted:
            module.mask = torch.where(module.mask < 0, APART, 0.0)
    return copied


def _export(
    tower: nn.Module, example: Tensor, name: str, shapes: tuple[dict[int, torch.export.Dim], ...] | None, path: Path
) -> None:
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)  # it tells of torchvision, which is not needed
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of torch's own parts
        torch.onnx.export(
            tower, (example,), path, dynamo=True, input_names=[name], output_names=["vector"],
            dynamic_shapes=shapes, opset_version=OPSET, external_data=False, verbose=False, optimize=True,
        )  # fmt: skip


def agreement(
    towers: tuple[AudioTower, TextTower], sounds: Sequence[FloatArray], ids: Sequence[list[int]], exported: FloatArray
) -> float:
    """Return the lowest cosine between what the exported towers and torch give.

    Parameters
    ----------
    towers : tuple of AudioTower and TextTower
        In torch.
    sounds, ids : sequence of ndarray, sequence of list of int
        Waveforms at 48 kHz and token ids.
    exported : ndarray, shape (len(sounds) + len(ids), dim)
        What the exported towers give for them.

    Raises
    ------
    ModelError
        It is below 0.99999.
    """
    audio, text = towers
    with torch.inference_mode():
        by_torch = [audio(torch.from_numpy(picture(y))) for y in sounds] + [text(torch.tensor(row)) for row in ids]
    lowest = float(min(row @ own.numpy() for row, own in zip(exported, by_torch, strict=True)))
    if not lowest >= ALIKE:
        raise ModelError(
            f"The exported towers do not give what torch gives (cosine {lowest:.6f}).",
            "Please report this, with the versions that `cratedig doctor` shows.",
        )
    return lowest
