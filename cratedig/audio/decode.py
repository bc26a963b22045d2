"""Read any sound file as a stream of float32 blocks.

libsndfile (through soundfile) is asked first, whatever the file's name says. What it refuses goes to FFmpeg
(through PyAV, an extra) if the first bytes name a format that FFmpeg knows better.
"""

from __future__ import annotations

import contextlib
import errno
import functools
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from cratedig.audio import ffmpeg
from cratedig.audio.quiet import silence_c_libraries
from cratedig.audio.repair import OpenEndedWav
from cratedig.errors import AudioError
from cratedig.types import FloatArray

__all__ = ["AUDIO_SUFFIXES", "AudioFile", "is_audio_name", "open_audio"]

AUDIO_SUFFIXES = frozenset(
    {
        ".wav", ".wave", ".bwf", ".rf64", ".w64", ".aif", ".aiff", ".aifc", ".caf", ".au", ".snd",
        ".flac", ".ogg", ".oga", ".opus", ".mp3",
        ".m4a", ".mp4", ".aac", ".alac", ".wma", ".wv",
    }
)  # fmt: skip
"""Endings of the files worth trying, lower case, with the dot."""

SLOWEST_SR, FASTEST_SR = 1_000, 1_536_000  # outside, the header is damaged
MOST_SAMPLES = 1 << 22  # of one block: a header that claims a thousand channels takes 16 MB, not all memory
GRAIN = 8192  # frames libsndfile is asked for at once: what a damaged file loses at most before the damage
SFE_SYSTEM = 2  # libsndfile's code for "the operating system said no"


def is_audio_name(name: str) -> bool:
    """Whether a file of this name is worth trying."""
    return os.path.splitext(name)[1].lower() in AUDIO_SUFFIXES  # noqa: PTH122 - called for every file there is


@dataclass(frozen=True, slots=True)
class AudioFile:
    """An open sound file. Get one from `open_audio`.

    Attributes
    ----------
    sr : int
        Sample rate in Hz.
    channels : int
        Number of channels.
    frames : int, optional
        Length as the file states it; None where only decoding tells.
    """

    sr: int
    channels: int
    frames: int | None
    _read: Callable[[int, int], Iterator[FloatArray]]

    def blocks(self, seconds: float, start_s: float = 0.0) -> Iterator[FloatArray]:
        """Decode to the end, once.

        Parameters
        ----------
        seconds : float
            Length of a block; the last is shorter, and blocks of very many channels are.
        start_s : float
            Where to begin. Lossy formats need a few hundred milliseconds from there to sound as they should.

        Yields
        ------
        ndarray, shape (n, channels), float32
            n >= 1; full scale is -1 to 1, louder values are kept as they are.

        Raises
        ------
        AudioError
            There is no audio in the file.
        OSError
            The drive failed or vanished.
        """
        frames = max(1, min(int(seconds * self.sr), MOST_SAMPLES // self.channels))
        empty = True
        for block in self._read(frames, round(start_s * self.sr)):
            empty = False
            yield block
        if empty:
            raise AudioError("no audio in it" if start_s == 0 else f"no audio after {start_s:g} s")


@contextlib.contextmanager
def open_audio(path: Path) -> Iterator[AudioFile]:
    """Open a sound file for decoding, whatever its name.

    Parameters
    ----------
    path : Path
        Any name the system allows, not only UTF-8.

    Raises
    ------
    AudioError
        The file is not audio, damaged beyond use, or empty. The message is the reason without the path.
    OSError
        The file is not there, or may not or cannot be read.
    """
    info = path.stat()
    if stat.S_ISDIR(info.st_mode):
        raise AudioError("a folder, not a file")
    if not stat.S_ISREG(info.st_mode):
        raise AudioError("a device or pipe, not a file")
    if info.st_size == 0:
        raise AudioError("0 bytes", "Copy or download the file again.")
    with contextlib.ExitStack() as stack:
        try:
            file = _open_soundfile(path, stack)
        except soundfile.LibsndfileError:
            sr, channels, read = stack.enter_context(ffmpeg.open_stream(path))
            audio = AudioFile(sr, channels, None, lambda frames, start: _skip(read(frames), start))
        else:
            read_from = functools.partial(_read_soundfile, file, path)
            audio = AudioFile(file.samplerate, file.channels, file.frames, read_from)
        if not SLOWEST_SR <= audio.sr <= FASTEST_SR:
            raise AudioError(f"damaged: it claims a sample rate of {audio.sr} Hz")
        yield audio


class _Stream(soundfile.SoundFile):  # type: ignore[misc]  # soundfile is untyped
    """Read forward only: `SoundFile.read` seeks after each read, which changes Opus and breaks DWVW."""

    def seekable(self) -> bool:
        return False


def _open_soundfile(path: Path, stack: contextlib.ExitStack) -> _Stream:
    silence_c_libraries()
    # Without a name, libsndfile is neither misled by it nor fails on one that is not UTF-8.
    source = stack.enter_context(path.open("rb", buffering=0)).fileno() if os.name == "posix" else str(path)
    file: _Stream = stack.enter_context(_Stream(source, closefd=False))
    if file.frames == 0 and file.format in {"WAV", "WAVEX"}:
        file = stack.enter_context(_Stream(stack.enter_context(OpenEndedWav(path))))
    return file


def _skip(blocks: Iterator[FloatArray], frames: int) -> Iterator[FloatArray]:
    for block in blocks:
        if frames < len(block):
            yield block[frames:]
        frames = max(0, frames - len(block))


def _read_soundfile(file: _Stream, path: Path, frames: int, start: int) -> Iterator[FloatArray]:
    if start:
        try:
            file.seek(min(start, file.frames))
        except soundfile.LibsndfileError:  # a codec that can only be read from its beginning
            yield from _skip(_read_soundfile(file, path, frames, 0), start)
            return
    left = file.frames - start
    while left > 0:
        block = np.empty((min(frames, left), file.channels), np.float32)
        filled = _fill(file, block)
        if filled:
            yield block[:filled]
        if filled < len(block):
            _read_last_byte(path)
            return
        left -= filled


def _read_last_byte(path: Path) -> None:
    """Raise the OSError of a drive that vanished, which the codecs report as a damaged file."""
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        file.read(1)


def _fill(file: _Stream, block: FloatArray) -> int:
    """Decode into `block` until it is full, or the file ends or is damaged; returns the frames decoded."""
    filled = 0
    try:
        while filled < len(block):
            got = len(file.read(out=block[filled : filled + GRAIN]))
            if got == 0:
                break
            filled += got
    except soundfile.LibsndfileError as error:
        if error.code == SFE_SYSTEM:
            raise OSError(errno.EIO, os.strerror(errno.EIO)) from error
    return filled
