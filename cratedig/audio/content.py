"""What a sound is: the identity of its decoded audio, and its windows for a model.

The same audio as 16-bit WAV, 24-bit WAV and FLAC is one content; a rename or a changed tag makes no new one.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cratedig.audio.decode import open_audio
from cratedig.audio.window import Window, clean, cut, downmix, resample, resample_stream
from cratedig.types import Content, FloatArray

__all__ = ["Sound", "open_sound"]

BLOCK_S = 10.0
KEPT_SAMPLES = 60 * 48_000  # longer sounds are decoded a second time rather than held in memory


@dataclass(frozen=True, slots=True, eq=False)
class Sound:
    """A sound that was decoded once: its content, and its windows on demand."""

    content: Content
    _path: Path
    _kept: list[FloatArray] | None  # the mono blocks of a short sound; None for a long one

    def windows(self, sr: int, window_s: float) -> Iterator[Window]:
        """Cut the sound into mono windows, as `cratedig.audio.window.cut` says.

        A long sound is decoded again, in a stream.

        Parameters
        ----------
        sr : int
            Sample rate of the windows in Hz.
        window_s : float
            Length of a window in seconds.

        Raises
        ------
        OSError
            The file of a long sound has gone.
        AudioError
            The file of a long sound can no longer be read.
        """
        if self._kept is None:
            return cut(resample_stream(_mono_blocks(self._path), self.content.sr, sr), sr, window_s)
        y = self._kept[0] if len(self._kept) == 1 else np.concatenate(self._kept)
        return cut([resample(y, self.content.sr, sr)], sr, window_s)


def open_sound(path: Path) -> Sound:
    """Decode a file once, in a stream: hash, length and peak.

    Parameters
    ----------
    path : Path
        The file.

    Raises
    ------
    AudioError
        The file is not audio, damaged beyond use, or empty. The message is the reason without the path.
    OSError
        The file is not there, or may not or cannot be read.
    """
    digest = hashlib.blake2b(digest_size=20)
    frames, peak = 0, 0.0
    kept: list[FloatArray] | None = []
    with open_audio(path) as audio:
        digest.update(struct.pack("<II", audio.sr, audio.channels))
        for block in audio.blocks(BLOCK_S):
            digest.update(block.astype("<f4", copy=False).data)
            frames += len(block)
            cleaned = clean(block)
            peak = max(peak, float(cleaned.max()), -float(cleaned.min()))
            if frames > KEPT_SAMPLES:
                kept = None
            elif kept is not None:
                kept.append(downmix(cleaned))
        content = Content(digest.hexdigest(), audio.sr, audio.channels, frames, peak)
    return Sound(content, path, kept)


def _mono_blocks(path: Path) -> Iterator[FloatArray]:
    with open_audio(path) as audio:
        for block in audio.blocks(BLOCK_S):
            yield downmix(clean(block))
