"""`cratedig dupes`: the same audio in several places."""

from __future__ import annotations

from pathlib import Path

import click

from tui.cli.options import json_option, library_option, open_library, settings_for
from tui.cli.output import print_json, printable, size

__all__ = ["command"]


@click.command("dupes")
@library_option
@json_option
def command(library: Path | None, as_json: bool) -> None:
    """List sounds that lie in several places, by their audio: names, formats and tags may differ.

    The file that was indexed first is proposed as the one to keep. Nothing is deleted.
    """
    groups = wasted = 0
    with open_library(settings_for(library)) as store:
        for content_hash, (keeper, *others) in store.files.duplicates():
            groups += 1
            wasted += sum(row.stamp.size for row in others)
            if as_json:
                paths = [row.stamp.text for row in others]
                print_json({"content": content_hash, "keep": keeper.stamp.text, "others": paths})
                continue
            click.echo(f"keep  {printable(keeper.stamp.text)}")
            for row in others:
                click.echo(f"      {printable(row.stamp.text)}")
    click.echo(f"Sounds in several places: {groups}. The copies take {size(wasted)}.", err=True)
