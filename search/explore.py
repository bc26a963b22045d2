"""From the closest sounds to different ones that still answer: maximal marginal relevance."""

from __future__ import annotations

import numpy as np

from cratedig.store.columns import AXES, Columns
from cratedig.types import IdArray

__all__ = ["pool_size", "varied"]

MOST_VARIED = 200  # places: further down nobody compares neighbours
SAME_PACK = 0.5  # how alike two sounds are for coming from one pack, beside how alike they sound


def pool_size(k: int, explore: int) -> int:
    """How many sounds to choose the first `k`, or `MOST_VARIED`, from."""
    return min(k, MOST_VARIED) * (2 + explore // 10)


def varied(rows: IdArray, packs: IdArray, columns: Columns, k: int, explore: int) -> IdArray:
    """Choose sounds that answer and differ from those chosen before (Carbonell and Goldstein, SIGIR 1998).

    Parameters
    ----------
    rows : ndarray of int64, shape (n,)
        Rows of sounds, closest first.
    packs : ndarray of int64, shape (n,)
        Their packs.
    columns : Columns
    k : int
        How many to choose.
    explore : int
        From 0, as they come, to 100, as different as can be.

    Returns
    -------
    ndarray of int64
        Places in `rows` of at most `MOST_VARIED` sounds, in their new order.
    """
    share = explore / 100
    percents = np.nan_to_num(columns.percents()[:, rows].T, nan=50.0) / 100
    relevance = 1 - np.arange(len(rows)) / max(len(rows), 1)
    alike = np.zeros(len(rows))
    left = np.ones(len(rows), dtype=bool)
    chosen: list[int] = []
    while len(chosen) < min(k, MOST_VARIED, len(rows)):
        at = int(np.argmax(np.where(left, (1 - share) * relevance - share * alike, -np.inf)))
        chosen.append(at)
        left[at] = False
        near = 1 - np.sqrt(((percents - percents[at]) ** 2).sum(axis=1) / len(AXES))
        alike = np.maximum(alike, (1 - SAME_PACK) * near + SAME_PACK * (packs == packs[at]))
    return np.array(chosen, dtype=np.int64)
