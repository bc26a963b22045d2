"""Other views of the bank's pictures, for ablations: padding of short sounds, window, hop and bands.

All follow from the pictures themselves, so that every view is judged on the same bank.
"""

from __future__ import annotations

import torch
import torch.nn.functional as fn
from torch import Tensor

from cratedig.models.compact.frontend import COLUMN, N_MELS
from train.config import Config

HALF_SECOND = 50  # frames
RANGE = 9.0  # decades of power between 0 and 1 in a picture


def view(x: Tensor, frames: Tensor, config: Config) -> tuple[Tensor, Tensor]:
    """Pictures as a run sees them.

    Parameters
    ----------
    x : Tensor, shape (n, frames, bands)
        Pictures of the bank, padded with silence.
    frames : Tensor, shape (n,)
        Frames that hold sound.

    Returns
    -------
    Tensor, shape (n, whole columns, config.bands)
        Pictures.
    Tensor, shape (n,)
        Frames that count.
    """
    x, frames = x[:, : config.window : config.hop], (frames.clamp(max=config.window) - 1) // config.hop + 1
    x = fn.pad(x, (0, 0, 0, -x.shape[1] % COLUMN))
    if config.bands < N_MELS:
        power = (10 ** (RANGE * x)).unflatten(2, (config.bands, -1)).mean(3)
        x = power.log10() / RANGE
    if config.padding == "zero":
        return x, torch.full_like(frames, x.shape[1])
    if config.padding == "repeat":
        return _repeat(x, frames, torch.full_like(frames, x.shape[1]))
    if config.padding == "repeat to 500 ms":
        return _repeat(x, frames, frames.clamp(min=HALF_SECOND // config.hop))
    return x, frames


def _repeat(x: Tensor, frames: Tensor, wanted: Tensor) -> tuple[Tensor, Tensor]:
    place = torch.arange(x.shape[1])[None]
    source = torch.where(place < wanted[:, None], place % frames[:, None], place)
    return x.gather(1, source[..., None].expand_as(x)), wanted
