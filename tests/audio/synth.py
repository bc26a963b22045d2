"""Sound files made at test time: every good, odd and broken one that the tests read."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import av
import numpy as np
import soundfile

from cratedig.types import FloatArray


def burst(frames: int = 6_000, channels: int = 2, seed: int = 0) -> FloatArray:
    """A decaying tone in a little noise, on a 16-bit grid: lossless formats of any depth hold it exactly."""
    noise = np.random.default_rng(seed).standard_normal((frames, channels)) * 0.02
    tone = 0.5 * np.sin(np.arange(frames)[:, None] * 0.05 + np.arange(channels))
    y = (tone + noise) * np.geomspace(1, 0.1, frames)[:, None]
    on_grid: FloatArray = (np.round(y * 32767) / 32768).astype(np.float32)
    return on_grid


def write(
    path: Path, y: FloatArray | None = None, sr: int = 44_100, subtype: str = "PCM_16", major: str = "WAV"
) -> Path:
    """Write with libsndfile; the name may be anything the file system takes."""
    soundfile.write(os.fsencode(path), burst() if y is None else y, sr, subtype, format=major)
    return path


def write_pyav(path: Path, codec: str, container: str, y: FloatArray | None = None, sr: int = 44_100) -> Path:
    """Write with FFmpeg: what libsndfile cannot."""
    y = burst() if y is None else y
    lossless = codec in {"alac", "wavpack"}
    planes = (y.T * 32768).astype(np.int16) if lossless else y.T
    layout = {1: "mono", 2: "stereo"}[y.shape[1]]
    with path.open("wb") as file, av.open(file, "w", format=container) as output:
        stream = output.add_stream(codec, rate=sr, layout=layout)
        stream.format = "s16p" if lossless else "fltp"
        stream.bit_rate = 128_000
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(planes), format=stream.format.name, layout=layout)
        frame.sample_rate = sr
        output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return path


def write_video(path: Path) -> Path:
    """An MP4 with a picture track."""
    with av.open(str(path), "w", format="mp4") as output:
        stream = output.add_stream("mpeg4", rate=25)
        stream.width = stream.height = 32
        stream.pix_fmt = "yuv420p"
        picture = av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8), format="rgb24")
        output.mux(stream.encode(picture))
        output.mux(stream.encode(None))
    return path


def damage(path: Path, count: int = 60, seed: int = 0, start: int = 200) -> Path:
    """Overwrite bytes at random places behind `start`."""
    rng = np.random.default_rng(seed)
    data = bytearray(path.read_bytes())
    for at in rng.integers(min(start, len(data) - 1), len(data), count):
        data[at] = rng.integers(256)
    path.write_bytes(data)
    return path


def truncate(path: Path, share: float) -> Path:
    """Keep the first part of a file."""
    os.truncate(path, int(path.stat().st_size * share) + 1)
    return path


def set_riff_sizes(path: Path, riff: int | None, data: int | None) -> Path:
    """Overwrite the size fields of a WAV; None leaves one as it is."""
    raw = bytearray(path.read_bytes())
    at = raw.index(b"data")
    for place, value in ((4, riff), (at + 4, data)):
        if value is not None:
            raw[place : place + 4] = struct.pack("<I", value)
    path.write_bytes(raw)
    return path


def wav_header(sr: int, channels: int, bits: int, data_bytes: int, tag: int = 1) -> bytes:
    """A 44-byte RIFF header that may claim anything; tag 1 is PCM, 3 is float."""
    align = channels * bits // 8
    fmt = struct.pack("<4sIHHIIHH", b"fmt ", 16, tag, channels, sr, sr * align % 2**32, align % 2**16, bits)
    return struct.pack("<4sI4s", b"RIFF", 36 + data_bytes, b"WAVE") + fmt + struct.pack("<4sI", b"data", data_bytes)


def write_sparse(path: Path, seconds: int, sr: int) -> Path:
    """A long, silent 16-bit mono WAV with a click at both ends; takes no room on disk."""
    size = seconds * sr * 2
    with path.open("wb") as file:
        file.write(wav_header(sr, 1, 16, size) + struct.pack("<h", 16384))
        file.seek(44 + size - 2)
        file.write(struct.pack("<h", 16384))
    return path
