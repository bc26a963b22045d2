"""All sounds of a run: those of the corpus, and behind them the rendered ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from train.bank import Bank, open_bank
from train.config import Config
from train.corpus import Clip, open_corpus
from train.render.folder import rendered_folder
from train.teacher import taught_vectors


def open_clips(config: Config, corpus: Path, cache: Path) -> list[Clip]:
    """Labels of all sounds; indices of the corpus' own stay what they are there."""
    return [clip for folder, work in _folders(config, corpus, cache) for clip in open_corpus(folder, work).clips]


def open_pictures(config: Config, corpus: Path, cache: Path) -> Bank:
    """The picture bank of all sounds, rendered first where it is not on disk."""
    folders = _folders(config, corpus, cache)
    # Read into memory: rows are drawn at random, and a disk would be the brake.
    banks = [open_bank(folder, work, config.plain, config.treated, seed=0) for folder, work in folders]
    return Bank(
        banks[0].variants,
        np.concatenate([bank.pictures for bank in banks]),
        np.concatenate([bank.frames for bank in banks]),
        [names for bank in banks for names in bank.effects],
    )


def open_taught(config: Config, corpus: Path, cache: Path, train: NDArray[np.int64]) -> NDArray[np.float32]:
    """The teacher's vectors of all sounds, centred and scaled over those that train, of unit length; else nothing."""
    if not config.teacher_weight:
        return np.zeros((len(open_clips(config, corpus, cache)), 1), dtype=np.float32)
    folders = _folders(config, corpus, cache)
    vectors = np.concatenate([taught_vectors(open_corpus(folder, work), work) for folder, work in folders])
    known = vectors[train]
    vectors = (vectors - known.mean(0)) / (known.std(0) + 1e-3)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


def _folders(config: Config, corpus: Path, cache: Path) -> list[tuple[Path, Path]]:
    """Folders in the form of the corpus, each with the folder of what is made from it."""
    if not config.rendered:
        return [(corpus, cache)]
    rendered = rendered_folder(corpus, cache, seed=0)
    return [(corpus, cache), (rendered, rendered)]
