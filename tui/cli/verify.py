"""`cratedig verify`: whether the library is sound."""

from __future__ import annotations

from pathlib import Path

import click

from indexer.upkeep import verify
from tui.cli.options import json_option, library_option, open_library, settings_for
from tui.cli.output import print_json, printable

__all__ = ["command"]


@click.command("verify")
@library_option
@click.option("--decode", is_flag=True, help="Read every file again and compare its audio (slow).")
@json_option
def command(library: Path | None, decode: bool, as_json: bool) -> None:
    """Check database, search cache and files against each other. Exits with 2 when something is wrong."""
    settings = settings_for(library)
    found = 0
    with open_library(settings) as store:
        for problem in verify(store, decode=decode):
            found += 1
            if as_json:
                print_json({"problem": problem.what, "remedy": problem.remedy})
            else:
                click.echo(f"{printable(problem.what)}. {printable(problem.remedy)}")
    if found:
        raise SystemExit(2)
    click.echo("All is well.", err=True)
