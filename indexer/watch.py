"""Keep the library's folders indexed: look every few seconds, and index what has changed and come to rest.

Looking is the scan of `indexer.scan`: it reads names, sizes and times, takes no lock and writes nothing. So it works
alike on local disks, network drives and sticks, needs no notice from the system, and misses nothing that happened
while the machine slept.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Generator, Sequence

from cratedig.errors import LibraryBusyError
from cratedig.store.rows import FileStamp
from cratedig.store.store import Store
from indexer.events import Event, FileFailed, FolderBack, FolderGone, Waiting
from indexer.pipeline import IndexRequest, index
from indexer.scan import ScanResult, scan

__all__ = ["watch"]

LONGEST_S = 60.0  # between two looks, when nothing happens
SETTLED_S = 2.0  # a file that is still being copied has another size by then
SHARE = 0.05  # of the time may be spent looking


def watch(
    store: Store, request: IndexRequest, interval_s: float, stopped: Callable[[float], bool]
) -> Generator[Event, None, None]:
    """Watch every root of the library until `stopped`; yields the events of each run that there is reason for.

    The time between two looks doubles from `interval_s` to a minute while nothing happens, and is never so short that
    looking takes more than a twentieth of the time. What a run could not mend is tried again every few minutes.

    Parameters
    ----------
    store : Store
        Roots that are added meanwhile are watched too.
    request : IndexRequest
        How to index; without paths, so that every root is.
    interval_s : float
        Seconds between two looks while something happens.
    stopped : callable
        Wait so many seconds, and tell whether to stop; `threading.Event.wait` does.
    """
    gone: set[str] = set()
    tried: set[FileStamp | int] = set()  # in vain: forbidden, or on a drive that does not hand them over
    documents = seen = None
    pause_s = interval_s
    while True:
        started = time.monotonic()
        roots = [os.fsdecode(root) for root in store.files.roots()]
        yield from _comings_and_goings(roots, gone)
        found = _look(store, roots, stopped)
        shortest_s = (time.monotonic() - started) / SHARE
        if stopped(0):
            return
        tried = set() if pause_s == LONGEST_S else tried
        news = _news(found) - tried
        state = (news, found.documents)
        if not news and found.documents == documents:
            pause_s = min(2 * pause_s, LONGEST_S)
        elif state != seen:
            pause_s = min(SETTLED_S, interval_s)
        else:
            pause_s = interval_s
            try:
                failed = yield from _run(store, request, stopped)
                tried |= {file for file in news if isinstance(file, FileStamp) and file.text in failed}
                documents = found.documents
            except LibraryBusyError as error:
                yield Waiting(error.message, pause_s)
        seen = state
        if stopped(max(pause_s, shortest_s)):
            return


def _look(store: Store, roots: Sequence[str], stopped: Callable[[float], bool]) -> ScanResult:
    """Scan, without saying anything: the run says it, if there is one."""
    looking = scan(store, roots, lambda: stopped(0), retry_failed=False)
    while True:
        try:
            next(looking)
        except StopIteration as end:
            result: ScanResult = end.value
            return result


def _news(found: ScanResult) -> set[FileStamp | int]:
    """What there is to index: files as they are now, and ids of those that went or came back."""
    return {*(file.stamp for file in (*found.new, *found.changed)), *found.missing, *found.returned}


def _run(store: Store, request: IndexRequest, stopped: Callable[[float], bool]) -> Generator[Event, None, set[str]]:
    """Index, and return the paths that could not be read."""
    failed = set()
    for event in index(store, request, lambda: stopped(0)):
        if isinstance(event, FileFailed):
            failed.add(event.path)
        if not isinstance(event, FolderGone):  # that is said once, not at every run
            yield event
    return failed


def _comings_and_goings(roots: Sequence[str], gone: set[str]) -> Generator[Event, None, None]:
    """Say once that a root is gone, and once that it is back."""
    for root in roots:
        there = os.path.exists(root)  # noqa: PTH110
        if there and root in gone:
            gone.remove(root)
            yield FolderBack(root)
        elif not there and root not in gone:
            gone.add(root)
            yield FolderGone(root)
