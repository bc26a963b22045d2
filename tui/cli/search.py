"""`cratedig search`: sounds that words describe."""

from __future__ import annotations

from pathlib import Path

import click

from search.parse import parse_query
from tui.cli.hits import FILTER_HELP, answer, search_options

__all__ = ["command"]


@click.command("search", epilog=FILTER_HELP)
@click.argument("query", nargs=-1, required=True)
@search_options
def command(query: tuple[str, ...], library: Path | None, k: int | None, as_json: bool, paths: bool) -> None:
    """Find sounds by words, such as "dusty kick".

    Filters may stand among the words: cratedig search "dusty kick len:<1 pack:tape". Filters alone list what meets
    them. A path of an audio file finds sounds like it.
    """
    question, filters = parse_query(" ".join(query))
    answer(question, filters, library, k, as_json=as_json, paths=paths)
