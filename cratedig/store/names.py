"""Words in the names of files, packs and the folders between them, indexed by FTS5."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import PurePath

import numpy as np

from cratedig.paths import as_text
from cratedig.types import IdArray

__all__ = ["Names", "words_in", "words_of"]

LETTERS = "abcdefghijklmnopqrstuvwxyz"
MOST_FILES = 8000  # ranking more takes longer than a search may
SHORTEST_SLIP, LONGEST_SLIP = 4, 24  # letters: one letter more or less makes another word of a shorter one
# Between letters and digits, before a capital after a small letter, and at everything that is neither.
BETWEEN = re.compile(r"[\W_]+|(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])|(?<=[a-z])(?=[A-Z])")


def words_in(text: str) -> list[str]:
    """Lower-case words of a name: ``DustyKick_808`` has three."""
    return [word.lower() for word in BETWEEN.split(text) if word]


def words_of(path: bytes, pack: bytes) -> str:
    """Words of a file: of its pack, the folders below it, and its name without what follows the last dot."""
    file, folder = PurePath(os.fsdecode(path)), PurePath(os.fsdecode(pack))
    below = file.relative_to(folder.parent) if file.is_relative_to(folder) else PurePath(file.name)
    return " ".join(words_in(as_text(str(below.with_suffix("")))))


class Names:
    """Queries on the table names. Writes belong inside `Store.transaction`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def save(self, file_id: int, path: bytes, pack: bytes) -> None:
        """Store the words of a file, in place of older ones."""
        self._connection.execute(
            "INSERT OR REPLACE INTO names (rowid, words) VALUES (?, ?)", (file_id, words_of(path, pack))
        )

    def containing(self, phrase: str) -> IdArray:
        """Ids of the files whose names have these words in a row, sorted."""
        words = words_in(phrase)
        if not words:
            return np.empty(0, dtype=np.int64)
        sql = "SELECT rowid FROM names WHERE names MATCH ? ORDER BY rowid"
        rows = self._connection.execute(sql, (_quoted(" ".join(words)),)).fetchall()
        return np.array(rows, dtype=np.int64).reshape(-1)

    def best(self, words: Iterable[str], limit: int) -> list[tuple[int, int]]:
        """Content id and file id of the files whose names have most of the words, rare words counting more; best first.

        A word that no name has is read as the most frequent one a slip of the keyboard away. Words that very many names
        have say little, and are left out.
        """
        rare = self._rare(words)
        if not rare:
            return []
        sql = (
            "SELECT f.content_id, f.id FROM (SELECT rowid FROM names WHERE names MATCH ? ORDER BY rank LIMIT ?) n"
            " CROSS JOIN file f ON f.id = n.rowid WHERE f.content_id IS NOT NULL AND f.missing_since IS NULL"
        )
        return self._connection.execute(sql, (" OR ".join(map(_quoted, rare)), limit)).fetchall()

    def tagged(self, terms: Sequence[str], limit: int) -> list[int]:
        """Content ids of the sounds that the user gave one of these tags, the latest first."""
        sql = (
            "SELECT c.id FROM verdict v JOIN content c ON c.hash = v.content"
            f" WHERE v.term IN ({', '.join('?' * len(terms))}) AND v.state = 'accepted'"
            " ORDER BY v.made_at DESC, c.id LIMIT ?"
        )
        return [row[0] for row in self._connection.execute(sql, (*terms, limit))]

    def _rare(self, words: Iterable[str]) -> list[str]:
        """Return words as they are spelled in names, the rarest first, as long as `MOST_FILES` have them."""
        spelled = {self._spell(word) for word in words}
        rare, files = [], 0
        for word, of_word in sorted(filter(None, spelled), key=lambda pair: (pair[1], pair[0])):
            files += of_word
            if files <= MOST_FILES:
                rare.append(word)
        return rare

    def _spell(self, word: str) -> tuple[str, int] | None:
        """Return a word, or the most frequent one a slip away, and how many files have it."""
        return self._most_frequent([word]) or (
            self._most_frequent(_slips(word)) if SHORTEST_SLIP <= len(word) <= LONGEST_SLIP else None
        )

    def _most_frequent(self, words: Sequence[str]) -> tuple[str, int] | None:
        marks = ", ".join("?" * len(words))
        sql = f"SELECT term, doc FROM name_words WHERE term IN ({marks}) ORDER BY doc DESC, term LIMIT 1"
        return self._connection.execute(sql, words).fetchone()  # type: ignore[no-any-return]


def _slips(word: str) -> list[str]:
    """Every word that one letter left out, added, changed or swapped makes of this one."""
    splits = [(word[:i], word[i:]) for i in range(len(word) + 1)]
    left_out = {a + b[1:] for a, b in splits if b}
    swapped = {a + b[1] + b[0] + b[2:] for a, b in splits if len(b) > 1}
    changed = {a + letter + b[1:] for a, b in splits if b for letter in LETTERS}
    added = {a + letter + b for a, b in splits for letter in LETTERS}
    return sorted(left_out | swapped | changed | added)


def _quoted(text: str) -> str:
    return f'"{text}"'  # words have no quotes in them
