"""Batches as tensors, drawn by a worker process; step n is the same whatever came before it."""

# mypy: allow-subclassing-any, allow-untyped-decorators

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as fn
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset

from train.data import Batch, Sampler, indicator, pictures_of
from train.mixing import layered, of_class, partners_of, restyled, with_drums
from train.phrases import Phrases
from train.words import Words

PHRASES_PER_STEP, OUTSIDE_PER_STEP = 256, 48


class Steps(Dataset[dict[str, Tensor]]):
    """Step n of a run."""

    def __init__(
        self, sampler: Sampler, words: Words, sources: list[str], phrases: Phrases, taught: NDArray[np.float32]
    ) -> None:
        self.sampler, self.words, self.phrases, self.taught = sampler, words, phrases, taught
        self.sources = np.unique(sources, return_inverse=True)[1]

    def __len__(self) -> int:
        return self.sampler.config.steps

    def __getitem__(self, step: int) -> dict[str, Tensor]:
        rng = np.random.default_rng([self.sampler.config.seed, step])
        batch = self.sampler.draw(rng)
        vocabulary, captioner = self.sampler.vocabulary, self.sampler.captioner
        prompts = [name for name in vocabulary.terms if not name.startswith("word:")]
        pictures, frames = pictures_of(self.sampler.bank, batch.rows, self.sampler.config)
        draw = torch.Generator().manual_seed(step)
        plain = torch.tensor([not self.sampler.bank.effects[row] for row in batch.rows])
        pictures = self._mixed(pictures, batch, plain, draw)
        order = torch.argsort(frames, stable=True)  # equal lengths side by side
        pictures, frames, order = pictures[order], frames[order], order.numpy()
        chosen = rng.choice(len(self.phrases.ids), PHRASES_PER_STEP, replace=False)
        texts = [batch.captions[i].text for i in order]
        return {
            "pictures": disguised(pictures, draw),
            "frames": frames,
            "clips": torch.from_numpy(batch.clips[order]),
            "classes": torch.from_numpy(batch.classes[order]),
            "sources": torch.from_numpy(self.sources[batch.clips[order]]),
            "taught": torch.from_numpy(self.taught[batch.clips[order]]),
            "plain": plain[order],
            "captions": self.words.ids(texts),
            "prompts": self.words.ids([captioner.term(name, rng) for name in prompts]),
            "asked": batch.asked[order],
            "prompted": indicator([{name} for name in prompts], vocabulary),
            "true": batch.true[order],
            "phrases": self.phrases.ids[chosen],
            "sentences": self.phrases.sentences[chosen],
            "outside": self.phrases.outside[rng.integers(0, len(self.phrases.outside), OUTSIDE_PER_STEP)],
        }

    def _mixed(self, x: Tensor, batch: Batch, plain: Tensor, draw: torch.Generator) -> Tensor:
        """Some plain sounds take something of another one."""
        config = self.sampler.config
        if not (config.layered_share or config.restyled_share or config.drummed_share):
            return x
        classes, sources = torch.from_numpy(batch.classes), torch.from_numpy(self.sources[batch.clips])
        names, alike = list(self.sampler.vocabulary.classes), of_class(classes, sources)
        loops = torch.tensor([names.index("bass loop"), names.index("melodic loop")])
        ways = (
            (config.layered_share, alike, layered),
            (config.drummed_share, with_drums(classes, loops, names.index("drum loop")), layered),
            (config.restyled_share, alike, restyled),
        )
        for share, fits, mix in ways:
            partners = partners_of(fits, plain, draw)
            chosen = (torch.rand(len(x), generator=draw) < share) & (partners != torch.arange(len(x)))
            x = torch.where(chosen[:, None, None], mix(x, partners, draw), x)
        return x


def disguised(x: Tensor, draw: torch.Generator) -> Tensor:
    """Pictures of another recording of the same sounds: no word describes these changes, and silence stays silence.

    A smooth equaliser curve of up to 9 dB, the bands moved by up to two, the noise floor lifted, a stretch of time
    and a stretch of bands hidden.
    """
    n, frames, bands = x.shape

    def rand() -> Tensor:
        return torch.rand(n, 1, 1, generator=draw)

    curve = fn.interpolate(torch.randn(n, 1, 5, generator=draw) * 0.035, bands, mode="linear", align_corners=True)
    x = torch.relu(x + curve.clamp(-0.1, 0.1) * (x > 0) * (rand() < 0.7))
    shift = ((rand() * 5).long() - 2) * (rand() < 0.4)
    place = torch.arange(bands)[None, None] + shift
    x = x.gather(2, place.clamp(0, bands - 1).expand(n, frames, bands)) * ((place >= 0) & (place < bands))
    floor = rand() * 0.35 * (rand() < 0.4)
    x = torch.relu(x - floor) * (1 + 0.5 * floor)
    at, width = rand() * bands, rand() * 14 * (rand() < 0.3)
    band = torch.arange(bands)
    x = x * ~((band >= at) & (band < at + width))
    at, width = rand() * frames, rand() * frames * 0.15 * (rand() < 0.3)
    frame = torch.arange(frames)[:, None]
    return x * ~((frame >= at) & (frame < at + width))
