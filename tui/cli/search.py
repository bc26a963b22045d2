"""`cratedig search`: sounds that words describe."""

from __future__ import annotations

from pathlib import Path

import click

from search.parse import parse_line
from tui.cli.hits import LINE_HELP, LineCommand, answer, search_options

__all__ = ["command"]


@click.command("search", cls=LineCommand, epilog=LINE_HELP)
@click.argument("query", nargs=-1, required=True)
@search_options
def command(
    query: tuple[str, ...], library: Path | None, k: int | None, as_json: bool, paths: bool, explain: bool
) -> None:
    """Find sounds by words, such as "dusty kick".

    Filters may stand among the words: cratedig search "dusty kick len:<1 pack:tape". Filters alone list what meets
    them. A path of an audio file finds sounds like it.
    """
    answer(parse_line(" ".join(query)), library, k, as_json=as_json, paths=paths, explain=explain)
