"""What long work says while it runs. The command line draws these, `--json` prints them, the app posts them."""

from __future__ import annotations

import dataclasses
import re
from typing import TypeAlias

__all__ = [
    "Event",
    "FileFailed",
    "FolderGone",
    "FolderSkipped",
    "IndexFinished",
    "IndexProgress",
    "ScanFinished",
    "ScanProgress",
    "as_dict",
]


@dataclasses.dataclass(frozen=True, slots=True)
class ScanProgress:
    """Folders are being walked; at most four a second."""

    files: int


@dataclasses.dataclass(frozen=True, slots=True)
class FolderSkipped:
    """A folder could not be listed; what the library knows of it stays as it is."""

    path: str
    reason: str


@dataclasses.dataclass(frozen=True, slots=True)
class FolderGone:
    """A folder or file to index is not there; what was in it is missing until it is back."""

    path: str


@dataclasses.dataclass(frozen=True, slots=True)
class ScanFinished:
    """Every folder was walked. `pending` counts the files to read: new, changed, or without vectors of the model."""

    files: int
    new: int
    changed: int
    missing: int
    returned: int
    pending: int


@dataclasses.dataclass(frozen=True, slots=True)
class IndexProgress:
    """Files are being read; at most four a second. `left_s` is None until the rate is known."""

    done: int
    total: int
    failed: int
    files_per_s: float
    left_s: float | None


@dataclasses.dataclass(frozen=True, slots=True)
class FileFailed:
    """A file could not be read; the run goes on."""

    path: str
    reason: str


@dataclasses.dataclass(frozen=True, slots=True)
class IndexFinished:
    """The run is over. When `cancelled`, the next run continues where it stopped.

    `failed` files are recorded with their reason. `unreachable` ones the system did not hand over: the next run
    tries again. `missing` files and `segments` are those of the whole library.
    """

    indexed: int
    failed: int
    unreachable: int
    moved: int
    missing: int
    segments: int
    seconds: float
    cancelled: bool


Event: TypeAlias = ScanProgress | FolderSkipped | FolderGone | ScanFinished | IndexProgress | FileFailed | IndexFinished


def as_dict(event: Event) -> dict[str, object]:
    """Return an event as plain values; ``event`` names its kind: ``{"event": "file_failed", "path": ...}``."""
    kind = re.sub(r"(?<!^)(?=[A-Z])", "_", type(event).__name__).lower()
    return {"event": kind, **dataclasses.asdict(event)}
