"""`cratedig map`: how far the map of the library is, and drawing it again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress

from cratedig.errors import LibraryError
from cratedig.store.store import Store
from indexer.map import FEWEST, MapProgress, due, is_drawing, update
from tui.cli.index import stop_on_signals
from tui.cli.options import json_option, library_option, open_library, settings_for
from tui.cli.output import print_json

__all__ = ["command"]


@click.command("map")
@click.option("--again", is_flag=True, help="Draw the whole map now: every sound may get another place.")
@library_option
@json_option
def command(again: bool, library: Path | None, as_json: bool) -> None:
    """Show how many sounds are on the map that the app shows with m.

    It is drawn behind your back after indexing. New sounds are put among those they are like; nothing else moves until
    the library has doubled. Ctrl-C stops drawing, and leaves the map as it was.
    """
    with open_library(settings_for(library)) as store:
        if again:
            _draw(store, as_json=as_json)
        _show(store, as_json=as_json)


def _draw(store: Store, *, as_json: bool) -> None:
    model = store.model
    if model is None or store.places.counts(model).sounds < FEWEST:
        raise LibraryError(f"A map needs {FEWEST} sounds or more.", "Index more: cratedig index FOLDER_OF_SAMPLES")
    with stop_on_signals() as stop:
        events = update(store, stop.is_set, again=True)
        if as_json:
            for event in events:
                print_json(asdict(event))
        else:
            _draw_bar(events)
        if stop.is_set():
            raise click.Abort


def _draw_bar(events: Iterator[MapProgress]) -> None:
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("drawing the map")
        for event in events:
            bar.update(task, completed=event.done, total=event.total)


def _show(store: Store, *, as_json: bool) -> None:
    model = store.model
    if model is None:
        raise LibraryError("The library is empty.", "Fill it with: cratedig index FOLDER_OF_SAMPLES")
    counts, work, drawing = store.places.counts(model), due(store), is_drawing(store)
    if as_json:
        print_json({**asdict(counts), "due": work, "drawing": drawing})
        return
    click.echo(f"{counts.placed:,} of {counts.sounds:,} sounds are on the map; it was drawn from {counts.drawn:,}.")
    if counts.sounds < FEWEST:
        click.echo(f"It needs {FEWEST} sounds or more.")
    elif drawing:
        click.echo("It is being brought up to date now.")
    elif work is not None:
        click.echo("It is brought up to date after the next index run, or now with: cratedig map --again")
