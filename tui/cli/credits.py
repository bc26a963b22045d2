"""`cratedig credits`: a sheet of who made the sounds of a query, and under what licence they come."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import click

from search.credits import HEADINGS, TITLE, as_csv, as_markdown, credits_of, warnings
from search.export import write_again
from tui.cli.hits import LINE_HELP, LineCommand
from tui.cli.options import OutputFile, json_option, library_option
from tui.cli.output import print_json, printable
from tui.cli.selection import selected

__all__ = ["command"]


@click.command("credits", cls=LineCommand, epilog=LINE_HELP)
@click.argument("query", nargs=-1, required=True)
@click.option("--md", type=OutputFile(".md"), metavar="FILE", help="Write the sheet as Markdown.")
@click.option("csv_file", "--csv", type=OutputFile(".csv"), metavar="FILE", help="Write the sheet as CSV.")
@click.option("-k", type=int, metavar="N", help="How many of the sounds that words find.  [CRATEDIG_RESULTS; 20]")
@library_option
@json_option
def command(
    query: tuple[str, ...], md: Path | None, csv_file: Path | None, k: int | None, library: Path | None, as_json: bool
) -> None:
    """Show whom to credit for the sounds of a query, and what their licences ask for.

    For a song: cratedig credits 'used:"My Song"' --md CREDITS.md. Sounds of unknown or non-commercial sources are
    warned about. A sheet takes the place of an older one, and of no other file.
    """
    with selected(query, library, k) as (store, hits):
        sheet = credits_of(hits, store.licences.of([hit.content for hit in hits]))
    if md is not None:
        write_again(md, as_markdown(sheet), TITLE)
    if csv_file is not None:
        write_again(csv_file, as_csv(sheet), HEADINGS)
    if as_json:
        for credit in sheet:
            print_json(dataclasses.asdict(credit))
    elif md is None and csv_file is None:
        click.echo(as_markdown(sheet), nl=False)
    for warning in warnings(sheet):
        click.echo(f"Warning: {printable(warning)}", err=True)
