"""The sounds that a query names, for commands that do something with them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from cratedig.audio.decode import is_audio_name
from cratedig.errors import QueryError
from cratedig.store.store import Store
from search.engine import SearchRequest
from search.line import ParsedLine, Term
from search.parse import parse_line
from search.query import AnySound, reference
from search.results import SearchHit
from tui.cli.hits import open_engine, why_empty
from tui.cli.options import open_library, settings_for
from tui.cli.output import printable

__all__ = ["selected"]

UNKNOWN = "Take it in with: cratedig index FILE. For what is like it: cratedig similar FILE"


@contextmanager
def selected(
    query: Sequence[str], library: Path | None, k: int | None, *, none_will_do: bool = False
) -> Iterator[tuple[Store, Sequence[SearchHit]]]:
    """Open the library, and find the sounds of a query.

    They are all that pass filters alone, the `k` best for words; a file or an id alone is itself, known by its audio.

    Raises
    ------
    QueryError
        The query cannot be understood, its file is not in the library, or it finds nothing and that will not do.
    """
    settings = settings_for(library, results=k)
    line = parse_line(" ".join(query))
    _refuse_slips(line)
    with open_library(settings) as store:
        engine = open_engine(settings, store)
        if line.likes and line == ParsedLine(likes=line.likes[:1]):
            hits = engine.itself(reference(line.likes[0]))
            if not hits:
                raise QueryError(f"{line.likes[0]} is not in the library, or silent.", UNKNOWN)
        else:
            request = SearchRequest.of(line, settings.results)
            if k is None and isinstance(request.query, AnySound):
                request = SearchRequest.of(line, max(store.files.counts().contents, 1))
            hits = engine.search(request).hits
        if not hits and not none_will_do:
            raise QueryError("No sound is selected.", why_empty(store, line))
        if not hits:
            click.echo(f"No sound matches. {printable(why_empty(store, line))}", err=True)
        yield store, hits


def _refuse_slips(line: ParsedLine) -> None:
    """Keep a file name that leads nowhere from being words, which always find something."""
    for phrase in filter(is_audio_name, line.phrases):
        raise QueryError(f"There is no file {phrase}.", f"By its name, wherever it lies: {Term('name', phrase)}")
