"""`cratedig index`: bring the library up to date with the folders."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from cratedig.errors import LibraryError, QueryError
from cratedig.paths import LibraryPaths
from indexer.events import (
    EmbedBeside,
    Event,
    FileFailed,
    FolderGone,
    FolderSkipped,
    IndexFinished,
    IndexProgress,
    ScanFinished,
    ScanProgress,
    as_dict,
)
from indexer.map import start as start_map
from indexer.pipeline import IndexRequest, index
from tui.cli.options import json_option, library_option, model_name, open_library, settings_for, whole_path
from tui.cli.output import print_json, printable

__all__ = ["command", "draw", "stop_on_signals"]

FAILURES_SHOWN = 10


@click.command("index")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@library_option
@click.option("--model", metavar="NAME", help="Embedding model of a new library.  [CRATEDIG_MODEL; compact]")
@click.option("--jobs", type=int, metavar="N", help="Processes that read files.  [CRATEDIG_JOBS]")
@click.option("--reembed", is_flag=True, help="Change the library's model, and keep vectors of no other.")
@click.option("--beside", metavar="NAME", help="Keep vectors of this model, too: search them with model:NAME.")
@click.option("--retry-failed", is_flag=True, help="Read files again that failed before.")
@json_option
def command(
    paths: tuple[Path, ...],
    library: Path | None,
    model: str | None,
    jobs: int | None,
    reembed: bool,
    beside: str | None,
    retry_failed: bool,
    as_json: bool,
) -> None:
    """Index folders and files, or everything again that was indexed before.

    Only new and changed files are read. Ctrl-C stops; the next run continues. Your audio files are never touched.
    """
    settings = settings_for(library, model=model, jobs=jobs)
    if not LibraryPaths(settings.library).database.exists():
        _refuse_slips(paths)
    with open_library(settings, create=bool(paths)) as store, stop_on_signals() as stop:
        if not paths and not store.files.roots():
            raise QueryError("There is nothing to index yet.", "Name a folder: cratedig index FOLDER_OF_SAMPLES")
        request = IndexRequest(
            [whole_path(path) for path in paths],
            model_name(settings, store),
            jobs=settings.jobs,
            reembed=reembed,
            retry_failed=retry_failed,
            beside=beside,
            models=settings.models,
            vocabularies=settings.vocabularies,
        )
        with closing(index(store, request, stop.is_set)) as events:
            finished = _print_events(events) if as_json else draw(events)
        if not finished.cancelled:
            start_map(store)
    if finished.cancelled:
        raise click.Abort


def _refuse_slips(paths: Sequence[Path]) -> None:
    """A library is not made for a path that leads nowhere."""
    for path in paths:
        if not path.expanduser().exists():
            raise LibraryError(f"There is no folder or file {path}.", "Check the spelling.")


@contextmanager
def stop_on_signals() -> Iterator[threading.Event]:
    """Set an event on the first Ctrl-C or termination; a second Ctrl-C interrupts at once."""
    stop = threading.Event()

    def on_signal(_number: int, _frame: object) -> None:
        stop.set()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    previous = {number: signal.signal(number, on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def _print_events(events: Iterator[Event]) -> IndexFinished:
    for event in events:
        print_json(as_dict(event))
    return _last(event)


def _last(event: Event) -> IndexFinished:
    if not isinstance(event, IndexFinished):
        raise TypeError(event)
    return event


def draw(events: Iterator[Event]) -> IndexFinished:
    """Draw a progress bar with rate, time left and failures on standard error."""
    console = Console(stderr=True, highlight=False)
    failures = 0
    scanned = ScanFinished(0, 0, 0, 0, 0, 0)
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as bar:
        task = bar.add_task("looking for sounds", total=None, rate="")
        for event in events:
            match event:
                case ScanProgress(files=files):
                    bar.update(task, completed=files)
                case ScanFinished(pending=pending):
                    scanned = event
                    bar.reset(task, total=pending, description="indexing", rate="")
                case EmbedBeside(model=model, problem=problem) if problem:
                    console.print(Text(f"not heard by {model}: {printable(problem)}."), soft_wrap=True)
                case EmbedBeside(model=model, pending=pending):
                    bar.reset(task, total=pending, description=f"embedding with {model}", rate="")
                case IndexProgress(done=done, failed=failed, files_per_s=rate):
                    failed_text = f", {failed} failed" if failed else ""
                    bar.update(task, completed=done, rate=f"{rate:.0f} files/s{failed_text}")
                case FolderGone(path=path):
                    console.print(Text(f"not there: {printable(path)}. Is a drive unplugged?"), soft_wrap=True)
                case FolderSkipped(path=path, reason=reason):
                    console.print(Text(f"folder skipped: {printable(path)} ({reason})"), soft_wrap=True)
                case FileFailed(path=path, reason=reason):
                    failures += 1
                    if failures <= FAILURES_SHOWN:
                        console.print(Text(f"not read: {printable(path)} ({reason})"), soft_wrap=True)
    finished = _last(event)
    _summarise(console, scanned, finished, failures)
    return finished


def _summarise(console: Console, scanned: ScanFinished, finished: IndexFinished, failures: int) -> None:
    if failures > FAILURES_SHOWN:
        console.print(f"... and {failures - FAILURES_SHOWN} more; `cratedig status` lists them")
    counts = {
        "indexed": finished.indexed - finished.moved,
        "moved": finished.moved,
        "came back": scanned.returned,
        "unchanged": scanned.files - scanned.new - scanned.changed - scanned.returned,
        "missing": finished.missing,
        "not readable": finished.failed,
        "out of reach": finished.unreachable,
    }
    said = ", ".join(f"{count} {what}" for what, count in counts.items() if count) or "no sounds found"
    state = "stopped; run it again to continue" if finished.cancelled else "done"
    console.print(f"{state}: {said} in {finished.seconds:.1f} s")
