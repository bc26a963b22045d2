"""Tags: what is proposed about each content, and what the user's verdicts make of it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cratedig.store.measures import DESCRIPTORS
from cratedig.store.places import Directions, mean_directions
from cratedig.store.rows import ModelRow
from cratedig.store.user import Verdict
from cratedig.types import IdArray

__all__ = [
    "Example",
    "MeasureRows",
    "OpenCount",
    "OpenRow",
    "Proposal",
    "ProposalRow",
    "SoundRow",
    "Source",
    "State",
    "TagRow",
    "Tags",
]

Source: TypeAlias = Literal["heard", "measured", "path", "pack", "user"]
State: TypeAlias = Literal["proposed", "accepted", "rejected"]

OF = """
    SELECT c.id, p.term, p.source, p.score, coalesce(v.state, 'proposed'), p.sure
    FROM content c JOIN proposal p ON p.content_id = c.id
    LEFT JOIN verdict v ON v.content = c.hash AND v.term = p.term
    WHERE c.id IN (SELECT value FROM json_each(:ids))
    UNION ALL
    SELECT c.id, v.term, 'user', 1.0, v.state, 1
    FROM content c JOIN verdict v ON v.content = c.hash
    WHERE c.id IN (SELECT value FROM json_each(:ids))
    AND NOT EXISTS (SELECT 1 FROM proposal WHERE content_id = c.id AND term = v.term)
    ORDER BY 1, 4 DESC, 2, 3
"""

COUNTS = """
    SELECT term, count(*) FROM (
        SELECT p.content_id, p.term FROM proposal p JOIN content c ON c.id = p.content_id
        WHERE p.sure AND c.files_present > 0
        AND NOT EXISTS (SELECT 1 FROM verdict WHERE content = c.hash AND term = p.term AND state = 'rejected')
        UNION
        SELECT c.id, v.term FROM verdict v JOIN content c ON c.hash = v.content
        WHERE v.state = 'accepted' AND c.files_present > 0
    ) GROUP BY term ORDER BY term
"""


UNDECIDED = """
    FROM proposal p JOIN content c ON c.id = p.content_id
    WHERE c.files_present > 0 AND p.source <> 'user'
    AND NOT EXISTS (SELECT 1 FROM verdict WHERE content = c.hash AND term = p.term)
    AND c.id IN (
        SELECT content_id FROM segment WHERE :within IS NULL OR id IN (SELECT value FROM json_each(:within))
    )
"""
OPEN = f"""
    SELECT c.hash, (SELECT min(id) FROM segment WHERE content_id = c.id), p.term, group_concat(p.source),
        max(p.score), max(p.sure)
    {UNDECIDED} AND {{wanted}}
    GROUP BY p.content_id, p.term ORDER BY 5 {{order}}, p.content_id LIMIT :limit
"""
OPEN_CONTENTS = f"SELECT DISTINCT c.hash {UNDECIDED} AND p.term = :term ORDER BY p.content_id"
OPEN_TERMS = f"""
    SELECT p.term, count(DISTINCT p.content_id), count(DISTINCT CASE WHEN p.source <> 'measured' THEN p.content_id END)
    {UNDECIDED} GROUP BY p.term ORDER BY 2 DESC, 1
"""


Example: TypeAlias = tuple[str, Verdict, int]  # a verdict on a sound the library has: term, state, content id
ProposalRow: TypeAlias = tuple[int, str, Source, float, int]  # a `Proposal`, when thousands are made


class Proposal(NamedTuple):
    """A term that may describe a content.

    Attributes
    ----------
    content_id : int
    term : str
    source : str
        What speaks for it; ``user`` when it follows from a verdict, as drums do from a kick.
    score : float
        0 to 1, calibrated for what is heard.
    sure : bool
        Counts as a tag unless it is rejected.
    """

    content_id: int
    term: str
    source: Source
    score: float
    sure: bool


@dataclass(frozen=True, slots=True)
class TagRow:
    """One term of one content, by one source. A term that only the user gave has the source ``user``."""

    term: str
    source: Source
    score: float
    state: State
    sure: bool

    @property
    def in_force(self) -> bool:
        """Whether the sound has this tag."""
        return self.state == "accepted" or (self.sure and self.state == "proposed")


@dataclass(frozen=True, slots=True)
class OpenRow:
    """A term proposed for a content, on which there is no verdict yet; `segment_id` is the content's first."""

    content: str
    segment_id: int
    term: str
    sources: tuple[Source, ...]
    score: float
    sure: bool


class OpenCount(NamedTuple):
    """Number of sounds that wait for a verdict on a term, and of those among them for which it is not just measured."""

    sounds: int
    unmeasured: int


@dataclass(frozen=True, slots=True, eq=False)
class MeasureRows:
    """Measures of contents: ids, shape (n,); `DESCRIPTORS`, shape (n, len(DESCRIPTORS)); kind and its confidence."""

    ids: IdArray
    descriptors: NDArray[np.float64]
    kinds: NDArray[np.str_]
    confidence: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SoundRow:
    """A content and its first file."""

    content_id: int
    hash: str
    path: bytes


class Tags:
    """Queries on the tables proposal, tagged and lesson, and what tags are made from.

    Writes belong inside `Store.transaction`.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def of(self, content_ids: Iterable[int]) -> dict[int, list[TagRow]]:
        """Return the tags of contents, whatever their state, best first; contents without any are absent."""
        found: dict[int, list[TagRow]] = {}
        rows = self._connection.execute(OF, {"ids": json.dumps([*content_ids])})
        for content_id, term, source, score, state, sure in rows:
            found.setdefault(content_id, []).append(TagRow(term, source, score, state, bool(sure)))
        return found

    def in_force(self, content_ids: Iterable[int]) -> dict[int, tuple[str, ...]]:
        """Return the terms that contents have, best first, each once; contents without any are absent."""
        found = {}
        for content_id, rows in self.of(content_ids).items():
            terms = dict.fromkeys(row.term for row in rows if row.in_force)
            if terms:
                found[content_id] = tuple(terms)
        return found

    def counts(self) -> dict[str, int]:
        """Return the number of sounds that can be heard now by term in force, in order of term."""
        return dict(self._connection.execute(COUNTS))

    def sounds(self, content_ids: Sequence[int]) -> list[SoundRow]:
        """Return the contents that can be heard now, with their first file, in the order given."""
        rows = self._connection.execute(
            "SELECT c.id, c.hash, f.path FROM content c JOIN file f ON f.id ="
            " (SELECT min(id) FROM file WHERE content_id = c.id AND missing_since IS NULL)"
            " WHERE c.id IN (SELECT value FROM json_each(?))",
            (json.dumps(content_ids),),
        )
        found = {row[0]: SoundRow(*row) for row in rows}
        return [found[content_id] for content_id in content_ids if content_id in found]

    def open(
        self, term: str | None, limit: int, *, surest_first: bool, within: Sequence[int] | None = None
    ) -> list[OpenRow]:
        """Return the first of what waits for a verdict, by confidence.

        Of one term, or of all but those that are measured; `within` the sounds of these segments, if given.
        """
        sql = OPEN.format(
            wanted="p.term = :term" if term else "p.source <> 'measured'", order="DESC" if surest_first else "ASC"
        )
        rows = self._connection.execute(sql, {"term": term, "limit": limit, "within": _json(within)})
        return [OpenRow(row[0], row[1], row[2], tuple(row[3].split(",")), row[4], bool(row[5])) for row in rows]

    def open_contents(self, term: str, within: Sequence[int] | None = None) -> list[str]:
        """Return the hashes of all sounds that wait for a verdict on a term, `within` these segments if given."""
        rows = self._connection.execute(OPEN_CONTENTS, {"term": term, "within": _json(within)})
        return [row[0] for row in rows]

    def open_terms(self, within: Sequence[int] | None = None) -> dict[str, OpenCount]:
        """Return how many sounds wait for a verdict by term, most first; `within` these segments if given."""
        rows = self._connection.execute(OPEN_TERMS, {"within": _json(within)})
        return {term: OpenCount(sounds, unmeasured) for term, sounds, unmeasured in rows}

    def ids(self, hashes: Sequence[str]) -> list[int]:
        """Ids of contents by hash, in the order given; unknown ones are left out."""
        rows = self._connection.execute(
            "SELECT hash, id FROM content WHERE hash IN (SELECT value FROM json_each(?))", (json.dumps(hashes),)
        )
        id_of = dict(rows)
        return [id_of[content] for content in hashes if content in id_of]

    def audible(self) -> list[int]:
        """Ids of the contents that can be heard now, in order."""
        return [
            row[0] for row in self._connection.execute("SELECT id FROM content WHERE files_present > 0 ORDER BY id")
        ]

    def untagged(self, basis: str) -> list[int]:
        """Ids of those of them whose tags do not rest on `basis`, in order."""
        sql = (
            "SELECT c.id FROM content c LEFT JOIN tagged t ON t.content_id = c.id"
            " WHERE c.files_present > 0 AND t.basis IS NOT ? ORDER BY c.id"
        )
        return [row[0] for row in self._connection.execute(sql, (basis,))]

    def replace(self, content_ids: Sequence[int], proposals: Iterable[ProposalRow], basis: str) -> None:
        """Store all that is proposed about contents, in place of what was; only what differs is written."""
        ids, wanted = json.dumps(content_ids), [*proposals]
        before = set(
            self._connection.execute(
                "SELECT content_id, term, source, score, sure FROM proposal"
                " WHERE content_id IN (SELECT value FROM json_each(?))",
                (ids,),
            )
        )
        self._connection.executemany(
            "DELETE FROM proposal WHERE content_id = ? AND term = ? AND source = ?",
            (row[:3] for row in before.difference(wanted)),
        )
        self._connection.executemany(
            "INSERT INTO proposal (content_id, term, source, score, sure) VALUES (?, ?, ?, ?, ?)",
            (row for row in wanted if row not in before),
        )
        self._connection.execute(
            "INSERT OR REPLACE INTO tagged (content_id, basis) SELECT value, ? FROM json_each(?)", (basis, ids)
        )

    def untag(self, content_ids: Iterable[int]) -> None:
        """Leave contents to be tagged again."""
        self._connection.execute(
            "DELETE FROM tagged WHERE content_id IN (SELECT value FROM json_each(?))", (json.dumps([*content_ids]),)
        )

    # What tags are made from

    def lessons(self, model: ModelRow) -> dict[str, bytes]:
        """Return what was taught by term, as `keep_lessons` stored it."""
        return dict(self._connection.execute("SELECT term, packed FROM lesson WHERE model_id = ?", (model.id,)))

    def keep_lessons(self, lessons: Mapping[str, bytes], model: ModelRow) -> None:
        """Store what is taught by term, in place of what was."""
        self._connection.execute("DELETE FROM lesson")
        self._connection.executemany(
            "INSERT INTO lesson (term, model_id, packed) VALUES (?, ?, ?)",
            ((term, model.id, packed) for term, packed in lessons.items()),
        )

    def directions(self, content_ids: Sequence[int], model: ModelRow) -> Directions:
        """Return the mean direction of each content that has vectors of a model."""
        rows = self._connection.execute(
            "SELECT content_id, vector FROM segment WHERE content_id IN (SELECT value FROM json_each(?))"
            " AND model_id = ? ORDER BY content_id",
            (json.dumps(content_ids), model.id),
        ).fetchall()
        return mean_directions(rows, model.dim)

    def measures(self, content_ids: Sequence[int]) -> MeasureRows:
        """Return what is measured about contents; those without an analysis are left out."""
        rows = self._connection.execute(
            f"SELECT content_id, kind, kind_confidence, {', '.join(DESCRIPTORS)} FROM analysis"
            " WHERE content_id IN (SELECT value FROM json_each(?))",
            (json.dumps(content_ids),),
        ).fetchall()
        return MeasureRows(
            np.array([row[0] for row in rows], dtype=np.int64),
            np.array([row[3:] for row in rows], dtype=np.float64).reshape(-1, len(DESCRIPTORS)),
            np.array([row[1] for row in rows], dtype=np.str_),
            np.array([row[2] for row in rows], dtype=np.float64),
        )

    def measured_sounds(self) -> int:
        """Number of sounds that can be heard now and are measured."""
        sql = "SELECT count(*) FROM analysis a JOIN content c ON c.id = a.content_id WHERE c.files_present > 0"
        return int(self._connection.execute(sql).fetchone()[0])

    def percentiles(self) -> dict[str, NDArray[np.float64]]:
        """Return the 101 percentiles of this library by descriptor; empty before anything is measured."""
        values: dict[str, list[float]] = {}
        for descriptor, value in self._connection.execute(
            "SELECT descriptor, value FROM scale ORDER BY descriptor, percent"
        ):
            values.setdefault(descriptor, []).append(value)
        return {descriptor: np.array(of_descriptor) for descriptor, of_descriptor in values.items()}

    def names(self, content_ids: Sequence[int]) -> Iterator[tuple[int, bytes, bytes]]:
        """Iterate over content, path and path of the pack of the files that are there."""
        yield from self._connection.execute(
            "SELECT f.content_id, f.path, p.path FROM file f JOIN pack p ON p.id = f.pack_id"
            " WHERE f.content_id IN (SELECT value FROM json_each(?)) AND f.missing_since IS NULL ORDER BY f.id",
            (json.dumps(content_ids),),
        )

    def examples(self) -> Iterator[Example]:
        """Iterate over the verdicts on sounds the library has."""
        yield from self._connection.execute(
            "SELECT v.term, v.state, c.id FROM verdict v JOIN content c ON c.hash = v.content ORDER BY v.term, c.id"
        )


def _json(ids: Sequence[int] | None) -> str | None:
    return None if ids is None else json.dumps(ids)
