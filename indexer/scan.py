"""Walk the user's folders and compare what is there with what the library knows."""

from __future__ import annotations

import errno
import os
import stat
import time
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from cratedig.audio.decode import is_audio_name
from cratedig.store.rows import FileStamp, Pack
from cratedig.store.store import Store
from indexer.documents import worth_reading
from indexer.events import Event, FolderSkipped, ScanProgress
from indexer.packs import as_pack, pack_of

__all__ = ["Folder", "Found", "ScanResult", "scan", "walk"]

EVENT_EVERY_S = 0.25
GONE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP})  # also a broken link, and one that points to itself
SYSTEM_FOLDERS = frozenset({"__MACOSX", "$RECYCLE.BIN", "System Volume Information"})


@dataclass(frozen=True, slots=True)
class Found:
    """A sample file on disk, and the pack it came in with."""

    stamp: FileStamp
    pack: Pack


@dataclass(frozen=True, slots=True)
class Folder:
    """The sample files and the documents directly in one folder, or why it cannot be listed."""

    path: str
    files: Sequence[Found] = ()
    documents: Sequence[str] = ()
    error: str | None = None


@dataclass(slots=True)
class ScanResult:
    """What a walk found. `new` and `changed` need reading; the id lists need a mark in the store.

    `documents` are the paths of readmes and licences by their folder, `skipped` the folders that cannot be listed.
    """

    new: list[Found] = field(default_factory=list)
    changed: list[Found] = field(default_factory=list)
    returned: list[int] = field(default_factory=list)
    missing: list[int] = field(default_factory=list)
    documents: dict[str, Sequence[str]] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)
    files: int = 0


def walk(roots: Iterable[str], packs: Collection[str] = ()) -> Iterator[Folder]:
    """Walk folders and files, following links, each real folder once.

    Hidden and system folders, hidden files and names that are not audio are passed over. A root that is not there
    gives nothing: its files are missing. A root among `packs` is one, unless its name only sorts; of any other root
    the folders below are.
    """
    visited: set[tuple[int, int]] = set()
    for root in roots:
        if os.path.isfile(root):  # noqa: PTH113  (paths here may hold undecodable bytes, as str)
            folder, name = os.path.split(root)
            if not (_is_sample(name) and _identity(folder) in visited):
                yield Folder(folder, _found([root], as_pack(folder)))
            continue
        remaining = [_Place(root, as_pack(root), name_is_enough=root in packs)]
        while remaining:
            listed, subfolders = _list(remaining.pop(), visited)
            remaining.extend(reversed(subfolders))
            if listed is not None:
                yield listed


@dataclass(frozen=True, slots=True)
class _Place:
    """A folder to list, the root it is reached from, and what `indexer.packs.pack_of` has to know of it."""

    path: str
    root: Pack
    above: Pack | None = None
    name_is_enough: bool = True


def _list(place: _Place, visited: set[tuple[int, int]]) -> tuple[Folder | None, list[_Place]]:
    try:
        identity = _identity(place.path)
        if identity in visited:
            return None, []
        visited.add(identity)
        with os.scandir(place.path) as entries:
            chosen = sorted(entries, key=lambda entry: entry.name)
        documents = [entry.path for entry in chosen if _is_document(entry.name)]
        pack = pack_of(place.path, documents, place.above, name_is_enough=place.name_is_enough)
        files = _found([entry.path for entry in chosen if _is_sample(entry.name)], pack or place.root)
    except FileNotFoundError:
        return None, []
    except OSError as error:
        return Folder(place.path, error=error.strerror or type(error).__name__), []
    subfolders = [_Place(entry.path, place.root, pack, pack is None) for entry in chosen if _is_folder(entry)]
    return Folder(place.path, files, documents), subfolders


def _identity(path: str) -> tuple[int, int]:
    status = os.stat(path)  # noqa: PTH116
    return status.st_dev, status.st_ino


def _is_sample(name: str) -> bool:
    return is_audio_name(name) and not name.startswith(".")


def _is_document(name: str) -> bool:
    return not is_audio_name(name) and not name.startswith(".") and worth_reading(name) > 0


def _is_folder(entry: os.DirEntry[str]) -> bool:
    if entry.name.startswith(".") or entry.name in SYSTEM_FOLDERS:
        return False
    try:
        return entry.is_dir()
    except OSError:  # a link that points to itself
        return False


def _found(paths: Iterable[str], pack: Pack) -> list[Found]:
    """Stamp the files of one folder: they share a pack.

    Raises
    ------
    OSError
        The system will not say what a file is: that is not to be taken for missing.
    """
    found: list[Found] = []
    for path in paths:
        try:
            status = os.stat(path)  # noqa: PTH116
        except OSError as error:
            if error.errno in GONE:
                continue
            raise
        if stat.S_ISREG(status.st_mode):
            found.append(Found(FileStamp(os.fsencode(path), status.st_size, status.st_mtime_ns), pack))
    return found


def scan(
    store: Store,
    roots: Sequence[str],
    cancelled: Callable[[], bool],
    *,
    retry_failed: bool,
    packs: Collection[str] = (),
) -> Generator[Event, None, ScanResult]:
    """Compare folders with the store; reads no audio and writes nothing.

    A file is unchanged when its size and time are. A file that failed before is read again only when it has changed
    or `retry_failed` is set. Files below a folder that cannot be listed are not taken to be missing. For `packs`, see
    `walk`.
    """
    result = ScanResult()
    seen: set[int] = set()
    last_event = time.monotonic()
    for folder in walk(roots, packs):
        if cancelled():
            return result
        if folder.error is not None:
            result.skipped.append(folder.path)
            yield FolderSkipped(folder.path, folder.error)
        _compare(store, folder.files, seen, result, retry_failed=retry_failed)
        result.files += len(folder.files)
        if folder.documents:
            result.documents[folder.path] = folder.documents
        if time.monotonic() - last_event >= EVENT_EVERY_S:
            last_event = time.monotonic()
            yield ScanProgress(result.files)
    result.missing = _missing(store, roots, seen, result.skipped)
    return result


def _compare(store: Store, files: Sequence[Found], seen: set[int], result: ScanResult, *, retry_failed: bool) -> None:
    known = store.files.known([found.stamp.path for found in files])
    for found in files:
        row = known.get(found.stamp.path)
        if row is None:
            result.new.append(found)
            continue
        seen.add(row.id)
        if row.stamp != found.stamp or (retry_failed and row.error is not None):
            result.changed.append(found)
        elif row.missing:
            result.returned.append(row.id)


def _missing(store: Store, roots: Sequence[str], seen: set[int], skipped: Sequence[str]) -> list[int]:
    not_listed = tuple(os.fsencode(os.path.join(path, "")) for path in skipped)  # noqa: PTH118
    return [
        row.id
        for root in roots
        for row in store.files.under(os.fsencode(root))
        if row.id not in seen and not row.missing and not row.stamp.path.startswith(not_listed)
    ]
