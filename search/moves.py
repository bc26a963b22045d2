"""Adjectives as moves: "darker" is not only a word to listen for, but less brightness than the reference has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from cratedig.store.columns import AXES, Numbers
from cratedig.types import FloatArray

__all__ = ["ADJECTIVES", "Move", "gains", "moves_in", "plain"]

STEP = 20.0  # percentiles of the library further is what was asked for
SMALLEST_STEP = 5.0  # where the reference is nearly at the end already

# First the word that the model knows, then the words that mean the same here; and what they move.
_WORDS: Mapping[str, Mapping[str, int]] = {
    "dark darker duller dull muffled": {"brightness": -1},
    "bright brighter crisper crisp airier airy treble highs": {"brightness": 1},
    "warm warmer rounder": {"warmth": 1},
    "cold colder": {"warmth": -1},
    "punchy punchier snappier snappy punch": {"punch": 1, "attack": 1},
    "flat flatter compressed": {"punch": -1},
    "hard harder sharper attack": {"attack": 1},
    "soft softer gentler slower": {"attack": -1, "punch": -1},
    "noisy noisier hissier noise hiss": {"noisiness": 1},
    "clean cleaner purer": {"noisiness": -1, "roughness": -1},
    "short shorter tighter tight": {"decay": -1, "seconds": -1},
    "long longer tail": {"decay": 1, "seconds": 1},
    "boomy boomier boom": {"boominess": 1},
    "deep deeper lower low": {"boominess": 1, "brightness": -1},
    "high higher": {"boominess": -1, "brightness": 1},
    "thin thinner tinnier": {"boominess": -1, "warmth": -1},
    "fat fatter thicker heavier": {"boominess": 1, "warmth": 1},
    "rough rougher": {"roughness": 1, "noisiness": 1},
    "distorted dirtier dirty grittier gritty crunchier crunchy distortion": {"noisiness": 1, "punch": -1},
    "smooth smoother": {"roughness": -1, "noisiness": -1},
    "harsh harsher": {"brightness": 1, "roughness": 1},
    "wide wider stereo": {"width": 1},
    "narrow narrower mono": {"width": -1},
    "reverb wet wetter": {"reverberance": 1, "decay": 1},
    "dry drier dryer": {"reverberance": -1, "decay": -1},
    "dense denser busier busy": {"density": 1},
    "sparse sparser": {"density": -1},
    "tonal pitched": {"tonality": 1},
    "atonal unpitched": {"tonality": -1},
}
ADJECTIVES = {word: words.split()[0] for words in _WORDS for word in words.split()}
_AXES = {words.split()[0]: moves for words, moves in _WORDS.items()}
_MORE = frozenset({"more", "much", "bit", "little", "slightly", "a"})


@dataclass(frozen=True, slots=True)
class Move:
    """A word, and which way it moves which axes: 1 is more, -1 less."""

    word: str
    axes: tuple[tuple[str, int], ...]


def moves_in(words: str, away: str) -> tuple[Move, ...]:
    """Return the moves among words that are wanted, and against those that are pushed away."""
    return (*_moves(words, 1), *_moves(away, -1))


def plain(words: str) -> str:
    """Replace comparatives by the words that a model knows, and leave out "a bit more" beside them."""
    found = words.lower().split()
    if not any(map(_compares, found)):
        return words
    return " ".join(ADJECTIVES[word] if _compares(word) else word for word in found if word not in _MORE)


def _compares(word: str) -> bool:
    return word in ADJECTIVES and word.endswith("er")


def gains(move: Move, reference: Numbers, percents: FloatArray) -> Numbers:
    """How far sounds are moved from the reference: 1 as far as asked for, -1 as far the other way; shape (n,).

    Parameters
    ----------
    move : Move
    reference : ndarray, shape (len(AXES),)
        Percentiles of the reference.
    percents : ndarray, shape (len(AXES), n)
        Percentiles of the sounds.
    """
    moved = []
    for axis, sign in move.axes:
        at = AXES.index(axis)
        room = 100 - reference[at] if sign > 0 else reference[at]
        step = max(min(STEP, room), SMALLEST_STEP)
        moved.append(np.clip(sign * (percents[at] - reference[at]) / step, -1, 1))
    return np.asarray(np.nan_to_num(np.mean(moved, axis=0)), dtype=np.float64)


def _moves(words: str, sign: int) -> Iterable[Move]:
    for word in words.lower().split():
        if word in ADJECTIVES:
            axes = _AXES[ADJECTIVES[word]]
            yield Move(word if sign > 0 else f"less {word}", tuple((axis, sign * way) for axis, way in axes.items()))
