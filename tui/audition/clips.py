"""Sounds decoded for playing: 48 kHz, stereo, float32, and never much of them at once.

A file of up to a minute is held whole. Of a longer one a minute is held from the hit on, and the next minute is
decoded while that one plays: 23 MB each, a third more when it is slowed down, however long the file is.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from threading import Lock

import numpy as np

from cratedig.audio.decode import AudioFile, open_audio
from cratedig.audio.window import clean, downmix, resample_stream
from cratedig.errors import AudioError
from cratedig.types import FloatArray
from tui.audition.stretch import AS_IT_IS, CONTEXT, PIECE, Change, can_stretch, stretch, stretch_stream

__all__ = ["CHANNELS", "LONGEST_S", "SR", "Clip", "ClipCache", "Take", "decode"]

SR, CHANNELS = 48_000, 2
LONGEST_S = 60  # of a file, in a clip
BLOCK_S = 0.25  # of a file that is decoded before it can be heard
LEAD = SR  # frames decoded before a later start, and dropped: by then codec and resampler have settled
BUDGET = 128 << 20  # bytes of clips kept for another time


@dataclass(frozen=True, slots=True)
class Take:
    """What to hear: a file, from where, and how it is changed."""

    path: Path
    start_s: float = 0.0
    change: Change = AS_IT_IS


class Clip:
    """A piece of a sound. It can be played while the rest of it is being decoded.

    Attributes
    ----------
    y : ndarray, shape (capacity, 2), float32
        Valid up to `filled`, which grows until `complete`.
    start_s : float
        Where it begins in the file.
    rate : float
        Seconds of the file in one second heard.
    following : Clip, optional
        The next minute of a long file, once it is there.
    at_end : bool
        Whether the file ends with this clip.
    file_s : float
        Length of the file; infinite where only decoding tells.
    """

    def __init__(self, capacity: int, start_s: float = 0.0, rate: float = 1.0, file_s: float = math.inf) -> None:
        self.y: FloatArray = np.empty((capacity, CHANNELS), np.float32)  # takes memory only where it is filled
        self.start_s, self.rate, self.file_s = start_s, rate, file_s
        self.filled = 0
        self.complete = self.at_end = False
        self.following: Clip | None = None

    @classmethod
    def of(cls, y: FloatArray, rate: float = 1.0) -> Clip:
        """Make a whole sound of samples, shape (n, 2)."""
        clip = cls(0, rate=rate)
        clip.y = y
        clip.finish(len(y), at_end=True)
        return clip

    @property
    def capacity(self) -> int:
        """Frames it can hold."""
        return len(self.y)

    @property
    def nbytes(self) -> int:
        """Memory it takes, with what follows it."""
        return self.y.nbytes + (0 if self.following is None else self.following.y.nbytes)

    @property
    def end_s(self) -> float:
        """Where it ends in the file, when complete."""
        return self.second(self.capacity)

    def frame(self, second: float) -> int:
        """Frame that plays a second of the file; may lie outside."""
        return round((second - self.start_s) / self.rate * SR)

    def second(self, frame: int) -> float:
        """Second of the file that a frame plays."""
        return self.start_s + frame / SR * self.rate

    def covers(self, second: float) -> bool:
        """Whether a second of the file is in it."""
        return 0 <= self.frame(second) < self.capacity or (self.at_end and self.start_s == 0)

    def within_file(self, second: float) -> float:
        """Nearest second of the file that has something left to hear."""
        return max(0.0, min(second, self.file_s - 1))

    def append(self, y: FloatArray) -> bool:
        """Add samples, shape (n, 2) or (n, 1); False when they did not all fit."""
        end = min(self.filled + len(y), self.capacity)
        self.y[self.filled : end] = y[: end - self.filled]
        fits = self.filled + len(y) <= self.capacity
        self.filled = end
        return fits

    def finish(self, frames: int, *, at_end: bool) -> None:
        """Say that nothing will be added."""
        spare = self.capacity - frames > SR  # of a file whose length only decoding told
        self.y = self.y[:frames].copy() if spare else self.y[:frames]
        self.filled, self.at_end = frames, at_end
        self.complete = True


class ClipCache:
    """Clips by file and change, at most `budget` bytes; the one unused for longest goes first."""

    def __init__(self, budget: int = BUDGET) -> None:
        self._budget = budget
        self._clips: OrderedDict[tuple[Path, Change], Clip] = OrderedDict()
        self._lock = Lock()

    def get(self, take: Take) -> Clip | None:
        """A complete clip in which the take begins."""
        key = take.path, take.change
        with self._lock:
            clip = self._clips.get(key)
            if clip is None or not clip.covers(take.start_s):
                return None
            self._clips.move_to_end(key)
            return clip

    def put(self, take: Take, clip: Clip) -> None:
        """Keep a complete clip."""
        key = take.path, take.change
        with self._lock:
            self._clips[key] = clip
            self._clips.move_to_end(key)
            while self._held() > self._budget and len(self._clips) > 1:
                self._clips.popitem(last=False)

    def _held(self) -> int:
        return sum(clip.nbytes for clip in self._clips.values())


def decode(take: Take) -> Iterator[Clip]:
    """Decode what a take begins in.

    Yields
    ------
    Clip
        The same clip after each block that was added to it; complete the last time.

    Raises
    ------
    AudioError
        The file is not audio, damaged beyond use, too short, or ends before the take. The message has no path.
    OSError
        The file is not there, or may not or cannot be read.
    """
    with open_audio(take.path) as audio:
        stretches = take.change.stretches and can_stretch()
        if _is_long(audio, take.start_s):
            yield from _part(audio, take.start_s, take.change if stretches else Change(take.change.speed))
        elif stretches:
            *_, clip = _fill(Clip(_capacity(audio, 1.0)), _resampled(audio))
            yield Clip.of(stretch(clip.y, take.change), take.change.tempo)
        else:
            speed = take.change.speed
            yield from _fill(Clip(_capacity(audio, speed), rate=speed), _resampled(audio, speed))


def _is_long(audio: AudioFile, start_s: float) -> bool:
    return start_s >= LONGEST_S if audio.frames is None else audio.frames > LONGEST_S * audio.sr


def _capacity(audio: AudioFile, speed: float) -> int:
    if audio.frames is None:
        return LONGEST_S * SR
    return math.ceil(audio.frames * SR / (audio.sr * speed))


def _part(audio: AudioFile, start_s: float, change: Change) -> Iterator[Clip]:
    """Decode a minute of a long file; the clips of one minute after the other join."""
    rate = change.speed * change.tempo
    begin = math.floor(round(start_s, 3))  # the end of the clip before is a whole second, but for rounding
    lead = PIECE + CONTEXT if change.stretches else LEAD
    if begin * SR < lead:
        begin = lead = 0
    file_s = math.inf if audio.frames is None else audio.frames / audio.sr
    clip = Clip(math.ceil(LONGEST_S * SR / rate), begin, rate, file_s)
    blocks = _resampled(audio, change.speed, begin - lead / SR)
    if change.stretches:
        nothing = np.zeros((0 if lead else CONTEXT, 2 if audio.channels == 2 else 1), np.float32)
        blocks = stretch_stream(chain([nothing], blocks), change)
        lead = min(lead, PIECE)
    yield from _fill(clip, blocks, drop=round(lead / rate))


def _resampled(audio: AudioFile, speed: float = 1.0, start_s: float = 0.0) -> Iterator[FloatArray]:
    """Decode at 48 kHz, shape (n, 2), or (n, 1) unless there are two channels."""
    channels = 2 if audio.channels == 2 else 1
    blocks = (block if channels == 2 else downmix(block) for block in map(clean, audio.blocks(BLOCK_S, start_s)))
    return (y.reshape(-1, channels) for y in resample_stream(blocks, audio.sr * speed, SR, channels))


def _fill(clip: Clip, blocks: Iterator[FloatArray], drop: int = 0) -> Iterator[Clip]:
    """Add blocks to a clip without the first `drop` frames."""
    fits = True
    for y in blocks:
        fits = clip.append(y[drop:])
        drop = max(0, drop - len(y))
        if not fits:
            break
        yield clip
    if not clip.filled:
        raise AudioError("too short to be heard")
    clip.finish(clip.filled, at_end=fits)
    yield clip
