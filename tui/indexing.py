"""Indexing behind the app: the pipeline in a thread of its own, with its own connection, told as events."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from cratedig.config import Settings
from cratedig.errors import CratedigError
from tui.session import Broken, Event, Progress, Refused

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Indexing"]


class Indexing:
    """At most one run at a time; `tell` gets its events in its thread."""

    def __init__(self, settings: Settings, tell: Callable[[Event], None]) -> None:
        self._settings = settings
        self._tell = tell
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def running(self) -> bool:
        """Whether a run is under way."""
        return self._thread is not None and self._thread.is_alive()

    def start(self, folders: Sequence[Path]) -> bool:
        """Index folders, or look for changes in all that are known; False when a run is under way."""
        if self.running:
            return False
        self._stop.clear()
        self._thread = threading.Thread(target=self._run, args=(folders,), name="indexing")
        self._thread.start()
        return True

    def stop(self) -> None:
        """End the run after the file it is at; the next one continues."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self, folders: Sequence[Path]) -> None:
        try:
            self._index(folders)
        except CratedigError as error:
            self._tell(Refused(error.message, error.hint))
        except Exception as error:
            self._tell(Broken(error))

    def _index(self, folders: Sequence[Path]) -> None:
        from cratedig.paths import LibraryPaths  # noqa: PLC0415  (not before the first paint)
        from cratedig.store.connection import plain_errors  # noqa: PLC0415
        from cratedig.store.store import Store  # noqa: PLC0415
        from indexer.map import start as start_map  # noqa: PLC0415
        from indexer.pipeline import IndexRequest, index  # noqa: PLC0415

        _let_processes_start()
        settings = self._settings
        with (
            plain_errors(LibraryPaths(settings.library).database),
            Store.create_or_open(settings.library) as store,
        ):
            own = store.model
            request = IndexRequest(
                [str(folder) for folder in folders],
                settings.model_for(None if own is None else own.name),
                jobs=settings.jobs,
                models=settings.models,
                vocabularies=settings.vocabularies,
            )
            for event in index(store, request, self._stop.is_set):
                self._tell(Progress(event))
            if not self._stop.is_set():
                start_map(store)


def _let_processes_start() -> None:
    """Start what watches over processes: it hands on the file of standard error, and Textual's stand-in has none."""
    from multiprocessing import resource_tracker  # noqa: PLC0415

    with contextlib.redirect_stderr(sys.__stderr__):
        resource_tracker.ensure_running()
