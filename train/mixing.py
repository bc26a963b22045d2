"""Sounds made of two, for ablations: of a class from different sources, or a loop with drums under it."""

from __future__ import annotations

import torch
from torch import Tensor

UNDER = (0.05, 0.25)  # how much lower the second sound lies: 4.5 to 22.5 dB of a picture's 90


def of_class(classes: Tensor, sources: Tensor) -> Tensor:
    """Pairs of a class from different sources, shape (n, n)."""
    return (classes[:, None] == classes[None]) & (classes >= 0)[:, None] & (sources[:, None] != sources[None])


def with_drums(classes: Tensor, loops: Tensor, drums: int) -> Tensor:
    """Pairs of a row whose class is among `loops` and one of class `drums`, shape (n, n)."""
    return torch.isin(classes, loops)[:, None] & (classes == drums)[None]


def partners_of(fits: Tensor, allowed: Tensor, draw: torch.Generator) -> Tensor:
    """For each row another one that fits it, both `allowed`; itself where there is none."""
    fits = fits & allowed[:, None] & allowed[None]
    chosen = (torch.rand(fits.shape, generator=draw) * fits).argmax(1)
    return torch.where(fits.any(1), chosen, torch.arange(len(fits)))


def layered(x: Tensor, partners: Tensor, draw: torch.Generator) -> Tensor:
    """Each picture, shape (n, frames, bands), with its partner's under it: the louder of the two, cell by cell."""
    low, high = UNDER
    under = low + (high - low) * torch.rand(len(x), 1, 1, generator=draw)
    return torch.maximum(x, torch.relu(x[partners] - under) * (x.amax(2, keepdim=True) > 0))


def restyled(x: Tensor, partners: Tensor, draw: torch.Generator) -> Tensor:
    """Each picture with the level and the range of its bands moved towards its partner's.

    Freq-MixStyle: Kim et al., "Domain Generalization on Efficient Acoustic Scene Classification using Residual
    Normalization", DCASE 2021; here within a class.
    """
    heard = (x > 0).float()
    count = heard.sum(1, keepdim=True).clamp(min=1)
    mean = x.sum(1, keepdim=True) / count
    spread = (((x - mean) * heard).square().sum(1, keepdim=True) / count).sqrt() + 1e-3
    keep = torch.rand(len(x), 1, 1, generator=draw)
    new_mean, new_spread = (keep * mine + (1 - keep) * mine[partners] for mine in (mean, spread))
    return torch.relu((x - mean) / spread * new_spread + new_mean).clamp(max=1) * heard
