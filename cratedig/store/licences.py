"""What the files of packs say about their licence, and the licence in force for each sound."""

from __future__ import annotations

import json
import os
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Literal, TypeAlias, get_args

__all__ = [
    "CONDITIONS",
    "CONDITION_WORDS",
    "LICENCES",
    "LICENCE_WORDS",
    "Condition",
    "Evidence",
    "LicenceClass",
    "Licences",
    "PackLicence",
    "Rights",
]

LicenceClass: TypeAlias = Literal["nc", "other", "cc-by", "royalty-free", "cc0", "own", "unknown"]
Condition: TypeAlias = Literal["credit_needed", "share_alike", "non_commercial", "no_isolated_use", "no_ai_use"]
LICENCES: tuple[LicenceClass, ...] = get_args(LicenceClass)  # the strictest first; unknown says nothing
CONDITIONS: tuple[Condition, ...] = get_args(Condition)
LICENCE_WORDS: Mapping[LicenceClass, str] = {
    "nc": "non-commercial",
    "other": "another licence",
    "cc-by": "CC-BY",
    "royalty-free": "royalty-free, by its vendor",
    "cc0": "CC0 / public domain",
    "own": "own recording",
    "unknown": "unknown",
}
CONDITION_WORDS: Mapping[Condition, str] = {
    "credit_needed": "credit",
    "share_alike": "the same licence for what is made of it",
    "non_commercial": "no commercial use",
    "no_isolated_use": "no use or resale of the sounds on their own",
    "no_ai_use": "no training of AI",
}
OF_NOTE: Mapping[LicenceClass, frozenset[Condition]] = {
    "nc": frozenset({"non_commercial"}),
    "cc-by": frozenset({"credit_needed"}),
}
COLUMNS = ("licence", "name", "title", "vendor", *CONDITIONS, "evidence")
OF_PACK = ", ".join(f"l.{column}" for column in COLUMNS)
SAVE = f"""
    INSERT OR REPLACE INTO licence (pack_id, {", ".join(COLUMNS)}, seen)
    SELECT id{", ?" * (len(COLUMNS) + 1)} FROM pack WHERE path = ?
"""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A document that came with a pack, or the rights an audio file states.

    Attributes
    ----------
    path : str
        Of the document, or of the audio file.
    sha256 : str
        Hex, of the whole document; of the statement when it stands in an audio file.
    licence : LicenceClass
        What the document alone would make of the pack.
    says : tuple of str
        The sentences that say so, or why it cannot be read.
    """

    path: str
    sha256: str
    licence: LicenceClass
    says: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PackLicence:
    """What a pack says about itself; `name` is the licence as its author calls it, such as ``CC-BY-SA-4.0``."""

    licence: LicenceClass = "unknown"
    name: str | None = None
    title: str | None = None
    vendor: str | None = None
    conditions: frozenset[Condition] = frozenset()
    evidence: tuple[Evidence, ...] = ()

    @property
    def in_words(self) -> str:
        """The name of the licence, else its class in words."""
        return self.name or LICENCE_WORDS[self.licence]

    @property
    def asks(self) -> tuple[str, ...]:
        """The conditions in words."""
        return tuple(CONDITION_WORDS[condition] for condition in CONDITIONS if condition in self.conditions)

    @property
    def contradictory(self) -> bool:
        """Whether the documents disagree: the strictest of them is taken."""
        return len({document.licence for document in self.evidence} - {"unknown"}) > 1


@dataclass(frozen=True, slots=True)
class Rights:
    """The licence in force for one sound.

    Attributes
    ----------
    licence : LicenceClass
        The user's own note; else the strictest that the packs with this sound state; unknown when none states any.
    noted : bool
        Whether it is the user's note.
    packs : mapping of str to PackLicence
        What each pack that holds the sound says, by path of pack.
    """

    licence: LicenceClass = "unknown"
    noted: bool = False
    packs: Mapping[str, PackLicence] = field(default_factory=dict)

    @property
    def conditions(self) -> frozenset[Condition]:
        """What the packs ask for, or the licence that the user noted."""
        if self.noted:
            return OF_NOTE.get(self.licence, frozenset())
        return frozenset().union(*(pack.conditions for pack in self.packs.values()))

    @property
    def contradictory(self) -> bool:
        """Whether packs with the same audio, or the documents of one, name different licences."""
        stated = {pack.licence for pack in self.packs.values()} - {"unknown"}
        return len(stated) > 1 or any(pack.contradictory for pack in self.packs.values())

    def as_dict(self) -> dict[str, object]:
        """Return plain values, for ``--json``."""
        packs = [
            {**asdict(pack), "path": path, "conditions": sorted(pack.conditions)} for path, pack in self.packs.items()
        ]
        return {
            "licence": self.licence,
            "noted": self.noted,
            "contradictory": self.contradictory,
            "conditions": sorted(self.conditions),
            "packs": packs,
        }


class Licences:
    """Queries on the table licence. Writes belong inside `Store.transaction`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def seen(self) -> dict[bytes, str | None]:
        """What was read of each pack with present files, by path of pack; None when nothing was yet."""
        return dict(
            self._connection.execute(
                "SELECT p.path, l.seen FROM pack p LEFT JOIN licence l ON l.pack_id = p.id WHERE EXISTS"
                " (SELECT 1 FROM file WHERE pack_id = p.id AND missing_since IS NULL AND error IS NULL)"
            )
        )

    def files(self, pack: bytes, most: int) -> list[str]:
        """Return the first present files of a pack, in the order they were indexed."""
        rows = self._connection.execute(
            "SELECT f.path FROM pack p JOIN file f ON f.pack_id = p.id"
            " WHERE p.path = ? AND f.missing_since IS NULL AND f.error IS NULL ORDER BY f.id LIMIT ?",
            (pack, most),
        )
        return [os.fsdecode(row[0]) for row in rows]

    def save(self, pack: bytes, licence: PackLicence, seen: str) -> None:
        """Store what a pack says, in place of what was known."""
        conditions = [condition in licence.conditions for condition in CONDITIONS]
        evidence = json.dumps([asdict(document) for document in licence.evidence])
        values = (licence.licence, licence.name, licence.title, licence.vendor, *conditions, evidence)
        self._connection.execute(SAVE, (*values, seen, pack))

    def of_packs(self) -> dict[bytes, PackLicence]:
        """What each pack says, by path of pack."""
        rows = self._connection.execute(
            f"SELECT p.path, {OF_PACK} FROM pack p JOIN licence l ON l.pack_id = p.id ORDER BY p.path"
        )
        return {row[0]: _pack_licence(row[1:]) for row in rows}

    def of(self, contents: Iterable[str]) -> dict[str, Rights]:
        """Return the licence in force by content hash; unknown hashes are absent."""
        hashes = json.dumps(list(contents))
        packs: defaultdict[str, dict[str, PackLicence]] = defaultdict(dict)
        for content, pack, *columns in self._connection.execute(
            f"SELECT DISTINCT c.hash, p.path, {OF_PACK} FROM content c"
            " JOIN file f ON f.content_id = c.id AND f.missing_since IS NULL JOIN pack p ON p.id = f.pack_id"
            " LEFT JOIN licence l ON l.pack_id = p.id WHERE c.hash IN (SELECT value FROM json_each(?)) ORDER BY p.path",
            (hashes,),
        ):
            stated = PackLicence() if columns[0] is None else _pack_licence(columns)
            packs[content][os.fsdecode(pack)] = stated
        notes = dict(
            self._connection.execute(
                "SELECT content, licence FROM licence_note WHERE content IN (SELECT value FROM json_each(?))", (hashes,)
            )
        )
        return {
            content: Rights(notes.get(content) or _strictest(of_content.values()), content in notes, of_content)
            for content, of_content in packs.items()
        }


def _strictest(packs: Iterable[PackLicence]) -> LicenceClass:
    return min((pack.licence for pack in packs), key=LICENCES.index)


def _pack_licence(row: Iterable[object]) -> PackLicence:
    licence, name, title, vendor, *conditions, evidence = row
    documents = (Evidence(**{**document, "says": tuple(document["says"])}) for document in json.loads(str(evidence)))
    held = frozenset(condition for condition, holds in zip(CONDITIONS, conditions, strict=True) if holds)
    return PackLicence(licence, name, title, vendor, held, tuple(documents))  # type: ignore[arg-type]
