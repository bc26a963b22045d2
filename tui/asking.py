"""What is asked: a reference, words and filters; and the way back through what was asked before."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path, PurePath

__all__ = ["Asked", "Trail"]

LIKE = re.compile(r'like:(?:"(?P<quoted>(?:[^"]|"")*)"|(?P<plain>\S+))(?:\s+|$)')


@dataclass(frozen=True, slots=True)
class Asked:
    """A line of the query language in its two parts: references, which the app shows by name, and what is typed.

    Attributes
    ----------
    references : tuple of str
        Paths of files, or ids of contents.
    text : str
        Words and filters.
    """

    references: tuple[str, ...] = ()
    text: str = ""

    @classmethod
    def of(cls, line: str) -> Asked:
        """Take a line apart; only references at its beginning are told from text."""
        references = []
        while match := LIKE.match(line):
            references.append(match["plain"] or match["quoted"].replace('""', '"'))
            line = line[match.end() :]
        return cls(tuple(references), line)

    @property
    def line(self) -> str:
        """The whole line."""
        quoted = (reference.replace('"', '""') for reference in self.references)
        return " ".join([*(f'like:"{reference}"' for reference in quoted), self.text]).strip()

    @property
    def names(self) -> list[str]:
        """The references by name."""
        return [PurePath(reference).name for reference in self.references]

    @property
    def title(self) -> str:
        """A few words for the trail."""
        like = f"like {', '.join(self.names)}" if self.references else ""
        return " ".join(part for part in (like, self.text.strip()) if part) or "everything"

    @property
    def path(self) -> Path | None:
        """File of the first reference, to compare with; None without one."""
        return Path(self.references[0]) if self.references else None


@dataclass(slots=True)
class Trail:
    """Queries in the order they were asked, and where among them the user is."""

    lines: list[str] = field(default_factory=list)
    at: int = -1

    def resume(self, lines: Iterable[str]) -> None:
        """Put what was asked on other days before what was asked today."""
        before = [*lines]
        self.lines[:0] = before
        self.at += len(before)

    def push(self, line: str) -> bool:
        """Go on to another query; what was ahead is dropped. False when it is where the user is."""
        if self.current == line:
            return False
        self.lines[self.at + 1 :] = [line]
        self.at = len(self.lines) - 1
        return True

    def step(self, direction: int) -> str | None:
        """Go back (-1) or forward (1); None at the end."""
        if not 0 <= self.at + direction < len(self.lines):
            return None
        self.at += direction
        return self.lines[self.at]

    @property
    def current(self) -> str | None:
        """The query where the user is."""
        return self.lines[self.at] if 0 <= self.at < len(self.lines) else None

    def around(self, before: int, after: int) -> list[tuple[str, bool]]:
        """Titles of the queries around, and which is the current one."""
        places = range(max(0, self.at - before), min(len(self.lines), self.at + after + 1))
        return [(Asked.of(self.lines[place]).title, place == self.at) for place in places]
