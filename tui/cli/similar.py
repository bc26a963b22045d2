"""`cratedig similar`: sounds like a reference."""

from __future__ import annotations

from pathlib import Path

import click

from search.parse import parse_reference
from tui.cli.hits import answer, search_options

__all__ = ["command"]


@click.command("similar")
@click.argument("reference", metavar="FILE_OR_ID")
@search_options
def command(reference: str, library: Path | None, k: int | None, as_json: bool, **filters: str | None) -> None:
    """Find sounds like an audio file, in the library or not, or like the content with this id.

    A sound that is in the library finds itself first.
    """
    answer(parse_reference(reference), library, k, filters, as_json=as_json)
