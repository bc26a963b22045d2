"""What `search` and `similar` share: options, asking the engine, showing the hits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path, PurePath
from typing import TypeVar

import click

from cratedig.models import registry
from search.engine import SearchEngine, SearchRequest
from search.filters import FILTERS
from search.query import Query
from search.results import SearchHit, SearchResults
from tui.cli.options import json_option, library_option, model_name, open_library, settings_for
from tui.cli.output import print_json, print_table, seconds

__all__ = ["answer", "search_options"]

F = TypeVar("F", bound=Callable[..., object])


def search_options(command: F) -> F:
    """Add the options of a search: ``-k``, one for each filter, ``--library`` and ``--json``."""
    for f in reversed(FILTERS.values()):
        command = click.option(f"--{f.name}", metavar=f.example, help=f.help)(command)
    command = click.option("-k", type=int, metavar="N", help="How many results.  [CRATEDIG_RESULTS; 20]")(command)
    return json_option(library_option(command))


def answer(
    query: Query, library: Path | None, k: int | None, filters: Mapping[str, str | None], *, as_json: bool
) -> None:
    """Ask the library and print what it finds."""
    settings = settings_for(library, results=k)
    given = {name: value for name, value in filters.items() if value is not None}
    with open_library(settings) as store:
        engine = SearchEngine(store, registry.load(model_name(settings, store)))
        results = engine.search(SearchRequest(query, settings.results, given))
    if as_json:
        for hit in results.hits:
            print_json(hit.as_dict())
    else:
        _show(results)


def _show(results: SearchResults) -> None:
    if not results.hits:
        click.echo("Nothing found.", err=True)
        return
    rows = [
        (str(hit.rank), f"{100 * hit.score:.0f}", PurePath(hit.path).name, hit.pack, _length(hit))
        for hit in results.hits
    ]
    print_table(("", "match", "name", "pack", "length"), rows, numeric=frozenset({"", "match", "length"}))


def _length(hit: SearchHit) -> str:
    """Length of the file, and where in it the match is when that is not its beginning."""
    length = seconds(hit.duration_s)
    return f"{length} at {seconds(hit.start_s)}" if hit.start_s > 0 else length
