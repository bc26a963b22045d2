"""What `search` and `similar` share: options, asking the engine, showing the hits."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePath
from typing import TypeVar

import click

from cratedig.models import registry
from cratedig.store.store import Store
from search.engine import SearchEngine, SearchRequest
from search.filters import FILTERS
from search.query import AnySound, Query
from search.results import SearchHit
from tui.cli.options import json_option, library_option, model_name, open_library, settings_for
from tui.cli.output import print_json, print_path, print_table, seconds

__all__ = ["FILTER_HELP", "answer", "search_options"]

F = TypeVar("F", bound=Callable[..., object])

COLUMNS = ("", "match", "name", "pack", "length", "kind", "bpm", "key")
NUMERIC = frozenset({"", "match", "length", "bpm"})
NAMES = frozenset({"name", "pack"})
FILTER_HELP = "\n".join(("\b", "Filters:", *(f"  {f.name + ':' + f.example:<16} {f.help}" for f in FILTERS.values())))


def search_options(command: F) -> F:
    """Add the options of a search: ``-k``, ``--paths``, ``--library`` and ``--json``."""
    command = click.option("--paths", is_flag=True, help="Print only the path of each hit.")(command)
    command = click.option("-k", type=int, metavar="N", help="How many results.  [CRATEDIG_RESULTS; 20]")(command)
    return json_option(library_option(command))


def answer(
    query: Query | AnySound,
    filters: Mapping[str, str],
    library: Path | None,
    k: int | None,
    *,
    as_json: bool,
    paths: bool,
) -> None:
    """Ask the library and print what it finds."""
    settings = settings_for(library, results=k)
    with open_library(settings) as store:
        engine = SearchEngine(store, registry.load(model_name(settings, store)))
        hits = engine.search(SearchRequest(query, settings.results, filters)).hits
        why_empty = "" if hits else _why_empty(store, filters)
    if as_json:
        for hit in hits:
            print_json(hit.as_dict())
    elif paths:
        for hit in hits:
            print_path(hit.path)
    elif hits:
        _show(hits)
    if not hits and not as_json:
        click.echo(why_empty, err=True)


def _why_empty(store: Store, filters: Mapping[str, str]) -> str:
    """Say why a search finds nothing: words alone always find something."""
    counts = store.files.counts()
    if counts.missing and not counts.files:
        return "Every file of the library is missing. Is a drive unplugged? Connect it and run: cratedig index"
    return "Nothing passes the filters." if filters else "There is nothing to hear in the library."


def _show(hits: Sequence[SearchHit]) -> None:
    """Print a table of the columns that say something."""
    rows = [_cells(hit) for hit in hits]
    said = [i for i in range(len(COLUMNS)) if any(row[i] for row in rows)]
    print_table([COLUMNS[i] for i in said], [[row[i] for i in said] for row in rows], right=NUMERIC, cut=NAMES)


def _cells(hit: SearchHit) -> tuple[str, ...]:
    return (
        str(hit.rank),
        "" if hit.score is None else f"{100 * hit.score:.0f}",
        PurePath(hit.path).name,
        hit.pack,
        _length(hit),
        hit.kind or "",
        "" if hit.bpm is None else f"{hit.bpm:.5g}",
        hit.key or "",
    )


def _length(hit: SearchHit) -> str:
    """Length of the file, and where in it the match is when that is not its beginning."""
    length = seconds(hit.duration_s)
    return f"{length} at {seconds(hit.start_s)}" if hit.start_s > 0 else length
