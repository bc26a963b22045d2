"""What long work says while it runs. The command line draws these, `--json` prints them, the app posts them."""

from __future__ import annotations

import dataclasses
import re
from typing import TypeAlias

from cratedig.store.licences import Condition, Evidence, LicenceClass
from cratedig.store.tags import TagRow

__all__ = [
    "EmbedBeside",
    "Event",
    "FileFailed",
    "FolderBack",
    "FolderGone",
    "FolderSkipped",
    "HeardOtherwise",
    "IndexFinished",
    "IndexProgress",
    "IntakeFinished",
    "PackFound",
    "ScanFinished",
    "ScanProgress",
    "SoundFound",
    "Waiting",
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
class EmbedBeside:
    """A model kept beside the library's own is about to hear `pending` sounds; not when there is a `problem`."""

    model: str
    pending: int
    problem: str


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


@dataclasses.dataclass(frozen=True, slots=True)
class PackFound:
    """A pack that an intake took in, and what its documents say; see `cratedig.store.licences.PackLicence`."""

    path: str
    title: str
    vendor: str | None
    licence: LicenceClass
    name: str
    conditions: tuple[Condition, ...]
    asks: tuple[str, ...]
    contradictory: bool
    evidence: tuple[Evidence, ...]
    sounds: int
    seconds: float


@dataclasses.dataclass(frozen=True, slots=True)
class HeardOtherwise:
    """Names claim one term of an axis, and the sound is surely heard as another; see `indexer.tagging.conflicts`."""

    axis: str
    named: str
    heard: str
    score: float


@dataclasses.dataclass(frozen=True, slots=True)
class SoundFound:
    """A sound that an intake took in, with all that is proposed about it.

    `owned` are files with the same audio outside the folder, `copies` others inside it, `versions` files anywhere with
    the same recording as other audio data, such as an MP3 of it: the first ten of each. Of versions in one folder the
    first names the others.
    """

    path: str
    pack: str
    content: str
    duration_s: float
    kind: str | None
    bpm: float | None
    key: str | None
    tags: tuple[TagRow, ...]
    conflicts: tuple[HeardOtherwise, ...]
    owned: tuple[str, ...]
    copies: tuple[str, ...]
    versions: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class IntakeFinished:
    """An intake is over.

    `owned` sounds lie elsewhere in the library too, `untagged` ones have no tag in force, `conflicts` ones are named
    one thing and sound like another.
    """

    folder: str
    packs: int
    sounds: int
    owned: int
    untagged: int
    conflicts: int
    failed: tuple[FileFailed, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class FolderBack:
    """A folder or file that was gone is there again."""

    path: str


@dataclasses.dataclass(frozen=True, slots=True)
class Waiting:
    """A watch cannot index now, and tries again after some seconds."""

    reason: str
    seconds: float


Event: TypeAlias = (
    ScanProgress
    | FolderSkipped
    | FolderGone
    | ScanFinished
    | EmbedBeside
    | IndexProgress
    | FileFailed
    | IndexFinished
    | PackFound
    | SoundFound
    | IntakeFinished
    | FolderBack
    | Waiting
)


def as_dict(event: Event) -> dict[str, object]:
    """Return an event as plain values; ``event`` names its kind: ``{"event": "file_failed", "path": ...}``."""
    kind = re.sub(r"(?<!^)(?=[A-Z])", "_", type(event).__name__).lower()
    return {"event": kind, **dataclasses.asdict(event)}
