"""The picture bank: every clip several times, plain, disguised and through effects, as log-mel pictures on disk.

Rendering is slower than a training step, so it is done once per seed and shared by all runs.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from multiprocessing import Pool
from pathlib import Path

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from cratedig.models.compact.frontend import MAX_FRAMES, N_MELS, SR, WINDOW_S, log_mel, prepare
from train.corpus import Corpus, open_corpus
from train.effects import Sound, apply_effects, disguise, draw_effects

STEPS = 220.0  # picture levels per unit of log-mel: 0.4 dB
_TAKE = int((WINDOW_S + 0.4) * SR)  # what effects see: the window and a little more


@dataclass(frozen=True, slots=True)
class Bank:
    """Pictures of clips, ``variants`` rows per clip: row ``i * variants`` is clip i as it is.

    Attributes
    ----------
    pictures : ndarray, shape (n_clips * variants, MAX_FRAMES, N_MELS), uint8
        Log-mel times `STEPS`.
    frames : ndarray, shape (n_clips * variants,)
        Frames that hold sound.
    effects : list of tuple of str
        Effects each row went through.
    """

    variants: int
    pictures: NDArray[np.uint8]
    frames: NDArray[np.int16]
    effects: list[tuple[str, ...]]


def open_bank(corpus_folder: Path, cache: Path, plain: int, treated: int, seed: int) -> Bank:
    """Open the bank of `plain` plain and `treated` treated pictures per clip, rendering it if need be."""
    folder = cache / f"bank-{plain}-{treated}-{seed}"
    corpus = open_corpus(corpus_folder, cache)
    if not (folder / "effects.json").exists():
        _render(corpus, corpus_folder, cache, folder, plain, treated, seed)
    effects = [tuple(names) for names in json.loads((folder / "effects.json").read_text())]
    pictures = np.load(folder / "pictures.npy", mmap_mode="r")
    return Bank(plain + treated, pictures, np.load(folder / "frames.npy"), effects)


def picture(y: Sound) -> tuple[NDArray[np.uint8], int]:
    """Log-mel picture as bytes, padded with silence to `MAX_FRAMES`, and its number of frames."""
    mel = log_mel(prepare(y))
    out = np.zeros((MAX_FRAMES, N_MELS), dtype=np.uint8)
    out[: len(mel)] = np.clip(np.round(mel * STEPS), 0, 255)
    return out, len(mel)


def window(y: Sound, is_loop: bool, rng: Generator) -> Sound:
    """What one vector hears of a sound: its start, or for loops and long sounds sometimes a later stretch."""
    spare = len(y) - int(WINDOW_S * SR)
    if spare > 0 and rng.random() < (0.8 if is_loop else 0.25):
        y = y[int(rng.integers(0, spare)) :]
    return y[:_TAKE]


def _render(
    corpus: Corpus, corpus_folder: Path, cache: Path, folder: Path, plain: int, treated: int, seed: int
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    n = len(corpus.clips) * (plain + treated)
    np.lib.format.open_memmap(folder / "pictures.npy", "w+", np.uint8, (n, MAX_FRAMES, N_MELS)).flush()
    jobs = [
        (part, corpus_folder, cache, folder, plain, treated, seed)
        for part in np.array_split(np.arange(len(corpus.clips)), 64)
    ]
    with Pool(2) as pool:
        parts = pool.starmap(_render_part, jobs, chunksize=1)
    np.save(folder / "frames.npy", np.concatenate([frames for frames, _ in parts]))
    (folder / "effects.json").write_text(json.dumps([names for _, effects in parts for names in effects]))


def _render_part(
    part: NDArray[np.int64], corpus_folder: Path, cache: Path, folder: Path, plain: int, treated: int, seed: int
) -> tuple[NDArray[np.int16], list[tuple[str, ...]]]:
    corpus, per_clip = open_corpus(corpus_folder, cache), plain + treated
    pictures = np.load(folder / "pictures.npy", mmap_mode="r+")
    frames, effects = [], []
    for i in map(int, part):
        y, is_loop = corpus.waveform(i), corpus.clips[i].kind == "loop"
        for variant in range(per_clip):
            rng = np.random.default_rng([seed, i, variant])
            names = draw_effects(rng) if variant >= plain else ()
            pictures[i * per_clip + variant], n = picture(_vary(y, is_loop, variant, names, rng))
            frames.append(n)
            effects.append(names)
    pictures.flush()
    return np.array(frames, dtype=np.int16), effects


def _vary(y: Sound, is_loop: bool, variant: int, names: tuple[str, ...], rng: Generator) -> Sound:
    if variant == 0:
        return y[:_TAKE]
    cut = window(y, is_loop, rng)
    changed = disguise(cut, rng) if rng.random() < 0.7 else cut
    return apply_effects(changed, names, rng)
