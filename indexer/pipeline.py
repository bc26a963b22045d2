"""The walk from folders to a searchable library: scan, read, store, refresh the cache."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from cratedig.analysis.base import VERSION as ANALYSIS_VERSION
from cratedig.errors import LibraryError, ModelError
from cratedig.models import registry
from cratedig.store.rows import FailedFile, IndexedFile, ModelRow
from cratedig.store.store import Store, mismatch
from cratedig.types import ModelInfo
from cratedig.vectors.snapshot import refresh_cache
from indexer.events import EmbedBeside, Event, FileFailed, FolderGone, IndexFinished, IndexProgress, ScanFinished
from indexer.licence import update_licences
from indexer.scan import Found, ScanResult, scan
from indexer.stages import Outcome, Unreachable, batches
from indexer.tagging import library_vocabulary, tag
from indexer.workers import WorkerSetup, read_all

__all__ = ["IndexRequest", "index"]

FILES_PER_BATCH = 8
EVENT_EVERY_S = 0.25


@dataclass(frozen=True, slots=True)
class IndexRequest:
    """What to index and how.

    Attributes
    ----------
    paths : sequence of str
        Absolute folders and files; empty means every root the library knows.
    model_name : str
        Registry name of the model.
    jobs : int
        Processes that read files.
    reembed : bool
        Change the library's model: embed every content again, the old vectors serving until the new are complete.
    retry_failed : bool
        Read files again that failed before.
    beside : str, optional
        Registry name of a model whose vectors the library is to keep beside those of its own, from now on.
    models : Path, optional
        Folder of installed models.
    vocabularies : Path, optional
        Folder of the user's own vocabularies of tags.
    packs : bool
        Whether each path is a pack; else the folders below it are.
    """

    paths: Sequence[str]
    model_name: str
    jobs: int = 1
    reembed: bool = False
    retry_failed: bool = False
    beside: str | None = None
    models: Path | None = None
    vocabularies: Path | None = None
    packs: bool = False


@dataclass(slots=True)
class _Tally:
    total: int
    started: float
    done: int = 0
    indexed: int = 0
    failed: int = 0
    unreachable: int = 0
    moved: int = 0
    last_event: float = field(default=0.0)

    def progress(self) -> IndexProgress:
        seconds = time.monotonic() - self.started
        rate = self.done / seconds if seconds > 0 else 0.0
        left = (self.total - self.done) / rate if rate > 0 else None
        return IndexProgress(
            self.done, self.total, self.failed + self.unreachable, round(rate, 1), left and round(left, 1)
        )


def index(store: Store, request: IndexRequest, cancelled: Callable[[], bool]) -> Generator[Event, None, None]:
    """Bring the library up to date with the folders.

    Every batch of files is one transaction, so stopping at any moment leaves a library whose next run continues.
    The generator must be run to its end, or closed.

    Raises
    ------
    ModelMismatchError
        The library has another model and `reembed` is not set.
    LibraryBusyError, LibraryFullError
        See `cratedig.errors`.
    """
    started = time.monotonic()
    hearing = registry.load(request.model_name, request.models)
    info = hearing.info
    vocabulary = library_vocabulary(store, request.vocabularies)  # a broken one is refused before the work, not after
    with store.writing():
        model = _target_model(store, info, reembed=request.reembed)
        if request.beside is not None:
            store.keep_beside(store.register_model(registry.load(request.beside, request.models).info))
        roots = _roots(store, request.paths)
        yield from (FolderGone(root) for root in roots if not os.path.exists(root))  # noqa: PTH110
        packs = request.paths if request.packs else ()
        scanned = yield from scan(store, roots, cancelled, retry_failed=request.retry_failed, packs=packs)
        pending = _apply_scan(store, scanned, model)
        yield ScanFinished(
            files=scanned.files,
            new=len(scanned.new),
            changed=len(scanned.changed),
            missing=len(scanned.missing),
            returned=len(scanned.returned),
            pending=len(pending),
        )
        tally = _Tally(total=len(pending), started=time.monotonic())
        if pending:
            setup = WorkerSetup(request.model_name, store.paths.root, request.models)
            yield from _read(store, pending, setup, request.jobs, model, tally, cancelled)
        _serve(store, model, alone=request.reembed)
        yield from _embed_beside(store, request, cancelled)
        update_licences(store, roots, scanned, cancelled)
        _finish(store, lambda: tag(store, hearing, vocabulary, cancelled))
    yield tally.progress()
    counts = store.files.counts()
    yield IndexFinished(
        indexed=tally.indexed,
        failed=tally.failed,
        unreachable=tally.unreachable,
        moved=tally.moved,
        missing=counts.missing,
        segments=counts.segments,
        seconds=round(time.monotonic() - started, 3),
        cancelled=cancelled(),
    )


def _target_model(store: Store, info: ModelInfo, *, reembed: bool) -> ModelRow:
    serving = store.model
    if serving is not None and serving.key != info.key and not reembed:
        raise mismatch(serving, info)
    model = store.register_model(info)
    if serving is None:
        store.serve_model(model)
    return model


def _roots(store: Store, paths: Sequence[str]) -> list[str]:
    """Return what to walk, parents first; remembers new roots.

    Known roots below a path are walked too: a hidden folder, say, that the walk from above passes over.

    Raises
    ------
    LibraryError
        A path is not there and never was.
    """
    known = [os.fsdecode(path) for path in store.files.roots()]
    if not paths:
        return known
    with store.transaction():
        for path in sorted(paths):
            if not os.path.exists(path) and next(store.files.under(os.fsencode(path)), None) is None:  # noqa: PTH110
                raise LibraryError(f"There is no folder or file {path}.", "Check the spelling.")
            store.files.add_root(os.fsencode(path))
    below = (root for root in known if any(PurePath(root).is_relative_to(path) for path in paths))
    return sorted({*paths, *below})


def _apply_scan(store: Store, scanned: ScanResult, model: ModelRow) -> list[Found]:
    """Mark what is missing or back, and list the files to read."""
    with store.transaction():
        store.files.mark_missing(scanned.missing)
        store.files.mark_present(scanned.returned)
    pending = {found.stamp.path: found for found in (*scanned.new, *scanned.changed)}
    for stamp, pack in (*store.files.not_embedded(model), *store.files.not_measured(ANALYSIS_VERSION)):
        pending.setdefault(stamp.path, Found(stamp, pack))
    return list(pending.values())


def _read(
    store: Store,
    pending: Sequence[Found],
    setup: WorkerSetup,
    jobs: int,
    model: ModelRow,
    tally: _Tally,
    cancelled: Callable[[], bool],
) -> Generator[Event, None, None]:
    for outcomes in read_all(batches(pending, FILES_PER_BATCH), setup, jobs, cancelled):
        if outcomes:
            with store.transaction():
                for outcome in outcomes:
                    _save(store, outcome, model, tally)
        for outcome in outcomes:
            if not isinstance(outcome, IndexedFile):
                yield FileFailed(outcome.stamp.text, outcome.reason)
        if time.monotonic() - tally.last_event >= EVENT_EVERY_S:
            tally.last_event = time.monotonic()
            yield tally.progress()


def _save(store: Store, outcome: Outcome, model: ModelRow, tally: _Tally) -> None:
    tally.done += 1
    match outcome:
        case IndexedFile():
            tally.moved += store.files.save(outcome, model)
            tally.indexed += 1
        case FailedFile():
            store.files.save_failure(outcome)
            tally.failed += 1
        case Unreachable():
            tally.unreachable += 1


def _serve(store: Store, model: ModelRow, *, alone: bool) -> None:
    """Let `model` answer searches once it has a vector of every sound: until then the old ones serve.

    When `alone`, no vectors of other models stay.
    """
    serving = store.model
    is_new = serving is None or serving.id != model.id
    is_one_of_several = alone and len(store.models) > 1
    if (is_new or is_one_of_several) and next(store.files.not_embedded(model), None) is None:
        store.serve_model(model)


def _embed_beside(store: Store, request: IndexRequest, cancelled: Callable[[], bool]) -> Generator[Event, None, None]:
    """Embed what the models kept beside the library's own have not heard yet."""
    for row in store.models[1:]:
        pending = [Found(stamp, pack) for stamp, pack in store.files.not_embedded(row)]
        if not pending or cancelled():
            continue
        try:
            changed = registry.load(row.name, request.models).info.key != row.key
            problem = f"{row.name} was added again from another checkpoint" if changed else ""
        except ModelError as error:
            problem = error.message
        yield EmbedBeside(row.name, len(pending), problem)
        if not problem:
            setup = WorkerSetup(row.name, store.paths.root, request.models)
            tally = _Tally(total=len(pending), started=time.monotonic())
            yield from _read(store, pending, setup, request.jobs, row, tally, cancelled)
            yield tally.progress()


def _finish(store: Store, tag_new: Callable[[], int]) -> None:
    """Leave percentiles, tags and cache fresh, also when a killed run could not, and the database in one file."""
    with store.transaction():
        store.measures.rescale()
    tag_new()
    for model in store.models:
        refresh_cache(store, model)
    store.truncate_log()
