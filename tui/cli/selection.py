"""The sounds that a query names, for commands that do something with them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from cratedig.store.store import Store
from search.engine import SearchRequest
from search.line import ParsedLine
from search.parse import parse_line
from search.query import AnySound
from search.results import SearchHit
from tui.cli.hits import open_engine
from tui.cli.options import open_library, settings_for

__all__ = ["selected"]


@contextmanager
def selected(query: Sequence[str], library: Path | None, k: int | None) -> Iterator[tuple[Store, Sequence[SearchHit]]]:
    """Open the library, and find the sounds of a query.

    They are all that pass filters alone, the `k` best for words; a file or an id that the library knows is itself.

    Raises
    ------
    QueryError
        The query cannot be understood.
    """
    settings = settings_for(library, results=k)
    line = parse_line(" ".join(query))
    with open_library(settings) as store:
        request = SearchRequest.of(line, settings.results)
        if k is None and isinstance(request.query, AnySound):
            request = SearchRequest.of(line, max(store.files.counts().contents, 1))
        hits = open_engine(settings, store).search(request).hits
        yield store, _itself(line, hits) or hits


def _itself(line: ParsedLine, hits: Sequence[SearchHit]) -> Sequence[SearchHit]:
    """The sound that a line names by file or id and says nothing else of; nothing when there is none."""
    if line != ParsedLine(likes=line.likes[:1]):
        return ()
    return [hit for hit in hits if any(like == hit.path or hit.content.startswith(like) for like in line.likes)]
