"""Characters that can be measured in a picture: what a producer would call bright among kicks, or long among hats."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from train.bank import STEPS, Bank

EXTREME = 0.12  # the share of a class that deserves the word
MIN_CLASS = 20
_LOW_BANDS = 4  # below about 180 Hz


def measure(bank: Bank, cache: Path) -> NDArray[np.float32]:
    """Spectral centroid (bands), length (frames above -30 dB), share of power in the lowest bands; shape (rows, 3)."""
    path = cache / f"measures-{len(bank.pictures)}.npy"
    if not path.exists():
        parts = [_measure(np.asarray(bank.pictures[at : at + 1024])) for at in range(0, len(bank.pictures), 1024)]
        np.save(path, np.concatenate(parts))
    return np.asarray(np.load(path), dtype=np.float32)


def _measure(pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
    table = (10 ** (9 * (np.arange(256) / STEPS - 1))).astype(np.float32)  # 90 dB range, see log_mel
    table[0] = 0
    power = table[pictures]
    spectrum, envelope = power.sum(1), power.sum(2)
    total = spectrum.sum(1) + 1e-12
    centroid = spectrum @ np.arange(spectrum.shape[1], dtype=np.float32) / total
    length = (envelope > 1e-3 * envelope.max(1, keepdims=True)).sum(1)
    return np.stack([centroid, length, spectrum[:, :_LOW_BANDS].sum(1) / total], axis=1)


def measured_characters(
    measures: NDArray[np.float32], variants: int, classes: Sequence[str | None], train: NDArray[np.int64]
) -> list[set[str]]:
    """Characters of every row of the bank, judged against the plain training sounds of its class."""
    found: list[set[str]] = [set() for _ in measures]
    labels = np.array([c or "" for c in classes])
    for name in sorted(set(labels[train])):
        members = train[labels[train] == name]
        if not name or len(members) < MIN_CLASS:
            continue
        low, high = np.quantile(measures[members * variants], [EXTREME, 1 - EXTREME], axis=0)
        rows = (np.flatnonzero(labels == name)[:, None] * variants + np.arange(variants)).ravel()
        values = measures[rows]
        _mark(found, rows[values[:, 0] < low[0]], "dark")
        _mark(found, rows[values[:, 0] > high[0]], "bright")
        _mark(found, rows[values[:, 1] < low[1]], "short")
        _mark(found, rows[values[:, 1] > high[1]], "long")
        _mark(found, rows[(values[:, 2] > high[2]) & (values[:, 2] > 0.4)], "deep")
    return found


def _mark(found: list[set[str]], rows: NDArray[np.int64], character: str) -> None:
    for row in rows:
        found[row].add(f"character:{character}")
