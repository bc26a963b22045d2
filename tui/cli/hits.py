"""What `search` and `similar` share: options, asking the engine, showing the hits."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path, PurePath
from typing import TypeVar

import click

from cratedig.config import Settings
from cratedig.models import registry
from cratedig.store.store import Store
from search.engine import SearchEngine, SearchRequest
from search.filters import FILTERS
from search.line import EXACT, FIELDS, ParsedLine
from search.parse import nearest
from search.query import reference
from search.replace import replacing
from search.results import SearchHit
from tui.cli.options import json_option, library_option, model_name, open_library, settings_for
from tui.cli.output import print_json, print_path, print_table, printable, seconds

__all__ = ["LINE_HELP", "LineCommand", "answer", "open_engine", "search_options", "why_empty"]

AWAY = re.compile(r'-(?:[^\W\d_]{2}|[^\W\d_]*:|")')
F = TypeVar("F", bound=Callable[..., object])

COLUMNS = ("", "match", "name", "pack", "length", "kind", "bpm", "key", "why")
NUMERIC = frozenset({"", "match", "length", "bpm"})
NAMES = frozenset({"name", "pack"})


def _help(entry: str, text: str) -> str:
    return f"  {entry:<18} {text}"


LINE_HELP = "\n".join(
    (
        "\b",
        "Questions:",
        *(_help(f"{f.name}:{f.example}", f.help) for f in FIELDS.values()),
        _help("-WORD", "Push away what a word means; before a filter, keep what does not pass it."),
        _help("A OR B", "Between filters either will do; between words either phrase."),
        "",
        "\b",
        "Filters:",
        *(_help(f.example if f.name == EXACT else f"{f.name}:{f.example}", f.help) for f in FILTERS.values()),
    )
)


class LineCommand(click.Command):
    """A command that takes a query: ``-reverb`` is a word to push away, not the option ``-r``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Keep click from taking such words apart."""
        return super().parse_args(ctx, [f" {arg}" if AWAY.match(arg) else arg for arg in args])


def search_options(command: F) -> F:
    """Add the options of a search: ``-k``, ``--explain``, ``--paths``, ``--library`` and ``--json``."""
    command = click.option("--paths", is_flag=True, help="Print only the path of each hit.")(command)
    command = click.option("--explain", is_flag=True, help="Say of each hit why it is there.")(command)
    command = click.option("-k", type=int, metavar="N", help="How many results.  [CRATEDIG_RESULTS; 20]")(command)
    return json_option(library_option(command))


def open_engine(settings: Settings, store: Store) -> SearchEngine:
    """Return the engine for a library, with the model of these settings."""
    return SearchEngine(
        store, registry.load(model_name(settings, store), settings.models), settings.names_share, settings.models
    )


def answer(
    line: ParsedLine,
    library: Path | None,
    k: int | None,
    *,
    as_json: bool,
    paths: bool,
    explain: bool,
    can_replace: bool = False,
) -> None:
    """Ask the library and print what it finds; with `can_replace`, only loops that can stand in for a loop."""
    settings = settings_for(library, results=k)
    with open_library(settings) as store:
        engine = open_engine(settings, store)
        if can_replace:
            line = _replacing(line, engine)
        results = engine.search(SearchRequest.of(line, settings.results))
        hits = results.hits
        why = "" if hits else why_empty(store, line)
    if results.note:
        click.echo(printable(results.note), err=True)
    if as_json:
        for hit in hits:
            print_json(hit.as_dict())
    elif paths:
        for hit in hits:
            print_path(hit.path)
    elif hits:
        _show(hits, explain=explain)
    if not hits and not as_json:
        click.echo(printable(why), err=True)


def _replacing(line: ParsedLine, engine: SearchEngine) -> ParsedLine:
    narrowed = replacing(line, engine.facts(reference(line.likes[0])))
    if narrowed != line:
        added = " ".join(str(ParsedLine(filters=(group,))) for group in narrowed.filters[len(line.filters) :])
        click.echo(f"Loops that can replace it: {added} (--all for every sound)", err=True)
    return narrowed


def why_empty(store: Store, line: ParsedLine) -> str:
    """Say why a search finds nothing: words alone always find something."""
    counts = store.files.counts()
    if counts.missing and not counts.files:
        return "Every file of the library is missing. Is a drive unplugged? Connect it and run: cratedig index"
    if line.filters:
        return _unknown_tag(store, line) or "Nothing passes the filters."
    return "No name has these words." if counts.files else "There is nothing to hear in the library."


def _unknown_tag(store: Store, line: ParsedLine) -> str:
    """Name a tag of a line that no sound has, and the nearest that some have."""
    asked = [term.value for group in line.filters for term in group if term.name == "tag" and not term.negated]
    known = [*store.tags.counts()] if asked else []
    for tag in asked:
        if " ".join(tag.lower().split()) not in known:
            near = nearest(tag, known)
            return f"No sound has the tag {tag}. " + (f"Did you mean {near}?" if near else "cratedig tags lists all.")
    return ""


def _show(hits: Sequence[SearchHit], *, explain: bool) -> None:
    """Print a table of the columns that say something."""
    rows = [(*_cells(hit), ", ".join(hit.why) if explain else "by name" if hit.by_name else "") for hit in hits]
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
