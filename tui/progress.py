"""What indexing says, in words for the line at the bottom."""

from __future__ import annotations

from indexer.events import (
    EmbedBeside,
    Event,
    FileFailed,
    FolderGone,
    FolderSkipped,
    IndexFinished,
    IndexProgress,
    ScanProgress,
)
from tui.cli.output import printable

__all__ = ["in_words"]


def in_words(event: Event) -> str:
    """Say what an event means; nothing when the next one says it better."""
    words = ""
    match event:
        case ScanProgress(files=files):
            words = f"looking for sounds: {files:,} files"
        case IndexProgress(done=done, total=total) if done < total:
            words = f"indexing {done:,} of {total:,}{_rate(event)}"
        case EmbedBeside(problem=problem):
            words = problem
        case FolderGone(path=path):
            words = f"not there: {printable(path)}. Is a drive unplugged?"
        case FolderSkipped(path=path, reason=reason) | FileFailed(path=path, reason=reason):
            words = f"not read: {printable(path)} ({reason})"
        case IndexFinished():
            words = _summary(event)
    return words


def _rate(event: IndexProgress) -> str:
    left = "" if event.left_s is None else f", {event.left_s / 60:.0f} min left" if event.left_s > 90 else ", soon done"
    failed = f", {event.failed:,} not readable" if event.failed else ""
    return f", {event.files_per_s:.0f} files/s{left}{failed}"


def _summary(finished: IndexFinished) -> str:
    if not finished.segments and not finished.cancelled:
        return "No sounds were found there. Name another folder."
    counts = {
        "indexed": finished.indexed - finished.moved,
        "moved": finished.moved,
        "missing": finished.missing,
        "not readable": finished.failed,
        "out of reach": finished.unreachable,
    }
    said = ", ".join(f"{count:,} {what}" for what, count in counts.items() if count) or "nothing new"
    return f"indexing stopped: {said}" if finished.cancelled else f"indexing done: {said}"
