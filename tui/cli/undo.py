"""`cratedig undo`: take back the last thing done to tags, favourites, collections and the like."""

from __future__ import annotations

from pathlib import Path

import click

from cratedig.config import Settings
from cratedig.errors import LibraryBusyError, ModelError
from cratedig.store.store import Store
from cratedig.store.user import Step
from tui.cli.options import library_option, open_library, settings_for
from tui.cli.output import printable
from tui.cli.tags import retag

__all__ = ["command", "follow"]

STEPS_SHOWN = 20


@click.command("undo")
@click.option("show", "--list", is_flag=True, help="Show what can be taken back, the last first; change nothing.")
@library_option
def command(show: bool, library: Path | None) -> None:
    """Take back the last change to tags, favourites, collections, tempi, use, licences or saved searches.

    Run it again to go back further, without limit.
    """
    settings = settings_for(library)
    with open_library(settings) as store:
        if show:
            for step in store.user.steps(STEPS_SHOWN):
                click.echo(_shown(step))
            return
        taken_back = store.user.undo()
        if taken_back is not None and "verdict" in taken_back.tables:
            follow(settings, store)
    if taken_back is None:
        click.echo("There is nothing to take back.", err=True)
    else:
        click.echo(f"Taken back: {_shown(taken_back)}", err=True)


def follow(settings: Settings, store: Store) -> None:
    """Let proposed tags follow what verdicts now teach; what is done is done, also when they cannot yet."""
    try:
        retag(settings, store)
    except (LibraryBusyError, ModelError) as error:
        click.echo(f"{printable(error.message)} Proposed tags follow with the next: cratedig index", err=True)


def _shown(step: Step) -> str:
    return f"{printable(step.label)} ({step.edits} {'change' if step.edits == 1 else 'changes'})"
