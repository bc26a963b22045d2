"""What a sound is: the identity of its decoded audio, and its windows for a model.

The same audio as 16-bit WAV, 24-bit WAV and FLAC is one content; a rename or a changed tag makes no new one.
"""

from __future__ import annotations

import hashlib
import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from cratedig.audio.decode import open_audio
from cratedig.audio.window import Window, clean, cut, downmix, resample, resample_stream
from cratedig.types import Content, FloatArray

__all__ = ["Sound", "open_sound"]

BLOCK_S = 10.0
HEAD_FRAMES = 60 * 48_000  # held in memory; what lies beyond is decoded a second time, in a stream


@dataclass(frozen=True, slots=True, eq=False)
class Sound:
    """A sound that was decoded once: its content, its beginning, and its windows on demand.

    Attributes
    ----------
    content : Content
    head : ndarray, shape (n,), float32
        Mean of the channels of the first minute (at 48 kHz) or so, at ``content.sr``; all of a short sound.
    side : ndarray, shape (n,), float32, optional
        Half of left minus right over the same stretch, when there are two channels.
    """

    content: Content
    head: FloatArray
    side: FloatArray | None
    _path: Path
    _resampled: dict[int, FloatArray] = field(default_factory=dict)

    def head_at(self, sr: int) -> FloatArray:
        """Return the head at another sample rate; resampled once, however often it is asked for."""
        if sr not in self._resampled:
            self._resampled[sr] = resample(self.head, self.content.sr, sr)
        return self._resampled[sr]

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
        if len(self.head) < self.content.frames:
            return cut(resample_stream(_mono_blocks(self._path), self.content.sr, sr), sr, window_s)
        return cut([self._short_as_librosa(sr, window_s)], sr, window_s)

    def _short_as_librosa(self, sr: int, window_s: float) -> FloatArray:
        """Return the head; a sound shorter than a window has librosa's length, which may be a sample more than soxr's.

        A model that repeats short sounds hears that sample (LAION-CLAP: cosines down to 0.7).
        """
        y = self.head_at(sr)
        length = math.ceil(self.content.frames * (sr / self.content.sr))
        return np.pad(y, (0, length - len(y))) if len(y) < min(length, round(window_s * sr)) else y


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
    head: list[FloatArray] = []
    side: list[FloatArray] = []
    with open_audio(path) as audio:
        digest.update(struct.pack("<II", audio.sr, audio.channels))
        for block in audio.blocks(BLOCK_S):
            digest.update(block.astype("<f4", copy=False).data)
            cleaned = clean(block)
            peak = max(peak, float(cleaned.max()), -float(cleaned.min()))
            if frames < HEAD_FRAMES:
                head.append(downmix(cleaned))
                if audio.channels == 2:
                    side.append((cleaned[:, 0] - cleaned[:, 1]) * np.float32(0.5))
            frames += len(block)
        content = Content(digest.hexdigest(), audio.sr, audio.channels, frames, peak)
    return Sound(content, _joined(head), _joined(side) if side else None, path)


def _joined(blocks: list[FloatArray]) -> FloatArray:
    return blocks[0] if len(blocks) == 1 else np.concatenate(blocks)


def _mono_blocks(path: Path) -> Iterator[FloatArray]:
    with open_audio(path) as audio:
        for block in audio.blocks(BLOCK_S):
            yield downmix(clean(block))
