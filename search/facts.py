"""What is measured of a reference, in the library or not: what aspects, moves and fits compare with."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np

from cratedig.store.columns import AXES, ENVELOPE_STEPS, Columns, Numbers, envelope_of
from cratedig.store.measures import DESCRIPTORS
from cratedig.types import Content, FloatArray
from search.opened import OpenedFile, opened
from search.query import ContentQuery, FileQuery, QueryContext, content_of, readable

__all__ = ["Facts", "facts_of"]


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """Measures of one sound; None or NaN where nothing can be said.

    Attributes
    ----------
    kind, bpm, key, root_midi : optional
        As in the library.
    onsets : ndarray, shape (n,)
        Seconds.
    percents : ndarray, shape (len(AXES),)
        Where it lies in the library, 0 to 100.
    envelope : ndarray, shape (ENVELOPE_STEPS,)
        Loudness over time, 0 to 1.
    seconds : float
        Length.
    """

    kind: str | None
    bpm: float | None
    key: str | None
    root_midi: int | None
    onsets: Numbers
    percents: Numbers
    envelope: FloatArray
    seconds: float


def facts_of(query: FileQuery | ContentQuery, context: QueryContext) -> Facts:
    """Look a reference up, or measure it.

    Raises
    ------
    QueryError
        It is not in the library and cannot be read.
    """
    if isinstance(query, ContentQuery):
        return _stored(content_of(query, context.store), context)
    with readable(query.path):
        file = opened(query.path)
        if context.store.measures.of(file.sound.content.hash) is not None:
            return _stored(file.sound.content, context)
        return _measured(file, context.store.columns)


def _measured(file: OpenedFile, columns: Columns) -> Facts:
    seconds, analysis = file.sound.content.duration_s, file.analysis
    raw = [float(getattr(analysis.descriptors, name)) for name in DESCRIPTORS]
    return Facts(
        analysis.kind.value,
        None if analysis.bpm is None else analysis.bpm.value,
        None if analysis.key is None else analysis.key.value,
        None if analysis.root is None else analysis.root.value.midi,
        np.array(analysis.onsets_s),
        columns.percents_of(np.array([*raw, seconds])[np.newaxis])[0],
        envelope_of([analysis.picture])[0],
        seconds,
    )


def _stored(content: Content, context: QueryContext) -> Facts:
    columns, measured = context.store.columns, context.store.measures.of(content.hash)
    bpm = context.store.user.tempo(content.hash)
    if measured is None:
        unknown = np.full(len(AXES), np.nan)
        return Facts(
            None, bpm, None, None, np.empty(0), unknown, np.full(ENVELOPE_STEPS, np.nan, np.float32), content.duration_s
        )
    row = measured.analysis
    raw = [float(getattr(row, name)) for name in DESCRIPTORS]
    return Facts(
        row.kind,
        bpm or row.bpm,
        row.key,
        row.root_midi,
        np.array(json.loads(row.onsets), dtype=np.float64),
        columns.percents_of(np.array([*raw, content.duration_s])[np.newaxis])[0],
        envelope_of([measured.waveform])[0],
        content.duration_s,
    )
