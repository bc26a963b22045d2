"""Whether a model hears and reads at all, and what its cosines mean: measured on sounds and words made here."""

from __future__ import annotations

import numpy as np

from cratedig.errors import ModelError
from cratedig.models.laion.frontend import SR
from cratedig.types import Calibration, FloatArray, QueryKind

__all__ = ["PROMPTS", "calibrate", "refuse_collapsed", "sounds"]

COLLAPSED = 0.98  # mean cosine of different sounds, or texts, at which a model tells nothing apart
N_SOUNDS = 32
PROMPTS = (
    "kick drum",
    "snare drum with reverb",
    "closed hi-hat",
    "deep sub bass",
    "warm analog pad",
    "piano chord",
    "female vocal phrase",
    "rain on a roof",
    "distorted electric guitar riff",
    "vinyl crackle",
    "orchestral strings",
    "8-bit arcade sound effect",
)


def sounds() -> list[FloatArray]:
    """Make different sounds of 0.05 to 10 s at 48 kHz: tones, chords, noise, drums; always the same."""
    rng = np.random.default_rng(0)
    made = []
    for i in range(N_SOUNDS):
        t = np.arange(int(SR * 0.05 * 200 ** (i / (N_SOUNDS - 1)))) / SR
        noise = rng.standard_normal(len(t))
        hz = 40.0 * 2 ** rng.uniform(0, 7)
        tone = sum(np.sin(2 * np.pi * hz * ratio * t) / n for n, ratio in enumerate((1, 1.5, 2, 3.01), start=1))
        falling = np.sin(2 * np.pi * hz * np.cumsum(np.exp(-t / 0.05)) / SR)
        mixed = (tone, noise, falling + 0.1 * noise, np.cumsum(noise) / 100)[i % 4] * np.exp(-t / rng.uniform(0.05, 3))
        made.append((0.9 * mixed / np.abs(mixed).max()).astype(np.float32))
    return made


def refuse_collapsed(audio: FloatArray, text: FloatArray) -> dict[str, float]:
    """Return the mean cosine of different sounds, and of different texts.

    Parameters
    ----------
    audio, text : ndarray, shapes (n, dim) and (m, dim)
        Unit vectors of `sounds` and `PROMPTS`.

    Raises
    ------
    ModelError
        The vectors are not finite, or hardly differ: the model would find anything for any query.
    """
    if not (np.isfinite(audio).all() and np.isfinite(text).all()):
        raise ModelError("The model gives vectors that are not numbers.", "Its file is damaged: download it again.")
    means = {"mean_cosine_of_sounds": _mean_of_others(audio), "mean_cosine_of_texts": _mean_of_others(text)}
    for what, mean in means.items():
        if mean > COLLAPSED:
            raise ModelError(
                f"The model tells nothing apart: the {what.replace('_', ' ')} is {mean:.3f}.",
                "Its weights, or its tokenizer, are not those of a trained LAION-CLAP.",
            )
    return means


def calibrate(audio: FloatArray, text: FloatArray) -> dict[QueryKind, Calibration]:
    """Say what a cosine means by the cosines of pairs that have nothing to do with each other.

    The mean of such pairs shows as a match of 0.02. Two standard deviations above it, or half of the way to a cosine
    of 1 where that is nearer, shows as 0.5.
    """
    others = audio @ audio.T
    return {"text": _above((text @ audio.T).ravel()), "audio": _above(others[np.triu_indices(len(others), 1)])}


def _above(cosines: FloatArray) -> Calibration:
    mean = float(cosines.mean())
    above = min(2 * float(cosines.std()), (1 - mean) / 2)
    return Calibration(slope=round(4 / above, 4), midpoint=round(mean + above, 4))


def _mean_of_others(vectors: FloatArray) -> float:
    n = len(vectors)
    return float(((vectors @ vectors.T).sum() - n) / (n * (n - 1)))
