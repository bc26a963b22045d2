"""From decoded blocks to the mono windows a model takes.

Pure functions. Everything is deterministic: the same sound gives the same windows, whether it is held
in memory or streamed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import soxr

from cratedig.types import FloatArray

__all__ = ["LOUDEST", "Window", "clean", "cut", "downmix", "resample", "resample_stream"]

LOUDEST = 1e12
"""Beyond this a sample is damage, not level: +240 dBFS. Its square still fits float32."""


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """A stretch of a sound, at the model's sample rate.

    Attributes
    ----------
    start_s, end_s : float
        Place in the sound, in seconds.
    y : ndarray, shape (n,), float32
        Mono samples, n >= 1.
    """

    start_s: float
    end_s: float
    y: FloatArray


def clean(block: FloatArray) -> FloatArray:
    """Replace NaN, infinity and values beyond `LOUDEST` by zero; returns `block` itself if there are none."""
    if block.min() >= -LOUDEST and block.max() <= LOUDEST:
        return block
    return np.where(np.abs(block) <= LOUDEST, block, np.float32(0))


def downmix(block: FloatArray) -> FloatArray:
    """Mean of the channels.

    Parameters
    ----------
    block : ndarray, shape (n, channels), float32

    Returns
    -------
    ndarray, shape (n,), float32
    """
    # Summing columns is several times faster than mean(axis=1) on so short an axis.
    y = block[:, 0].copy()
    for channel in block.T[1:]:
        y += channel
    y /= block.shape[1]
    return y


def resample(y: FloatArray, sr: int, to_sr: int) -> FloatArray:
    """Resample a whole mono waveform (soxr HQ); never to nothing.

    Parameters
    ----------
    y : ndarray, shape (n,), float32
    sr, to_sr : int
        Rates in Hz.

    Returns
    -------
    ndarray, shape (max(1, round(n * to_sr / sr)),), float32
    """
    if sr == to_sr:
        return y
    resampled: FloatArray = soxr.resample(y, sr, to_sr, quality="HQ")
    return resampled if len(resampled) else y[:1]


def resample_stream(blocks: Iterable[FloatArray], sr: float, to_sr: float, channels: int = 1) -> Iterator[FloatArray]:
    """Resample blocks one by one; joined, they equal `resample` of the joined blocks.

    Parameters
    ----------
    blocks : iterable of ndarray, shape (n,), or (n, channels) when there are several, float32
    sr, to_sr : float
        Rates in Hz.
    channels : int
    """
    if sr == to_sr:
        yield from blocks
        return
    stream = soxr.ResampleStream(sr, to_sr, channels, dtype="float32", quality="HQ")
    for block in blocks:
        yield stream.resample_chunk(block)
    yield stream.resample_chunk(np.empty((0, channels) if channels > 1 else 0, np.float32), last=True)


def cut(chunks: Iterable[FloatArray], sr: int, window_s: float) -> Iterator[Window]:
    """Cut a sound into windows with half overlap.

    A sound no longer than a window is one window. In a longer one, window i starts at i * hop; the last
    is moved back to end with the sound, so that every window but a lone one has the full length.

    Parameters
    ----------
    chunks : iterable of ndarray, shape (n,), float32
        The mono sound in consecutive pieces of any length.
    sr : int
        Their sample rate in Hz.
    window_s : float
        Length of a window in seconds.
    """
    size = round(window_s * sr)
    held, at = np.empty(0, np.float32), 0  # from the start of the last window on; its sample number
    due = 0  # where in `held` the next window starts
    for chunk in chunks:
        held = np.concatenate((held, chunk)) if len(held) else chunk
        while len(held) >= due + size:
            held, at, due = held[due:], at + due, size // 2
            yield Window(at / sr, (at + size) / sr, held[:size])
    if due == 0:
        yield Window(0.0, len(held) / sr, held)
    elif len(held) > size:
        end = at + len(held)
        yield Window((end - size) / sr, end / sr, held[-size:])
