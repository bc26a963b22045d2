"""`cratedig watch`: keep the library's folders indexed."""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path

import click

from cratedig.errors import QueryError
from indexer.events import Event, FileFailed, FolderBack, FolderGone, FolderSkipped, IndexFinished, Waiting, as_dict
from indexer.pipeline import IndexRequest
from indexer.watch import watch
from tui.cli.index import stop_on_signals
from tui.cli.options import json_option, library_option, model_name, open_library, settings_for
from tui.cli.output import print_json, printable

__all__ = ["command"]


@click.command("watch")
@click.option(
    "--interval", type=click.FloatRange(min=0.1), default=5.0, show_default=True, help="Seconds between two looks."
)
@click.option("--jobs", type=int, metavar="N", help="Processes that read files.  [CRATEDIG_JOBS]")
@library_option
@json_option
def command(interval: float, jobs: int | None, library: Path | None, as_json: bool) -> None:
    """Watch the library's folders, and index what is new, changed, moved or gone. Ctrl-C stops.

    Looks become rarer while nothing happens, to one a minute. Drives may come and go.
    """
    settings = settings_for(library, jobs=jobs)
    with open_library(settings) as store, stop_on_signals() as stop:
        roots = len(store.files.roots())
        if not roots:
            raise QueryError("There is nothing to watch yet.", "Name a folder: cratedig index FOLDER_OF_SAMPLES")
        request = IndexRequest(
            (),
            model_name(settings, store),
            jobs=settings.jobs,
            models=settings.models,
            vocabularies=settings.vocabularies,
        )
        click.echo(f"Watching {roots} {'folder' if roots == 1 else 'folders'}. Ctrl-C stops.", err=True)
        with closing(watch(store, request, interval, stop.wait)) as events:
            for event in events:
                if as_json:
                    print_json(as_dict(event))
                elif said := _in_words(event):
                    click.echo(f"{time.strftime('%H:%M:%S')}  {printable(said)}")


def _in_words(event: Event) -> str:
    """Say what a producer wants to know of a run; nothing of its progress."""
    said = ""
    match event:
        case FolderGone(path=path):
            said = f"not there: {path}. Is a drive unplugged? Its sounds come back with it."
        case FolderBack(path=path):
            said = f"back: {path}"
        case FolderSkipped(path=path, reason=reason):
            said = f"folder skipped: {path} ({reason})"
        case FileFailed(path=path, reason=reason):
            said = f"not read: {path} ({reason})"
        case Waiting(reason=reason):
            said = f"{reason} Waiting for it."
        case IndexFinished(cancelled=False):
            read = event.indexed - event.moved
            said = f"up to date: {read} read, {event.moved} moved, {event.missing} missing in the library"
    return said
