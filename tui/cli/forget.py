"""`cratedig forget`: take a folder or file out of the library."""

from __future__ import annotations

from pathlib import Path

import click

from cratedig.errors import QueryError
from indexer.upkeep import forget
from tui.cli.options import library_option, open_library, settings_for, whole_path

__all__ = ["command"]


@click.command("forget")
@click.argument("path", type=click.Path(path_type=Path))
@library_option
def command(path: Path, library: Path | None) -> None:
    """Take a folder or file out of the library. The audio itself is not touched.

    What lies inside a folder that you index again comes back.
    """
    with open_library(settings_for(library)) as store:
        dropped = forget(store, whole_path(path))
    if not dropped:
        raise QueryError(
            f"The library knows nothing at {whole_path(path)}.", "cratedig status shows the library in use."
        )
    click.echo(f"Files forgotten: {dropped}. The audio is where it was.", err=True)
