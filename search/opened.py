"""Audio files that queries refer to, each decoded once: the app asks for it again at every keystroke."""

from __future__ import annotations

from functools import cached_property, lru_cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cratedig.audio.content import Sound, open_sound
from cratedig.models.base import EmbeddingModel
from cratedig.types import FloatArray

if TYPE_CHECKING:
    from cratedig.analysis.base import Analysis

__all__ = ["OpenedFile", "opened"]

MOST_HELD = 8  # files: up to 30 MB each, as their first minute is held for what is measured later
MAX_WINDOWS = 256  # of a reference file: four minutes say what a sound is like
WINDOWS_PER_CALL = 32


class OpenedFile:
    """A decoded file, and what was found out about it so far.

    Attributes
    ----------
    sound : Sound
    """

    def __init__(self, path: Path) -> None:
        self.sound: Sound = open_sound(path)
        self._path = path
        self._vectors: dict[str, FloatArray] = {}

    def vectors(self, model: EmbeddingModel) -> FloatArray:
        """Embed its windows, shape (n, dim)."""
        key = model.info.key
        if key not in self._vectors:
            self._vectors[key] = _embed(self.sound, model)
        return self._vectors[key]

    @cached_property
    def analysis(self) -> Analysis:
        """What is measured of it, as when it is indexed."""
        from cratedig.analysis.analyse import analyse_file  # noqa: PLC0415  (50 ms that only a file not indexed pays)

        return analyse_file(self.sound, self._path)


def opened(path: Path) -> OpenedFile:
    """Open a file, or find it as it was opened before, unless it has changed since.

    Raises
    ------
    AudioError, OSError
        See `cratedig.audio.content.open_sound`.
    """
    info = path.stat()
    return _opened(path, info.st_size, info.st_mtime_ns)


@lru_cache(maxsize=MOST_HELD)
def _opened(path: Path, size: int, mtime_ns: int) -> OpenedFile:  # noqa: ARG001  (another size or time is another file)
    return OpenedFile(path)


def _embed(sound: Sound, model: EmbeddingModel) -> FloatArray:
    windows = islice(sound.windows(model.info.sr, model.info.window_s), MAX_WINDOWS)
    ys = [window.y for window in windows]
    return np.concatenate(
        [model.embed_audio(ys[start : start + WINDOWS_PER_CALL]) for start in range(0, len(ys), WINDOWS_PER_CALL)]
    )
