"""M4A, AAC, ALAC, WMA, WavPack and some damaged files: what libsndfile refuses, through PyAV (an extra)."""

from __future__ import annotations

import contextlib
import functools
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

from cratedig.errors import AudioError
from cratedig.types import FloatArray

__all__ = ["Stream", "open_stream"]

Stream: TypeAlias = tuple[int, int, Callable[[int], Iterator[FloatArray]]]
"""Sample rate in Hz, channels, and a reader of blocks of that many frames, shape (n, channels)."""

# Where the mark stands, the mark, FFmpeg's name of the format: its own guess would turn noise into audio.
FORMATS = (
    (4, b"ftyp", "mov"),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "asf"),
    (0, b"wvpk", "wv"),
    (0, b"\xff\xf1", "aac"),
    (0, b"\xff\xf9", "aac"),
    (0, b"caff", "caf"),
    (0, b"OggS", "ogg"),
)

NOT_AUDIO = "not audio, or damaged"


@contextlib.contextmanager
def open_stream(path: Path) -> Iterator[Stream]:
    """Open a file that libsndfile refused.

    Raises
    ------
    AudioError
        It is none of the formats, damaged, holds video or no audio; or PyAV is not installed.
    OSError
        The file is not there, or may not or cannot be read.
    """
    with path.open("rb") as file, contextlib.ExitStack() as stack:
        format_name = _format(file.read(16))
        av = _pyav(format_name)
        file.seek(0)
        try:
            # A file object, since PyAV takes no name that is not UTF-8.
            container = stack.enter_context(av.open(file, format=format_name))
        except av.FFmpegError as error:
            raise AudioError(NOT_AUDIO) from error
        yield _stream(av, container)


def _format(head: bytes) -> str:
    for at, mark, name in FORMATS:
        if head[at:].startswith(mark):
            return name
    raise AudioError(NOT_AUDIO)


def _pyav(format_name: str) -> Any:  # noqa: ANN401 - an untyped module that may not be there
    try:
        import av  # noqa: PLC0415 - an extra, and slow to import
    except ImportError as error:
        if format_name == "ogg":  # libsndfile reads these: what it refuses is damaged
            raise AudioError(NOT_AUDIO) from error
        raise AudioError("not readable without PyAV", "pip install 'cratedig[m4a]'") from error
    return av


def _stream(av: Any, container: Any) -> Stream:  # noqa: ANN401
    if any(not stream.disposition & av.stream.Disposition.attached_pic for stream in container.streams.video):
        raise AudioError("a video, not a sound")
    frames = _frames(av, container)
    first = next(frames, None)
    if first is None:
        raise AudioError("no audio in it")
    # The frame's rate, not the header's: an HE-AAC header may state half of it.
    same = (f for f in itertools.chain([first], frames) if _shape(f) == _shape(first))
    channels = first.layout.nb_channels
    return first.sample_rate, channels, functools.partial(_blocks, av, same, channels)


def _shape(frame: Any) -> tuple[int, str, str]:  # noqa: ANN401
    return frame.sample_rate, frame.layout.name, frame.format.name


def _frames(av: Any, container: Any) -> Iterator[Any]:  # noqa: ANN401
    """Every frame that decodes; damaged packets are left out. A failing drive raises Python's own OSError."""
    if not container.streams.audio:
        return
    with contextlib.suppress(av.FFmpegError):
        for packet in container.demux(container.streams.audio[0]):
            with contextlib.suppress(av.FFmpegError):
                yield from packet.decode()


def _blocks(av: Any, frames: Iterator[Any], channels: int, size: int) -> Iterator[FloatArray]:  # noqa: ANN401
    resampler = av.AudioResampler(format="flt", frame_size=size)
    for frame in itertools.chain(frames, [None]):
        for block in resampler.resample(frame):
            yield block.to_ndarray().reshape(-1, channels)
