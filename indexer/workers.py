"""The processes that read files: started once, stopped with their parent, replaced when a file kills one."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import cache, partial
from itertools import chain
from multiprocessing.connection import wait as wait_for_process
from multiprocessing.synchronize import Event as ProcessEvent
from pathlib import Path

from cratedig.analysis.base import VERSION as ANALYSIS_VERSION
from cratedig.models import registry
from cratedig.store.rows import FailedFile
from cratedig.store.store import Store
from indexer.scan import Found
from indexer.stages import Cancelled, Outcome, Reader

__all__ = ["WorkerSetup", "read_all"]

TICK_S = 0.25
IN_FLIGHT_PER_JOB = 2
CRASHED = "Reading it crashed the decoder. The file is probably damaged: try to export it again."

_SPAWN = multiprocessing.get_context("spawn")


@dataclass(frozen=True, slots=True)
class WorkerSetup:
    """What a worker process needs to become a `Reader`."""

    model_name: str
    library: Path
    models: Path | None = None

    def reader(self, store: Store, cancelled: Callable[[], bool]) -> Reader:
        """Load the model; `store` tells what need not be embedded or measured again."""
        model = registry.load(self.model_name, self.models)
        return Reader(
            model,
            partial(store.segments.exist, model_key=model.info.key),
            partial(store.measures.exist, version=ANALYSIS_VERSION),
            cancelled,
        )


def read_all(
    batches: Iterable[Sequence[Found]], setup: WorkerSetup, jobs: int, cancelled: Callable[[], bool]
) -> Iterator[Sequence[Outcome]]:
    """Read batches of files in `jobs` processes (in this one when `jobs` is 1).

    Yields outcomes as they come, in no order, and an empty list every quarter second in which nothing came.
    A file that kills its process twice, the second time alone, is reported as failed; the run goes on.
    """
    if jobs == 1:
        return _read_here(batches, setup, cancelled)
    return _Pool(setup, jobs, jobs * IN_FLIGHT_PER_JOB).read(iter(batches), cancelled)


def _read_here(
    batches: Iterable[Sequence[Found]], setup: WorkerSetup, cancelled: Callable[[], bool]
) -> Iterator[Sequence[Outcome]]:
    with Store.open(setup.library) as store:
        reader = setup.reader(store, cancelled)
        for found in chain.from_iterable(batches):
            if cancelled():
                return
            try:
                yield [reader.read(found)]
            except Cancelled:
                return


class _Pool:
    """A process pool that survives the death of a worker."""

    def __init__(self, setup: WorkerSetup, jobs: int, most_in_flight: int) -> None:
        self._setup = setup
        self._jobs = jobs
        self._most_in_flight = most_in_flight
        self._stop = _SPAWN.Event()

    def read(self, batches: Iterator[Sequence[Found]], cancelled: Callable[[], bool]) -> Iterator[Sequence[Outcome]]:
        """See `read_all`."""
        executor = self._start()
        in_flight: dict[Future[list[Outcome]], Sequence[Found]] = {}
        try:
            while not cancelled():
                self._fill(executor, in_flight, batches)
                if not in_flight:
                    return
                outcomes, suspects = _collect(in_flight)
                yield outcomes
                if suspects:
                    executor.shutdown(cancel_futures=True)
                    yield from self._read_alone(suspects, cancelled)
                    executor = self._start()
        finally:
            self._stop.set()
            executor.shutdown(cancel_futures=True)

    def _start(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(self._jobs, _SPAWN, _start_worker, (self._setup, self._stop))

    def _fill(
        self,
        executor: ProcessPoolExecutor,
        in_flight: dict[Future[list[Outcome]], Sequence[Found]],
        batches: Iterator[Sequence[Found]],
    ) -> None:
        while len(in_flight) < self._most_in_flight:
            batch = next(batches, None)
            if batch is None:
                return
            in_flight[_submit(executor, batch)] = batch

    def _read_alone(self, suspects: list[Found], cancelled: Callable[[], bool]) -> Iterator[Sequence[Outcome]]:
        """One at a time, to tell which of them kills its process."""
        if self._most_in_flight == 1:
            yield [FailedFile(found.stamp, found.pack, CRASHED) for found in suspects]
            return
        alone = _Pool(self._setup, jobs=1, most_in_flight=1)
        yield from alone.read(([found] for found in suspects), cancelled)


def _submit(executor: ProcessPoolExecutor, batch: Sequence[Found]) -> Future[list[Outcome]]:
    try:
        with _interrupts_blocked():
            return executor.submit(_read_batch, batch)
    except BrokenProcessPool as error:  # a worker died since the last batch was submitted
        broken: Future[list[Outcome]] = Future()
        broken.set_exception(error)
        return broken


@contextlib.contextmanager
def _interrupts_blocked() -> Iterator[None]:
    """Block Ctrl-C, which a process started meanwhile inherits: it would die of it before it can ignore it."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _collect(
    in_flight: dict[Future[list[Outcome]], Sequence[Found]],
) -> tuple[list[Outcome], list[Found]]:
    """Take what is done; when a worker has died, every file then in flight is a suspect."""
    outcomes: list[Outcome] = []
    suspects: list[Found] = []
    done, _ = wait(in_flight, timeout=TICK_S, return_when=FIRST_COMPLETED)
    for future in done:
        batch = in_flight.pop(future)
        try:
            outcomes += future.result()
        except BrokenProcessPool:
            suspects += batch
    if suspects:
        suspects += [found for batch in in_flight.values() for found in batch]
        in_flight.clear()
    return outcomes, suspects


_get_reader: Callable[[], Reader]


def _start_worker(setup: WorkerSetup, stop: ProcessEvent) -> None:
    global _get_reader  # noqa: PLW0603  (a pool's initializer has no other way to hand over)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's: it stops us through `stop`
    threading.Thread(target=_die_with_parent, daemon=True).start()
    # Loaded by the first batch: an error here would look like a crash, there it reaches the parent as itself.
    _get_reader = cache(lambda: setup.reader(Store.open(setup.library), stop.is_set))


def _die_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait_for_process([parent.sentinel])
        os._exit(1)


def _read_batch(batch: Sequence[Found]) -> list[Outcome]:
    reader = _get_reader()
    outcomes = []
    for found in batch:
        try:
            outcomes.append(reader.read(found))
        except Cancelled:
            break
    return outcomes
