"""`cratedig similar`: sounds like a reference."""

from __future__ import annotations

from pathlib import Path

import click

from search.parse import parse_filters, parse_reference
from tui.cli.hits import FILTER_HELP, answer, search_options

__all__ = ["command"]


@click.command("similar", epilog=FILTER_HELP)
@click.argument("reference", metavar="FILE_OR_ID")
@click.argument("filters", nargs=-1)
@search_options
def command(
    reference: str, filters: tuple[str, ...], library: Path | None, k: int | None, as_json: bool, paths: bool
) -> None:
    """Find sounds like an audio file, in the library or not, or like the content with this id.

    Filters narrow the search: cratedig similar loop.wav "bpm:~120".
    """
    answer(parse_reference(reference), parse_filters(" ".join(filters)), library, k, as_json=as_json, paths=paths)
