"""From close segments to ranked sounds: one hit a content, by its best segment."""

from __future__ import annotations

import os
from collections.abc import Sequence

from cratedig.store.rows import HitRow
from search.results import SearchHit

__all__ = ["best_of_each", "to_hits"]


def best_of_each(segment_ids: Sequence[int], contents: dict[int, int], k: int) -> list[int]:
    """Keep the first segment of each content, at most `k`, in order; segments without a content are dropped."""
    best: dict[int, int] = {}
    for segment_id in segment_ids:
        content_id = contents.get(segment_id)
        if content_id is not None:
            best.setdefault(content_id, segment_id)
    return list(best.values())[:k]


def to_hits(rows: Sequence[HitRow], scores: Sequence[float | None]) -> tuple[SearchHit, ...]:
    """Number the hits."""
    return tuple(
        SearchHit(
            rank=rank,
            score=score,
            path=os.fsdecode(row.path),
            start_s=row.start_s,
            end_s=row.end_s,
            duration_s=row.duration_s,
            pack=row.pack,
            kind=row.kind,
            bpm=row.bpm,
            key=row.key,
            content=row.content_hash,
        )
        for rank, (row, score) in enumerate(zip(rows, scores, strict=True), start=1)
    )
