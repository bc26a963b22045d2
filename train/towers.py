"""The two towers: pictures of sound and words, into one space of unit vectors."""

# mypy: allow-subclassing-any, allow-untyped-decorators

from __future__ import annotations

import math

import torch
import torch.nn.functional as fn
from torch import Tensor, nn

from cratedig.models.compact.frontend import COLUMN
from train.config import Config


class Residual(nn.Module):
    """Two 3x3 convolutions beside a shortcut; starts as the identity, so no normalisation is needed.

    Without batch statistics a sound's vector depends on that sound alone, whatever its length or its batch.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)
        nn.init.kaiming_normal_(self.first.weight, nonlinearity="relu")
        nn.init.zeros_(self.second.weight)

    def forward(self, x: Tensor) -> Tensor:
        """Same shape in and out."""
        return fn.relu(x + self.second(fn.relu(self.first(x))))


class AudioTower(nn.Module):
    """Log-mel pictures to unit vectors: four strided stages, bands folded together, pooled over time."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        before = 1
        for stage, channels in enumerate(config.channels):
            kernel = 5 if stage == 0 else 3
            stride = nn.Conv2d(before, channels, kernel, stride=2, padding=kernel // 2)
            nn.init.kaiming_normal_(stride.weight, nonlinearity="relu")
            layers += [stride, nn.ReLU()]
            layers += [Residual(channels) for _ in range(config.blocks[stage])]
            before = channels
        self.stages = nn.Sequential(*layers)
        self.fold = nn.Conv2d(before, config.folded, (1, config.bands // COLUMN))
        nn.init.kaiming_normal_(self.fold.weight, nonlinearity="relu")
        self.norm = nn.LayerNorm(3 * config.folded)
        self.project = nn.Linear(3 * config.folded, config.dim)

    def forward(self, pictures: Tensor, columns: Tensor) -> Tensor:
        """Embed pictures.

        Parameters
        ----------
        pictures : Tensor, shape (n, frames, bands)
            Frames a multiple of `COLUMN`; silence is 0.
        columns : Tensor, shape (n,), int
            Columns of `COLUMN` frames that hold sound.

        Returns
        -------
        Tensor, shape (n, dim)
            Unit vectors.
        """
        x = self._fold(pictures)
        heard = (torch.arange(x.shape[2])[None] < columns[:, None])[:, None].to(x.dtype)
        x = x * heard
        return self._unit(x.sum(2) / heard.sum(2), x)

    def whole(self, pictures: Tensor) -> Tensor:
        """Embed pictures of one length, all columns of which hold sound; the same vectors."""
        x = self._fold(pictures)
        return self._unit(x.mean(2), x)

    def _fold(self, pictures: Tensor) -> Tensor:
        return fn.relu(self.fold(self.stages(pictures[:, None]))).squeeze(3)

    def _unit(self, mean: Tensor, x: Tensor) -> Tensor:
        pooled = torch.cat([mean, x.amax(2), x[:, :, 0]], dim=1)  # the first column is the attack
        return fn.normalize(self.project(self.norm(pooled)), dim=1)


class TextTower(nn.Module):
    """Token ids to unit vectors: weighted mean of static vectors, then two linear layers beside a shortcut.

    Tokens that captions use learn a weight and a shift of their vector; all others keep what the sentence model
    says of them.
    """

    def __init__(self, config: Config, vectors: Tensor, learnt: Tensor) -> None:
        super().__init__()
        self.register_buffer("vectors", vectors)
        row_of = torch.zeros(len(vectors), dtype=torch.int64)
        row_of[learnt] = torch.arange(1, len(learnt) + 1)
        self.register_buffer("row_of", row_of)
        self.shift = nn.Embedding(len(learnt) + 1, vectors.shape[1], padding_idx=0)
        self.log_weight = nn.Embedding(len(learnt) + 1, 1, padding_idx=0)
        nn.init.zeros_(self.shift.weight)
        nn.init.zeros_(self.log_weight.weight)
        self.hidden = nn.Linear(vectors.shape[1], config.text_hidden)
        self.out = nn.Linear(config.text_hidden, config.dim)
        self.shortcut = nn.Linear(vectors.shape[1], config.dim, bias=False)
        self.noise = config.text_noise

    def token_vectors(self, ids: Tensor) -> Tensor:
        """Static vectors with what training added."""
        return fn.embedding(ids, self.vectors) + self.shift(self.row_of[ids])

    def token_weights(self, ids: Tensor) -> Tensor:
        """Say of each token in the mean; nothing for padding and unknown tokens."""
        return self.log_weight(self.row_of[ids]).squeeze(-1).exp() * (ids > 1)

    def forward(self, ids: Tensor) -> Tensor:
        """Embed token ids, shape (n, length), padded with 0; unit vectors, shape (n, dim)."""
        weights = self.token_weights(ids)
        mean = (self.token_vectors(ids) * weights[..., None]).sum(1) / (weights.sum(1, keepdim=True) + 1e-6)
        if self.training:
            mean = mean + self.noise * torch.randn_like(mean)
        return fn.normalize(self.out(fn.relu(self.hidden(mean))) + self.shortcut(mean), dim=1)


def columns_of(frames: Tensor) -> Tensor:
    """Columns of the last layer that hold sound."""
    return torch.div(frames + COLUMN - 1, COLUMN, rounding_mode="floor").clamp(min=1)


class Towers(nn.Module):
    """Both towers and the temperature between them."""

    def __init__(self, config: Config, vectors: Tensor, learnt: Tensor) -> None:
        super().__init__()
        self.audio = AudioTower(config).to(memory_format=torch.channels_last)
        self.text = TextTower(config, vectors, learnt)
        self.log_scale = nn.Parameter(torch.tensor(math.log(14.0)))

    def sounds(self, pictures: Tensor, frames: Tensor) -> Tensor:
        """Embed pictures; short ones are cheap if they are all short. Shape (n, dim)."""
        columns = columns_of(frames)
        with torch.autocast("cpu", torch.bfloat16):
            return self.audio(pictures[:, : int(columns.max()) * COLUMN], columns).float()
