"""Reading a LAION-CLAP checkpoint without running anything in it, and what it is by the shapes of its weights."""

from __future__ import annotations

import hashlib
import math
import re
import warnings
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from cratedig.errors import ModelError
from cratedig.models.laion.frontend import N_MELS, mel_filters

__all__ = ["Architecture", "Weights", "architecture_of", "read_weights", "save_weights", "sha256_of"]

PATCH = 4  # bands and columns of a patch
HEAD_WIDTH = 64  # of RoBERTa; its count of heads leaves no trace in the shapes
KEY = re.compile(r"^module\.")
FILTERS = "audio_branch.logmel_extractor.melW"
BEGINNINGS = (b"PK", b"\x80\x02")  # of what torch.save writes, now and formerly
GET_OFFICIAL = "Official checkpoints: cratedig model list"

# Beside tensors an official file holds its training's figures, which are numpy scalars.
ALLOWED = [
    (np.dtype, "numpy.dtype"),
    (np._core.multiarray.scalar, "numpy.core.multiarray.scalar"),  # type: ignore[attr-defined]
    (np._core.multiarray.scalar, "numpy._core.multiarray.scalar"),  # type: ignore[attr-defined]
    *(type(np.dtype(kind)) for kind in ("f2", "f4", "f8", "i4", "i8", "?")),
]

# A key that only another kind of checkpoint has, and what that kind is.
OTHERS = {
    "audio_branch.patch_embed.mel_conv2d.weight": "a fusion checkpoint: it draws parts of a long sound at random, so"
    " that a sound has no fixed vector. Use the one without fusion",
    "audio_branch.conv_block1.conv1.weight": "a checkpoint with a PANN audio tower, not HTSAT",
    "audio_model.audio_encoder.patch_embed.proj.weight": "a conversion for transformers, not laion_clap's own file",
    "text_branch.encoder.layers.0.fc1.weight": "a checkpoint with a BART text tower, not RoBERTa",
    "text_branch.resblocks.0.ln_1.weight": "a checkpoint with CLIP's text tower, not RoBERTa",
}


Weights = dict[str, Tensor]


@dataclass(frozen=True, slots=True)
class Architecture:
    """Sizes of both towers.

    Attributes
    ----------
    width, depths, heads, window, image : int and tuple of int
        HTSAT: width of the first stage, blocks and heads of each stage, side of an attention window in patches, side
        of the square picture.
    joint : int
        Length of a vector.
    text_width, text_layers, n_tokens, n_positions : int
        RoBERTa.
    """

    width: int
    depths: tuple[int, ...]
    heads: tuple[int, ...]
    window: int
    image: int
    joint: int
    text_width: int
    text_layers: int
    n_tokens: int
    n_positions: int

    @property
    def tower(self) -> str:
        """Name of the audio tower."""
        known: dict[tuple[int, tuple[int, ...]], str] = {
            (96, (2, 2, 6, 2)): "HTSAT-tiny",
            (128, (2, 2, 12, 2)): "HTSAT-base",
            (256, (2, 2, 12, 2)): "HTSAT-large",
        }
        return known.get((self.width, self.depths), f"HTSAT of width {self.width}")

    @property
    def text_heads(self) -> int:
        """Attention heads of RoBERTa."""
        return max(1, self.text_width // HEAD_WIDTH)


def read_weights(path: Path) -> Weights:
    """Read the weights of a checkpoint; nothing in the file can run.

    Parameters
    ----------
    path : Path
        A file of `torch.save`: a state_dict, or a dict that holds one.

    Raises
    ------
    ModelError
        The file is damaged, holds more than numbers, or is no LAION-CLAP that can be used here.
    OSError
        It cannot be opened.
    """
    path.open("rb").close()  # torch raises OSError for some torn files, too
    try:
        with torch.serialization.safe_globals(ALLOWED), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of old formats: what cannot be read is refused below
            loaded = torch.load(path, map_location="cpu", weights_only=True, mmap=zipfile.is_zipfile(path))
    except Exception as error:  # a torn pickle raises anything
        raise _unreadable(path, str(error)) from None
    found = loaded.get("state_dict", loaded) if isinstance(loaded, Mapping) else {}
    weights = {KEY.sub("", str(key)): value for key, value in found.items() if isinstance(value, Tensor)}
    _refuse_others(path, weights)
    return weights


def architecture_of(weights: Mapping[str, Tensor]) -> Architecture:
    """Read the sizes of both towers from the shapes of their weights.

    Raises
    ------
    ModelError
        Weights are missing, or do not fit together.
    """
    try:
        stages = range(_count(weights, r"audio_branch\.layers\.(\d+)\."))
        tables = [weights[f"audio_branch.layers.{i}.blocks.0.attn.relative_position_bias_table"] for i in stages]
        window = (math.isqrt(tables[0].shape[0]) + 1) // 2
        n_windows = weights["audio_branch.layers.0.blocks.1.attn_mask"].shape[0]
        n_tokens, text_width = weights["text_branch.embeddings.word_embeddings.weight"].shape
        return Architecture(
            width=weights["audio_branch.patch_embed.proj.weight"].shape[0],
            depths=tuple(_count(weights, rf"audio_branch\.layers\.{i}\.blocks\.(\d+)\.") for i in stages),
            heads=tuple(table.shape[1] for table in tables),
            window=window,
            image=math.isqrt(n_windows) * window * PATCH,
            joint=weights["audio_projection.2.weight"].shape[0],
            text_width=text_width,
            text_layers=_count(weights, r"text_branch\.encoder\.layer\.(\d+)\."),
            n_tokens=n_tokens,
            n_positions=weights["text_branch.embeddings.position_embeddings.weight"].shape[0],
        )
    except (KeyError, IndexError, ValueError) as error:
        raise ModelError(f"The checkpoint lacks weights of its towers ({error}).", GET_OFFICIAL) from None


def save_weights(weights: Mapping[str, Tensor], path: Path) -> None:
    """Write the weights alone, as laion_clap reads them: nothing but tensors is in the file."""
    torch.save({key: value.clone() for key, value in weights.items()}, path)


def sha256_of(path: Path) -> str:
    """Hash of a file, hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _refuse_others(path: Path, weights: Mapping[str, Tensor]) -> None:
    for key, what in OTHERS.items():
        if key in weights:
            raise ModelError(f"{path} is {what}.", GET_OFFICIAL)
    if not {"audio_branch.patch_embed.proj.weight", "text_branch.embeddings.word_embeddings.weight"} <= weights.keys():
        raise ModelError(f"{path} is not a LAION-CLAP checkpoint: it has no HTSAT and RoBERTa in it.", GET_OFFICIAL)
    filters = weights.get(FILTERS)
    if filters is None or filters.shape != (mel_filters().shape) or _differ(filters):
        raise ModelError(
            f"{path} was trained with another mel filter bank than the official checkpoints ({N_MELS} bands, 50 Hz to"
            " 14 kHz, Slaney): its vectors would be wrong.",
            GET_OFFICIAL,
        )
    if not all(bool(torch.isfinite(value).all()) for value in weights.values() if value.is_floating_point()):
        raise ModelError(f"{path} holds weights that are not numbers.", "Download it again.")


def _differ(filters: Tensor) -> bool:
    return bool(np.abs(filters.numpy() - mel_filters()).max() > 1e-6)


def _count(weights: Mapping[str, Tensor], pattern: str) -> int:
    """One more than the highest number that stands in the group of `pattern`."""
    return 1 + max(int(match[1]) for key in weights if (match := re.match(pattern, key)))


def _unreadable(path: Path, said: str) -> ModelError:
    """Say in our words why torch cannot read a file: its own advise to run what is in it."""
    if (called := re.search(r"GLOBAL (\S+)", said)) is not None:
        return ModelError(f"{path} holds more than numbers: reading it could run code ({called[1]}).", GET_OFFICIAL)
    with path.open("rb") as file:
        torn = file.read(2) in BEGINNINGS and not zipfile.is_zipfile(path)
    if torn:
        return ModelError(f"The checkpoint {path} is damaged, or not whole.", "Download it again.")
    return ModelError(f"{path} is not a CLAP checkpoint.", GET_OFFICIAL)
