"""`cratedig backup`: what you decided about sounds, as one file."""

from __future__ import annotations

from pathlib import Path

import click

from cratedig.store.backup import write_backup
from tui.cli.options import library_option, open_library, settings_for

__all__ = ["command"]


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path))
@library_option
def command(file: Path, library: Path | None) -> None:
    """Write tags, favourites, collections, tempi, use, licence notes and saved searches to a file.

    They hang on the audio itself: restored into any library, they find their sounds under other names and in other
    folders, also those that are indexed later. Audio and what can be computed again are not in it.
    """
    with open_library(settings_for(library)) as store:
        count = write_backup(store.user, file)
    click.echo(f"Entries written: {count}. To merge them into another library: cratedig restore FILE", err=True)
