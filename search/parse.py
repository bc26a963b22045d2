"""From what a user typed to a question and its filters."""

from __future__ import annotations

import os
import re
from pathlib import Path

from cratedig.audio.decode import is_audio_name
from cratedig.errors import QueryError
from search.filters import FILTERS
from search.query import AnySound, ContentQuery, FileQuery, Query, TextQuery

__all__ = ["parse_filters", "parse_query", "parse_reference"]

CONTENT_ID = re.compile(r"[0-9a-f]{6,}")
SEPARATORS = frozenset("/") | frozenset(os.sep)
FIELD = re.compile(r'(?<!\S)(?P<name>[A-Za-z]+):(?:"(?P<quoted>[^"]*)"|(?P<plain>\S*))(?!\S)')


def parse_query(line: str) -> tuple[Query | AnySound, dict[str, str]]:
    """Read a search: words, and filters such as ``kind:loop`` or ``pack:"Tape Vol 1"`` anywhere among them.

    A line that is an existing audio file is a reference. Filters alone ask for every sound that meets them.

    Raises
    ------
    QueryError
        There is nothing to search for, a path leads nowhere, or a filter is unknown or given twice.
    """
    file = _existing_file(line.strip())
    if file is not None and is_audio_name(file.name):
        return FileQuery(file), {}
    words, filters = _split(line)
    if is_audio_name(words) and any(separator in words for separator in SEPARATORS):
        raise QueryError(f"There is no file {words}.", "Check the spelling.")
    if words:
        return TextQuery(words), filters
    if not filters:
        raise QueryError("There is nothing to search for.", 'Try: cratedig search "dusty kick"')
    return AnySound(), filters


def parse_filters(line: str) -> dict[str, str]:
    """Read a line of filters alone, by name.

    Raises
    ------
    QueryError
        There is a word among them, or a filter is unknown or given twice.
    """
    words, filters = _split(line)
    if words:
        raise QueryError(
            f"{words!r} is no filter.", "Filters look like bpm:~120, with spaces like 'pack:\"Tape Vol 1\"'."
        )
    return filters


def _split(line: str) -> tuple[str, dict[str, str]]:
    """Words of a line, and its filters by name; a message about a filter points at it."""
    filters: dict[str, str] = {}
    for field in FIELD.finditer(line):
        name = field["name"].lower()
        if name not in FILTERS:
            import difflib  # noqa: PLC0415  (10 ms that only a slip pays)

            near = difflib.get_close_matches(name, FILTERS, n=1, cutoff=0.5)
            hint = (
                f"Did you mean {near[0]}: as in {near[0]}:{FILTERS[near[0]].example}?"
                if near
                else f"Filters: {', '.join(FILTERS)}."
            )
            raise QueryError(f"There is no filter {name}.", hint, _pointer(field))
        if name in filters:
            raise QueryError(f"{name} is given twice.", "Give a range, such as bpm:118..124", _pointer(field))
        filters[name] = field["plain"] if field["quoted"] is None else field["quoted"]
    return " ".join(FIELD.sub(" ", line).split()), filters


def _pointer(field: re.Match[str]) -> tuple[str, str]:
    """Return the line, and carets that stand under the name of the field."""
    return field.string, " " * field.start("name") + "^" * len(field["name"])


def parse_reference(text: str) -> Query:
    """Read what `similar` takes: any existing file, else the id of a content.

    Raises
    ------
    QueryError
        It is neither.
    """
    words = text.strip()
    file = _existing_file(words)
    if file is not None:
        return FileQuery(file)
    if CONTENT_ID.fullmatch(words):
        return ContentQuery(words)
    raise QueryError(f"There is no file {words}.", "Give an audio file, or a content id from `cratedig search --json`.")


def _existing_file(text: str) -> Path | None:
    try:
        path = Path(text).expanduser().absolute()
        return path if path.is_file() else None
    except (OSError, RuntimeError):  # too long, or an unknown ~user: then it is words
        return None
