"""`cratedig rebuild`: make the search cache again."""

from __future__ import annotations

import time
from pathlib import Path

import click

from cratedig.vectors.snapshot import rebuild_cache
from tui.cli.options import library_option, open_library, settings_for

__all__ = ["command"]


@click.command("rebuild")
@library_option
def command(library: Path | None) -> None:
    """Make the search cache again from the database. Nothing else is touched."""
    started = time.monotonic()
    with open_library(settings_for(library)) as store:
        vectors = sum(rebuild_cache(store, model) for model in store.models)
    click.echo(f"Rebuilt the search cache: {vectors} vectors in {time.monotonic() - started:.1f} s.", err=True)
