"""Walk the user's folders and compare what is there with what the library knows."""

from __future__ import annotations

import errno
import os
import re
import stat
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from cratedig.audio.decode import is_audio_name
from cratedig.paths import as_text
from cratedig.store.rows import FileStamp, Pack
from cratedig.store.store import Store
from indexer.documents import worth_reading
from indexer.events import Event, FolderSkipped, ScanProgress

__all__ = ["Folder", "Found", "ScanResult", "pack_of", "scan", "walk"]

EVENT_EVERY_S = 0.25
GONE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP})  # also a broken link, and one that points to itself
SYSTEM_FOLDERS = frozenset({"__MACOSX", "$RECYCLE.BIN", "System Volume Information"})
# A first-level folder of only these words sorts sounds inside a pack; it is not a pack.
CATEGORIES = """
    acoustic and atmosphere bass cymbal clap drum effect foley fx guitar hat hi hihat hit instrument key kick lead loop
    melodic melody midi misc one oneshot other pad perc percussion piano pluck ride sample sfx shot single snare sound
    string synth texture tom top vocal vox wav wave
"""
CATEGORY_WORDS = frozenset(CATEGORIES.split())


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


def walk(roots: Iterable[str]) -> Iterator[Folder]:
    """Walk folders and files, following links, each real folder once.

    Hidden and system folders, hidden files and names that are not audio are passed over. A root that is not there
    gives nothing: its files are missing.
    """
    visited: set[tuple[int, int]] = set()
    for root in roots:
        if os.path.isfile(root):  # noqa: PTH113  (paths here may hold undecodable bytes, as str)
            folder, name = os.path.split(root)
            if not (_is_sample(name) and _identity(folder) in visited):
                yield Folder(folder, _found([root], folder))
            continue
        remaining = [root]
        while remaining:
            path = remaining.pop()
            listed, subfolders = _list(path, root, visited)
            remaining.extend(reversed(subfolders))
            if listed is not None:
                yield listed


def _list(path: str, root: str, visited: set[tuple[int, int]]) -> tuple[Folder | None, list[str]]:
    try:
        identity = _identity(path)
        if identity in visited:
            return None, []
        visited.add(identity)
        with os.scandir(path) as entries:
            chosen = sorted(entries, key=lambda entry: entry.name)
        files = _found([entry.path for entry in chosen if _is_sample(entry.name)], root)
        documents = [entry.path for entry in chosen if _is_document(entry.name)]
    except FileNotFoundError:
        return None, []
    except OSError as error:
        return Folder(path, error=error.strerror or type(error).__name__), []
    return Folder(path, files, documents), [entry.path for entry in chosen if _is_folder(entry)]


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


def _found(paths: Iterable[str], root: str) -> list[Found]:
    """Stamp the files of one folder: they share a pack.

    Raises
    ------
    OSError
        The system will not say what a file is: that is not to be taken for missing.
    """
    found: list[Found] = []
    pack = None
    for path in paths:
        try:
            status = os.stat(path)  # noqa: PTH116
        except OSError as error:
            if error.errno in GONE:
                continue
            raise
        if stat.S_ISREG(status.st_mode):
            stamp = FileStamp(os.fsencode(path), status.st_size, status.st_mtime_ns)
            pack = pack or pack_of(path, root)
            found.append(Found(stamp, pack))
    return found


def pack_of(path: str, root: str) -> Pack:
    """Pack of a file: the first folder below the root that does more than name a kind of sound; else the root."""
    folder = root
    *below, _ = os.path.relpath(path, root).split(os.sep)  # noqa: PTH206
    for depth, name in enumerate(below, start=1):
        if not _is_category(name):
            folder = os.path.join(root, *below[:depth])  # noqa: PTH118
            break
    name = os.path.basename(folder) or folder  # noqa: PTH119
    return Pack(os.fsencode(folder), as_text(name))


def _is_category(folder_name: str) -> bool:
    words = re.findall(r"[a-z]+|\d+s?", folder_name.lower())
    if all(word.isdecimal() for word in words):
        return bool(words) and all(len(word) < 3 for word in words)  # 01 sorts, 909 is a machine
    return all(_sorts(word) or _sorts(word.removesuffix("s")) for word in words)


def _sorts(word: str) -> bool:
    return word in CATEGORY_WORDS or word.isdecimal()


def scan(
    store: Store, roots: Sequence[str], cancelled: Callable[[], bool], *, retry_failed: bool
) -> Generator[Event, None, ScanResult]:
    """Compare folders with the store; reads no audio and writes nothing.

    A file is unchanged when its size and time are. A file that failed before is read again only when it has changed
    or `retry_failed` is set. Files below a folder that cannot be listed are not taken to be missing.
    """
    result = ScanResult()
    seen: set[int] = set()
    last_event = time.monotonic()
    for folder in walk(roots):
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
