"""From what a user typed to a question."""

from __future__ import annotations

import re
from pathlib import Path

from cratedig.audio.decode import is_audio_name
from cratedig.errors import QueryError
from search.query import ContentQuery, FileQuery, Query, TextQuery

__all__ = ["parse_query", "parse_reference"]

CONTENT_ID = re.compile(r"[0-9a-f]{6,}")


def parse_query(text: str) -> Query:
    """Read a search: an existing audio file is a reference, everything else is words.

    Raises
    ------
    QueryError
        There is nothing to search for.
    """
    words = text.strip()
    if not words:
        raise QueryError("There is nothing to search for.", 'Try: cratedig search "dusty kick"')
    file = _existing_file(words)
    if file is not None and is_audio_name(file.name):
        return FileQuery(file)
    return TextQuery(words)


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
