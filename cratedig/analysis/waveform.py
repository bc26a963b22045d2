"""The drawn waveform: peaks and three-band colours in 1,400 bytes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cratedig.analysis.spectrum import Spectrum
from cratedig.types import FloatArray

__all__ = ["COLUMNS", "Picture", "draw", "pack", "unpack"]

COLUMNS = 350
LOW, HIGH = 13, 32  # bands of Spectrum.band_power at 200 Hz and 2 kHz
COLOUR_DB = 60.0


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """What a waveform view draws.

    Attributes
    ----------
    peaks : ndarray, shape (COLUMNS,), float32
        Highest absolute sample of each column against the sound's highest, 0 to 1.
    colours : ndarray, shape (COLUMNS, 3), float32
        Level of low (to 200 Hz), middle (to 2 kHz) and high bands, 0 (60 dB below the loudest) to 1.
    """

    peaks: FloatArray
    colours: FloatArray


def draw(spectrum: Spectrum) -> Picture:
    """Make the picture of a sound; one shorter than `COLUMNS` values repeats them."""
    envelope = spectrum.envelope
    peaks = np.maximum.reduceat(envelope, _starts(len(envelope)))
    bands = spectrum.band_power
    colours = np.stack([bands[:, low:high].sum(axis=1) for low, high in ((0, LOW), (LOW, HIGH), (HIGH, None))], axis=1)
    loudest = np.maximum.reduceat(colours, _starts(len(colours)), axis=0)
    level = 10 * np.log10(np.maximum(loudest / max(float(loudest.max()), 1e-20), 1e-9))
    relative: FloatArray = (peaks / max(float(peaks.max()), 1e-20)).astype(np.float32)
    colours = np.maximum(1 + level / COLOUR_DB, 0).astype(np.float32)
    return Picture(relative, colours)


def pack(picture: Picture) -> bytes:
    """Eight bits a value, column by column: peak, low, middle, high; `COLUMNS` * 4 bytes."""
    values = np.column_stack((picture.peaks, picture.colours))
    return np.round(np.clip(values, 0, 1) * 255).astype(np.uint8).tobytes()


def unpack(packed: bytes) -> Picture:
    """Reverse `pack`, to within 1/510.

    Raises
    ------
    ValueError
        The length is not that of a packed picture.
    """
    if len(packed) != COLUMNS * 4:
        raise ValueError(f"a packed picture has {COLUMNS * 4} bytes, not {len(packed)}")
    values: FloatArray = np.frombuffer(packed, np.uint8).reshape(COLUMNS, 4).astype(np.float32)
    values /= 255
    return Picture(values[:, 0], values[:, 1:])


def _starts(length: int) -> NDArray[np.int64]:
    return np.arange(COLUMNS) * length // COLUMNS
