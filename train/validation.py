"""Retrieval figures of the towers during training, on sounds of held-out sources, one window a sound."""

from __future__ import annotations

# mypy: allow-untyped-decorators
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from benchmarks.eval_metrics import judged_classes, precision_at, sound_to_sound, text_to_sound, zero_shot
from train.bank import Bank
from train.config import Config
from train.corpus import Clip
from train.data import pictures_of
from train.effects import EFFECTS
from train.towers import Towers
from train.vocabulary import Vocabulary
from train.words import Words

CHUNK = 64


class Validation:
    """Text, sound, class and effect queries over one part of the corpus.

    Parameters
    ----------
    part : ndarray
        Clips to judge on: plain, and the first of each that went through effects.
    """

    def __init__(
        self,
        bank: Bank,
        clips: list[Clip],
        part: NDArray[np.int64],
        config: Config,
        vocabulary: Vocabulary,
        words: Words,
    ) -> None:
        self.bank, self.part, self.config = bank, part, config
        self.classes, self.packs = [clips[i].cls for i in part], [clips[i].pack for i in part]
        self.names = list(vocabulary.classes)
        self.name_ids = words.ids(self.names)
        self.effects = [name for name in EFFECTS if name in vocabulary.characters]
        self.effect_ids = words.ids(self.effects)

    @torch.inference_mode()
    def figures(self, towers: Towers) -> dict[str, float]:
        """All figures; the towers are left in training mode."""
        towers.eval()
        plain = self._embed(towers, self.part * self.bank.variants)
        rows = self.part * self.bank.variants + self.config.plain
        everything = np.concatenate([plain, self._embed(towers, rows)])
        names, effects = towers.text(self.name_ids).numpy(), towers.text(self.effect_ids).numpy()
        towers.train()
        judged = judged_classes(self.classes)
        scores = names @ plain.T
        text = text_to_sound(scores[[self.names.index(c) for c in judged]], self.classes, judged)
        sound = sound_to_sound(plain, self.classes, self.packs)
        through = [()] * len(plain) + [self.bank.effects[row] for row in rows]
        effect = [
            precision_at(row, np.array([name in names for names in through]))
            for name, row in zip(self.effects, effects @ everything.T, strict=True)
        ]
        return {
            "text_p10": float(np.mean([row["p10"] for row in text.values()])),
            "text_map": float(np.mean([row["ap"] for row in text.values()])),
            "sound_p10": float(np.mean([p for found in sound.values() for p in found])),
            "effect_p10": float(np.mean(effect)),
            **zero_shot(scores, self.classes, self.names),
        }

    def _embed(self, towers: Towers, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        pictures, frames = pictures_of(self.bank, rows, self.config)
        vectors: Tensor = torch.empty(len(rows), towers.audio.project.out_features)
        for chunk in torch.argsort(frames).split(CHUNK):
            vectors[chunk] = towers.sounds(pictures[chunk], frames[chunk])
        return np.asarray(vectors, dtype=np.float32)
