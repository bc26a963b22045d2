"""What a training step sees: a balanced batch of pictures, their concepts, and captions that ask for them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor

from train.bank import STEPS, Bank
from train.captions import Caption, Captioner
from train.config import Config
from train.corpus import Clip
from train.measure import measure, measured_characters
from train.views import view
from train.vocabulary import Vocabulary

SPLIT = Path(__file__).parents[1] / "data" / "eval" / "split.json"
_OPEN_LICENCES = ("CC0", "MIT", "BSD", "Apache", "Unlicense", "Public domain", "CC-BY-3.0", "CC-BY-4.0")


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of the bank with captions; `asked` and `true` are concepts, shapes (n, concepts)."""

    rows: NDArray[np.int64]
    clips: NDArray[np.int64]
    classes: NDArray[np.int64]
    captions: list[Caption]
    asked: Tensor
    true: Tensor


def split_clips(clips: list[Clip], config: Config) -> dict[str, NDArray[np.int64]]:
    """Indices of clips by part: whole sources, or files at random to show what that hides."""
    spec = json.loads(SPLIT.read_text())
    part_of = {source: part for part in ("validation", "test") for source in spec[part]}
    parts = np.array([part_of.get(clip.group, "train") for clip in clips])
    if config.random_split:
        parts = np.random.default_rng(0).permutation(parts)
    allowed = np.array([not config.permissive_only or is_permissive(clip.licence) for clip in clips])
    parts = np.where(np.isin([clip.group for clip in clips], config.held_out), "held out", parts)
    return {
        "train": np.flatnonzero((parts == "train") & allowed),
        "held out": np.flatnonzero(parts == "held out"),
        "validation": np.flatnonzero(parts == "validation"),
        "test": np.flatnonzero(parts == "test"),
    }


def is_permissive(licence: str) -> bool:
    """No copyleft and no share-alike term; a choice between licences counts if it offers a permissive one."""
    options = [] if "per file" in licence else [option.strip() for option in licence.split(" / ")]
    return any(option.startswith(_OPEN_LICENCES) and "SA" not in option for option in options)


class Sampler:
    """Draws batches: classes and sources balanced by inverse square root, siblings and rivals side by side."""

    def __init__(
        self,
        config: Config,
        clips: list[Clip],
        train: NDArray[np.int64],
        bank: Bank,
        vocabulary: Vocabulary,
        near: dict[str, list[str]],
        cache: Path,
    ) -> None:
        self.config, self.train, self.bank, self.vocabulary = config, train, bank, vocabulary
        self.captioner = Captioner(vocabulary, near)
        self.classes = [clip.cls for clip in clips]
        names = list(vocabulary.classes)
        self.class_ids = np.array([names.index(c) if c else -1 for c in self.classes])
        self.base = [vocabulary.concepts(clip) for clip in clips]
        self.measured = measured_characters(measure(bank, cache), bank.variants, self.classes, train)
        self.weights = balance([clips[i] for i in train], config.source_share)
        self.rivals = [self._weights_of(group) for group in vocabulary.rivals]

    def draw(self, rng: Generator) -> Batch:
        """Draw the next batch."""
        config = self.config
        pairs, rivals = int(config.sibling_share * config.batch) // 2, int(config.rival_share * config.batch)
        plain = config.batch - 2 * pairs - rivals
        group = self.rivals[int(rng.integers(len(self.rivals)))]
        first = np.concatenate([rng.choice(self.train, plain, p=self.weights), rng.choice(self.train, rivals, p=group)])
        again = np.repeat(rng.choice(first, pairs, replace=False), 2)
        treated = np.concatenate([rng.random(len(first)) < config.treated_share, np.arange(2 * pairs) % 4 > 0])
        clips = np.concatenate([first, again])
        variants = np.where(
            treated,
            rng.integers(config.plain, config.plain + config.treated, len(clips)),
            rng.integers(0, config.plain, len(clips)),
        )
        return self._describe(clips, clips * self.bank.variants + variants, rng)

    def concepts(self, clip: int, row: int) -> set[str]:
        """All that is known of a picture: labels, effects, measures."""
        effects = {f"character:{name}" for name in self.bank.effects[row]}
        said = self.base[clip] | effects
        clean = set() if any(c.startswith("character:") for c in said) else {"character:clean"}
        return said | clean | self.measured[row]

    def _describe(self, clips: NDArray[np.int64], rows: NDArray[np.int64], rng: Generator) -> Batch:
        concepts = [self.concepts(int(c), int(r)) for c, r in zip(clips, rows, strict=True)]
        captions = [
            self.captioner.caption(found, self.bank.effects[int(row)], rng)
            for found, row in zip(concepts, rows, strict=True)
        ]
        asked = indicator([caption.asked for caption in captions], self.vocabulary)
        return Batch(rows, clips, self.class_ids[clips], captions, asked, indicator(concepts, self.vocabulary))

    def _weights_of(self, group: list[str]) -> NDArray[np.float64]:
        inside = np.array([self.classes[i] in group for i in self.train])
        weights = np.where(inside, self.weights, 0)
        return weights / weights.sum() if inside.any() else self.weights


def indicator(sets: list[set[str]] | list[frozenset[str]], vocabulary: Vocabulary) -> Tensor:
    """Sets of concepts as rows of zeros and ones."""
    out = torch.zeros(len(sets), len(vocabulary.index))
    for i, found in enumerate(sets):
        out[i, [vocabulary.index[c] for c in found]] = 1
    return out


def pictures_of(bank: Bank, rows: NDArray[np.int64], config: Config) -> tuple[Tensor, Tensor]:
    """Pictures as float, shape (n, frames, bands), and their frames that count."""
    frames = torch.from_numpy(bank.frames[rows].astype(np.int64))
    return view(torch.from_numpy(bank.pictures[rows]).float() / STEPS, frames, config)


def balance(clips: list[Clip], share: float) -> NDArray[np.float64]:
    """Weight of each clip: classes, and sources within a class, by inverse square root; no source above its share."""
    classes, sources = np.array([c.cls or "" for c in clips]), np.array([c.group for c in clips])
    pairs = np.char.add(np.char.add(classes, "\0"), sources)
    weights = np.ones(len(clips))
    for labels in (classes, pairs):
        _, inverse, counts = np.unique(labels, return_inverse=True, return_counts=True)
        weights /= counts[inverse] ** (0.5 if labels is classes else 0.25)
    weights[classes == ""] *= 0.5
    for _ in range(10):
        weights /= weights.sum()
        for source in np.unique(sources):
            total = weights[sources == source].sum()
            weights[sources == source] *= min(1.0, share / total)
    return np.asarray(weights / weights.sum())
