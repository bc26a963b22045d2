"""Worker processes that die: a setup whose readers are killed by a file of a certain name."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from cratedig.store.store import Store
from indexer.scan import Found
from indexer.stages import Outcome, Reader
from indexer.workers import WorkerSetup

ALWAYS, ONCE = "killer.wav", "0 unlucky.wav"  # read last and first


class CrashingReader(Reader):
    """Dies of `ALWAYS`, and of `ONCE` the first time."""

    def read(self, found: Found) -> Outcome:
        path = Path(found.stamp.text)
        if path.name == ALWAYS:
            os._exit(9)
        if path.name == ONCE:
            died = path.with_suffix(".died")
            if not died.exists():
                died.touch()
                os._exit(9)
        return super().read(found)


class CrashingSetup(WorkerSetup):
    """Makes `CrashingReader`s."""

    def reader(self, store: Store, cancelled: Callable[[], bool]) -> Reader:
        reader = super().reader(store, cancelled)
        reader.__class__ = CrashingReader
        return reader
