"""`cratedig restore`: merge a backup into the library."""

from __future__ import annotations

from pathlib import Path

import click

from cratedig.paths import LibraryPaths
from cratedig.store.backup import read_backup
from cratedig.store.user import Difference
from tui.cli.options import library_option, open_library, settings_for
from tui.cli.output import print_table
from tui.cli.undo import follow

__all__ = ["command"]

KINDS = {
    "favourite": "favourites",
    "collected": "sounds in collections",
    "verdict": "tags",
    "tempo": "tempi",
    "used": "used in projects",
    "licence_note": "licence notes",
    "saved_search": "saved searches",
}


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--replace", is_flag=True, help="Where both say something different, take the backup's side.")
@click.option("--yes", is_flag=True, help="Do it. Without this, what would change is only shown.")
@library_option
def command(file: Path, replace: bool, yes: bool, library: Path | None) -> None:
    """Merge what `cratedig backup` wrote into the library. Nothing that only the library has is lost.

    Where both say something different about a sound, what the library says stays, unless --replace is given. One
    `cratedig undo` takes all of it back.
    """
    rows = read_backup(file)
    settings = settings_for(library)
    if not yes and not LibraryPaths(settings.library).database.exists():
        differences = {table: Difference(new=len(rows_of)) for table, rows_of in rows.items()}
    else:
        with open_library(settings, create=yes) as store:
            differences = store.user.compare(rows)
            if yes:
                store.user.merge(rows, replace=replace)
                follow(settings, store)
    changes = "replaced" if replace else "different, kept"
    print_table(
        ["", "new", changes, "same"],
        [[KINDS[table], str(d.new), str(d.other), str(d.same)] for table, d in sorted(differences.items())],
        right=frozenset({"new", changes, "same"}),
        cut=frozenset(),
    )
    click.echo("Done. To take it back: cratedig undo" if yes else "Nothing was changed. To do it, add --yes", err=True)
