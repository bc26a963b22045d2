"""`cratedig similar`: sounds like a reference."""

from __future__ import annotations

from pathlib import Path

import click

from search.line import ParsedLine
from search.parse import parse_line, parse_reference
from tui.cli.hits import LINE_HELP, LineCommand, answer, search_options

__all__ = ["command"]


@click.command("similar", cls=LineCommand, epilog=LINE_HELP)
@click.argument("reference", metavar="FILE_OR_ID")
@click.argument("words", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="With a loop: also sounds that cannot replace it.")
@search_options
def command(
    reference: str,
    words: tuple[str, ...],
    everything: bool,
    library: Path | None,
    k: int | None,
    as_json: bool,
    paths: bool,
    explain: bool,
) -> None:
    """Find sounds like an audio file, in the library or not, or like the content with this id.

    Words change what is wanted, filters narrow it: cratedig similar kick.wav darker "len:..1". For a loop, only loops
    are listed whose tempo and key fit.
    """
    like = ParsedLine(likes=(parse_reference(reference),))
    line = parse_line(" ".join((str(like), *words)))
    answer(line, library, k, as_json=as_json, paths=paths, explain=explain, can_replace=not everything)
