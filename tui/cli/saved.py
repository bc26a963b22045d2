"""`cratedig saved`: query lines kept under a name."""

from __future__ import annotations

from pathlib import Path

import click

from cratedig.errors import QueryError
from search.parse import parse_line
from tui.cli.hits import LINE_HELP, LineCommand, answer, search_options
from tui.cli.options import open_library, settings_for
from tui.cli.output import print_json, printable

__all__ = ["command"]


@click.command("saved", cls=LineCommand, epilog=LINE_HELP)
@click.argument("name", required=False)
@click.argument("query", nargs=-1)
@click.option("--drop", is_flag=True, help="Keep this search no more.")
@search_options
def command(
    name: str | None,
    query: tuple[str, ...],
    drop: bool,
    library: Path | None,
    k: int | None,
    as_json: bool,
    paths: bool,
    explain: bool,
) -> None:
    """Keep a search under a name, ask it again, or list those that are kept.

    For example: cratedig saved "short kicks" kick len:..0.5, and from then on: cratedig saved "short kicks"
    """
    with open_library(settings_for(library)) as store:
        searches = store.user.saved_searches()
        if name is None:
            for kept, line in searches.items():
                _show(kept, line, as_json=as_json)
            return
        if query:
            line = " ".join(part.strip() for part in query)
            parse_line(line)  # what cannot be asked is not kept
            store.user.save_search(name, line)
            click.echo(f"Saved as {printable(name)}. To take it back: cratedig undo", err=True)
            return
        if name not in searches:
            known = ", ".join(map(printable, searches)) or "none yet"
            raise QueryError(f"No search is saved as {name}.", f"Saved searches: {known}.")
        if drop:
            store.user.drop_search(name)
            return
    answer(parse_line(searches[name]), library, k, as_json=as_json, paths=paths, explain=explain)


def _show(name: str, line: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"name": name, "query": line})
    else:
        click.echo(f"{printable(name)}: {printable(line)}")
