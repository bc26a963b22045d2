"""Near duplicates: the same recording as other audio data, such as an MP3 of a WAV, or a copy at another level.

Two sounds are near duplicates when they are equally long, measure alike, have the same vector and the same waveform
picture with its band levels. Pictures are relative to the peak, so that a change of level is none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath

import numpy as np

from cratedig.store.columns import ENVELOPE_STEPS, Numbers
from cratedig.store.rows import FileRow, ModelRow
from cratedig.store.store import Store
from cratedig.types import Content, FloatArray, IdArray
from search.aspects import TIMBRE

__all__ = ["NearDuplicates", "near_duplicates"]

APART_S, APART_SHARE = 0.12, 0.03  # an encoder adds silence at both ends
APART = 0.1  # root mean square over measures and the coarse envelope
MEASURES_SHARE = 0.25  # of a standard deviation of a measure, against the peak of the envelope
COSINE = 0.97
PICTURES_APART = 0.04  # root mean square over the whole picture, at the best of a few shifts
SHIFTS = range(-2, 3)
QUIET = 0.02  # of the peak: what lies before and after the sound itself
BLOCK = 256
LOSSLESS = frozenset({".wav", ".wave", ".aif", ".aiff", ".aifc", ".flac", ".caf", ".w64", ".rf64", ".au", ".wv"})


@dataclass(frozen=True, slots=True)
class NearDuplicates:
    """Sounds that are one recording, each by its first present file; the first is the one to keep."""

    keep: tuple[FileRow, Content]
    others: tuple[tuple[FileRow, Content], ...]


def near_duplicates(store: Store, model: ModelRow) -> list[NearDuplicates]:
    """Find groups of near duplicates in the whole library.

    The one to keep is lossless, then the longest, then of the highest sample rate, then the one indexed first.
    """
    files: dict[str, tuple[FileRow, Content]] = {}
    for row, content in store.files.present():
        known = files.get(content.hash)
        if known is None or row.id < known[0].id:
            files[content.hash] = (row, content)
    with store.columns.reading():
        hashes = store.columns.text("hash")
        pairs = list(_alike(store, model))
    groups = _joined(pairs)
    sorted_groups = (sorted((files[hashes[i]] for i in group), key=_worth) for group in groups)
    return [NearDuplicates(keep, tuple(others)) for keep, *others in sorted_groups]


def _worth(sound: tuple[FileRow, Content]) -> tuple[bool, float, int, int]:
    """Sort the one to keep first; encoders' silence makes no sound longer."""
    row, content = sound
    lossy = PurePath(row.stamp.text).suffix.lower() not in LOSSLESS
    return lossy, -round(content.duration_s / APART_S), -content.sr, row.id


def _alike(store: Store, model: ModelRow) -> Iterator[tuple[int, int]]:
    """Pairs of rows of `Columns` that are near duplicates."""
    segments, sounds = store.columns.segments(model)
    first = dict(zip(sounds[::-1].tolist(), segments[::-1].tolist(), strict=True))
    for candidates in _candidates(store):
        wanted = [pair for pair in candidates.tolist() if pair[0] in first and pair[1] in first]
        rows = sorted({row for pair in wanted for row in pair})
        vectors = _vectors(store, model, [first[row] for row in rows])
        pictures = _pictures(store, rows)
        place = {row: at for at, row in enumerate(rows)}
        for a, b in wanted:
            if vectors[place[a]] @ vectors[place[b]] >= COSINE and _same(pictures[place[a]], pictures[place[b]]):
                yield a, b


def _candidates(store: Store) -> Iterator[IdArray]:
    """Pairs that are equally long and measure alike, in batches of shape (n, 2)."""
    columns = store.columns
    raw = columns.descriptors()[:, TIMBRE]
    measures = MEASURES_SHARE * raw / np.maximum(np.nanstd(raw, axis=0), 1e-9) if len(raw) else raw
    seconds = columns.number("seconds")
    heard = np.flatnonzero(~np.isnan(measures).any(axis=1) & ~np.isnan(columns.envelopes()).any(axis=1))
    order = heard[np.argsort(seconds[heard], kind="stable")]
    features = np.hstack((measures / np.sqrt(len(TIMBRE)), columns.envelopes() / np.sqrt(ENVELOPE_STEPS)))[
        order
    ] / np.sqrt(2)
    lengths = seconds[order]
    squares = (features**2).sum(axis=1)
    for start in range(0, len(order), BLOCK):
        stop = min(start + BLOCK, len(order))
        last = np.searchsorted(lengths, lengths[stop - 1] + _slack(lengths[stop - 1]), side="right")
        apart = squares[start:stop, None] + squares[start:last] - 2 * features[start:stop] @ features[start:last].T
        a, b = np.nonzero(apart <= APART**2)
        near = (b > a) & (lengths[start + b] - lengths[start + a] <= _slack(lengths[start + a]))
        yield np.column_stack((order[start + a[near]], order[start + b[near]]))


def _slack(seconds: Numbers | np.float64) -> Numbers:
    return np.maximum(APART_S, APART_SHARE * np.asarray(seconds))


def _vectors(store: Store, model: ModelRow, segments: Sequence[int]) -> FloatArray:
    """Vectors of segments, in their order."""
    ids = np.array(segments, dtype=np.int64)
    found = list(store.segments.vectors(np.sort(ids), model))
    if not found:
        return np.empty((0, model.dim), dtype=np.float32)
    vectors = np.concatenate([rows.vectors for rows in found])
    return vectors[np.searchsorted(np.concatenate([rows.ids for rows in found]), ids)]


def _pictures(store: Store, rows: Sequence[int]) -> list[Numbers]:
    """Waveform picture of each row between its silences, shape (columns, 4), 0 to 1."""
    hashes = store.columns.text("hash")
    pictures = store.measures.picture([hashes[row] for row in rows])
    return [_heard(np.frombuffer(pictures[hashes[row]], np.uint8).reshape(-1, 4) / 255) for row in rows]


def _heard(picture: Numbers) -> Numbers:
    """Stretch what lies between the silences over the whole picture."""
    loud = np.flatnonzero(picture[:, 0] > QUIET)
    columns = np.linspace(loud[0], loud[-1], len(picture)) if len(loud) else np.arange(len(picture))
    return np.column_stack([np.interp(columns, np.arange(len(picture)), channel) for channel in picture.T])


def _same(a: Numbers, b: Numbers) -> bool:
    apart = min(float(np.mean((a - np.roll(b, shift, axis=0)) ** 2)) for shift in SHIFTS)
    return apart <= PICTURES_APART**2


def _joined(pairs: Sequence[tuple[int, int]]) -> list[list[int]]:
    """Rows in groups: whatever a chain of pairs connects."""
    group_of: dict[int, list[int]] = {}
    for a, b in pairs:
        one, other = group_of.setdefault(a, [a]), group_of.setdefault(b, [b])
        if one is not other:
            one += other
            group_of |= dict.fromkeys(other, one)
    return [group for row, group in group_of.items() if group[0] == row]
