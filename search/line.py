"""A search as it was typed: what `search.parse.parse_line` reads, and how it is written down again."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["EXACT", "FIELDS", "Field", "ParsedLine", "Term"]

EXACT = "exact"  # the filter that quotes without a name are
NEEDS_QUOTES = re.compile(r'\s|^"|^$')


@dataclass(frozen=True, slots=True)
class Field:
    """A ``name:value`` that is no filter: its name, an example value and help."""

    name: str
    example: str
    help: str


FIELDS = {
    f.name: f
    for f in (
        Field("like", "FILE", "Sounds like a file or a content id; words after it change what is wanted: darker."),
        Field("fits", "FILE", "Sounds that would play with a loop: tempo, harmony, and not the same thing again."),
        Field("by", "timbre=2,rhythm", "What like: compares: timbre, pitch, rhythm, envelope, meaning; with weights."),
        Field("explore", "50", "From 0, the closest sounds, to 100, the most different ones that still answer."),
        Field("model", "both", "Whose ears: a model whose vectors the library keeps (index --beside), or both."),
    )
}


@dataclass(frozen=True, slots=True)
class Term:
    """A filter and its value; a negated one keeps what does not meet it."""

    name: str
    value: str
    negated: bool = False

    def __str__(self) -> str:
        name = "" if self.name == EXACT else f"{self.name}:"
        value = _quoted(self.value) if self.name == EXACT else _written(self.value)
        return f"{'-' if self.negated else ''}{name}{value}"


@dataclass(frozen=True, slots=True)
class ParsedLine:
    """One line of the query language; `str` gives a line that reads as the same.

    Attributes
    ----------
    phrases : tuple of str
        What is wanted, in words; a sound need answer only one of them.
    away : tuple of str
        Words to push away.
    filters : tuple of tuple of Term
        A sound must meet one of each group.
    likes : tuple of str
        References: absolute path of a file, or a content id.
    fits : str, optional
        Reference that the sounds are to be played with.
    by : tuple of (str, float)
        Aspects and their weights in which a sound is to be like the references.
    explore : int
        0 to 100.
    model : str
        Name of a model whose vectors the library keeps, or ``both``; empty is the library's own.
    """

    phrases: tuple[str, ...] = ()
    away: tuple[str, ...] = ()
    filters: tuple[tuple[Term, ...], ...] = ()
    likes: tuple[str, ...] = ()
    fits: str | None = None
    by: tuple[tuple[str, float], ...] = ()
    explore: int = 0
    model: str = ""

    def __str__(self) -> str:
        parts = [f"like:{_written(reference)}" for reference in self.likes]
        parts += [] if self.fits is None else [f"fits:{_written(self.fits)}"]
        parts += [" OR ".join(self.phrases)] if self.phrases else []
        parts += [f"-{word}" for word in self.away]
        parts += [" OR ".join(map(str, group)) for group in self.filters]
        parts += [f"by:{','.join(_weighted(*aspect) for aspect in self.by)}"] if self.by else []
        parts += [f"explore:{self.explore}"] if self.explore else []
        parts += [f"model:{_written(self.model)}"] if self.model else []
        return " ".join(parts)


def _written(value: str) -> str:
    return _quoted(value) if NEEDS_QUOTES.search(value) else value


def _quoted(value: str) -> str:
    """Within quotes, a quote is written twice."""
    return '"' + value.replace('"', '""') + '"'


def _weighted(aspect: str, weight: float) -> str:
    return aspect if weight == 1 else f"{aspect}={weight!r}"
