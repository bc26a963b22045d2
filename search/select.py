"""What may come back: the sounds that meet the filters, and the file to show for each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from cratedig.store.columns import Columns, Mask
from cratedig.types import IdArray
from search.filters import FILTERS
from search.line import Term

__all__ = ["Selection", "select"]


@dataclass(frozen=True, slots=True, eq=False)
class Selection:
    """Sounds that pass.

    Attributes
    ----------
    sounds : ndarray of bool
        Which rows of `Columns`.
    files : ndarray of int64, optional
        Row of the first passing file of each sound, -1 where none passes; None: any file of a sound will do.
    """

    sounds: Mask
    files: IdArray | None = None


def select(filters: Sequence[Iterable[Term]], columns: Columns) -> Selection:
    """Find what meets one filter of each group; a filter on files must be met by the same file as the others."""
    sounds = np.ones(len(columns.ids), dtype=bool)
    files: Mask | None = None
    for group in filters:
        terms = list(group)
        if all(FILTERS[term.name].tests == "sounds" for term in terms):
            sounds &= np.any([_test(term, columns) for term in terms], axis=0)
        else:
            of_group = np.any([_of_files(term, columns) for term in terms], axis=0)
            files = of_group if files is None else files & of_group
    if files is None:
        return Selection(sounds)
    passing = np.flatnonzero(files & sounds[columns.file_sounds])
    first = np.full(len(sounds), -1, dtype=np.int64)
    first[columns.file_sounds[passing[::-1]]] = passing[::-1]  # of several, the last one written stays: the first file
    return Selection(first >= 0, first)


def _test(term: Term, columns: Columns) -> Mask:
    mask = FILTERS[term.name].parse(term.value)(columns)
    return ~mask if term.negated else mask


def _of_files(term: Term, columns: Columns) -> Mask:
    mask = _test(term, columns)
    return mask[columns.file_sounds] if FILTERS[term.name].tests == "sounds" else mask
