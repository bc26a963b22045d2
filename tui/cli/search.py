"""`cratedig search`: sounds that words describe."""

from __future__ import annotations

from pathlib import Path

import click

from search.parse import parse_query
from tui.cli.hits import answer, search_options

__all__ = ["command"]


@click.command("search")
@click.argument("query", nargs=-1, required=True)
@search_options
def command(query: tuple[str, ...], library: Path | None, k: int | None, as_json: bool, **filters: str | None) -> None:
    """Find sounds by words, such as "dusty kick". A path of an audio file finds sounds like it."""
    answer(parse_query(" ".join(query)), library, k, filters, as_json=as_json)
