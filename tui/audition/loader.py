"""Decoding in the background: what is to be heard now, then what may be heard next."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Event

from cratedig.errors import AudioError
from tui.audition.clips import Clip, ClipCache, Take, decode

__all__ = ["Loader", "in_words"]


class Loader:
    """One thread that decodes. A newer wish replaces an older one, even in the middle of a file."""

    def __init__(self, cache: ClipCache) -> None:
        self._cache = cache
        self._pool = ThreadPoolExecutor(1, "audition")
        self._wish, self._ahead = Event(), Event()  # set: no longer wanted

    def load(self, take: Take, ready: Callable[[Clip], None], failed: Callable[[Exception], None]) -> None:
        """Decode before everything else.

        Parameters
        ----------
        take : Take
        ready : callable
            Gets the clip as soon as the take's beginning is in it. Runs in the loader's thread.
        failed : callable
            Gets the AudioError or OSError instead.
        """
        self.drop()
        self._wish = Event()
        self._submit(self._load, take, self._wish, ready, failed)

    def prefetch(self, takes: Iterable[Take]) -> None:
        """Decode these into the cache, the first first; what was asked for before and not begun is forgotten."""
        self._ahead.set()
        self._ahead = Event()
        for take in takes:
            self._submit(self._load, take, self._ahead, _nothing, _nothing)

    def follow(self, clip: Clip, take: Take) -> None:
        """Decode what comes after a clip of a take, if its file is long; nothing to do for another."""
        self._submit(self._follow, clip, take, self._wish)

    def run(self, work: Callable[[], None]) -> None:
        """Do something in the loader's thread, after what it is busy with."""
        self._submit(work)

    def close(self) -> None:
        """Drop everything and end the thread."""
        self.drop()
        self._pool.shutdown()

    def drop(self) -> None:
        """Forget everything that was asked for."""
        self._wish.set()
        self._ahead.set()

    def _submit(self, work: Callable[..., None], *arguments: object) -> None:
        self._pool.submit(work, *arguments).add_done_callback(Future.result)  # a bug keeps its traceback

    def _load(
        self, take: Take, dropped: Event, ready: Callable[[Clip], None], failed: Callable[[Exception], None]
    ) -> None:
        clip = self._cache.get(take)
        if dropped.is_set():
            return
        if clip is not None:
            ready(clip)
        elif (clip := _decode(take, dropped, ready, failed)) is not None:
            self._cache.put(take, clip)

    def _follow(self, clip: Clip, take: Take, dropped: Event) -> None:
        def link(following: Clip) -> None:
            clip.following = following

        def end(_: Exception) -> None:
            clip.at_end = True

        if clip.complete and not clip.at_end and clip.following is None:
            _decode(replace(take, start_s=clip.end_s), dropped, link, end)


def _decode(
    take: Take, dropped: Event, ready: Callable[[Clip], None], failed: Callable[[Exception], None]
) -> Clip | None:
    """Decode a clip to its end, unless it is dropped or fails."""
    waiting = True
    clip = None
    try:
        for clip in decode(take):
            if dropped.is_set():
                return None
            if waiting and (clip.complete or clip.filled > clip.frame(take.start_s)):
                waiting = False
                ready(clip)
    except (AudioError, OSError) as error:
        failed(error)
        return None
    return clip


def in_words(path: Path, error: Exception) -> tuple[str, str]:
    """Say why a file cannot be heard, and what to do."""
    match error:
        case AudioError():
            return f"{path.name} cannot be played: {error.message}.", error.hint
        case FileNotFoundError():
            return f"{path.name} is gone: it was moved, renamed or deleted.", "Index its folder again."
        case OSError():
            return f"{path.name} cannot be read: {error.strerror or type(error).__name__}.", ""
    raise error


def _nothing(_: object) -> None:
    pass
