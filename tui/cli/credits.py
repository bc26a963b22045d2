"""`cratedig credits`: a sheet of who made the sounds of a query, and under what licence they come."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import click

from cratedig.errors import ExportError
from search.credits import as_csv, as_markdown, credits_of, warnings
from tui.cli.hits import LINE_HELP, LineCommand
from tui.cli.options import json_option, library_option
from tui.cli.output import print_json, printable
from tui.cli.selection import selected

__all__ = ["command"]


@click.command("credits", cls=LineCommand, epilog=LINE_HELP)
@click.argument("query", nargs=-1, required=True)
@click.option("--md", type=click.Path(path_type=Path), metavar="FILE", help="Write the sheet as Markdown.")
@click.option("csv_file", "--csv", type=click.Path(path_type=Path), metavar="FILE", help="Write the sheet as CSV.")
@click.option("-k", type=int, metavar="N", help="How many of the sounds that words find.  [CRATEDIG_RESULTS; 20]")
@library_option
@json_option
def command(
    query: tuple[str, ...], md: Path | None, csv_file: Path | None, k: int | None, library: Path | None, as_json: bool
) -> None:
    """Show whom to credit for the sounds of a query, and what their licences ask for.

    For a song: cratedig credits "used:My Song" --md CREDITS.md. Sounds of unknown or non-commercial sources are
    warned about.
    """
    with selected(query, library, k) as (store, hits):
        sheet = credits_of(hits, store.licences.of([hit.content for hit in hits]))
    if md is not None:
        _write(md, as_markdown(sheet))
    if csv_file is not None:
        _write(csv_file, as_csv(sheet))
    if as_json:
        for credit in sheet:
            print_json(dataclasses.asdict(credit))
    elif md is None and csv_file is None:
        click.echo(as_markdown(sheet), nl=False)
    for warning in warnings(sheet):
        click.echo(f"Warning: {printable(warning)}", err=True)


def _write(file: Path, text: str) -> None:
    """Write a sheet in place of an older one."""
    try:
        file.write_text(text, encoding="utf-8", errors="replace")
    except OSError as error:
        raise ExportError(
            f"{file} cannot be written ({error.strerror}).", "Check that its folder is there and you may write in it."
        ) from None
