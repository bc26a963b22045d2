"""From waveform to log-mel picture: everything between the sound and the audio tower, in numpy.

Training and use share this module, so that a vector made today means what it meant in training.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from cratedig.types import FloatArray

__all__ = ["COLUMN", "HOP", "MAX_FRAMES", "N_MELS", "PREPROCESSING", "SR", "WINDOW_S", "log_mel", "prepare"]

PREPROCESSING = "mel96-v1"
SR = 32_000
WINDOW_S = 2.0
N_FFT = 1024
HOP = 320
N_MELS = 96
COLUMN = 16  # frames per column of the audio tower's last layer: four strides of two
MAX_FRAMES = 208  # 2 s are 201 frames: the next whole number of columns

_ONSET = 10 ** (-40 / 20)  # a sound starts where it first rises within 40 dB of its peak
_TAIL = 10 ** (-66 / 20)
_PRE_ROLL = 64  # samples kept before the onset, 2 ms: the click of an attack lives there
_RANGE_DB = 90.0  # of the picture: 0 is silence, 1 is full scale
_SILENCE = 1e-5


def prepare(y: FloatArray) -> FloatArray:
    """Cut a sound to what is heard and bring its peak to full scale.

    Parameters
    ----------
    y : ndarray, shape (n,), float32
        Mono waveform at `SR`; any n >= 1.

    Returns
    -------
    ndarray, shape (m,), float32
        At most `WINDOW_S` seconds, leading and trailing silence removed; one zero sample where there was only silence.
    """
    level = np.abs(y)
    peak = float(level.max(initial=0.0))
    if not np.isfinite(peak) or peak < _SILENCE:
        return np.zeros(1, dtype=np.float32)
    start = max(int(np.argmax(level >= _ONSET * peak)) - _PRE_ROLL, 0)
    stop = len(y) - int(np.argmax(level[::-1] >= _TAIL * peak))
    heard = y[start : min(stop, start + int(WINDOW_S * SR))]
    loudest = max(float(np.abs(heard).max()), _SILENCE)
    return np.asarray(heard / loudest, dtype=np.float32)


def log_mel(y: FloatArray) -> FloatArray:
    """Log-mel picture of a prepared waveform.

    Slaney's mel scale [1]_, 96 bands from 30 Hz to 15.5 kHz, Hann window of 32 ms, hop of 10 ms, power in dB
    over a range of 90 dB.

    Parameters
    ----------
    y : ndarray, shape (m,), float32
        As returned by `prepare`.

    Returns
    -------
    ndarray, shape (frames, 96), float32
        0 is silence, about 1 is full scale; ``frames`` is ``1 + m // HOP``, at most `MAX_FRAMES`.

    References
    ----------
    .. [1] M. Slaney, Auditory Toolbox, Interval Research Technical Report 1998-010.
    """
    n_frames = 1 + len(y) // HOP
    padded = np.zeros((n_frames - 1) * HOP + N_FFT, dtype=np.float32)
    padded[N_FFT // 2 : N_FFT // 2 + len(y)] = y[: len(padded) - N_FFT // 2]
    frames = np.lib.stride_tricks.sliding_window_view(padded, N_FFT)[::HOP]
    spectrum = np.fft.rfft(frames * _hann(), axis=1)
    power = spectrum.real**2 + spectrum.imag**2
    mel = power @ _mel_filters()
    db = 10.0 * np.log10(np.maximum(mel, 1e-9), dtype=np.float32)
    return np.clip(1.0 + db / _RANGE_DB, 0.0, None)


@cache
def _hann() -> FloatArray:
    """Periodic Hann window whose sum is 2: a full-scale sine has power 1 in its bin."""
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(N_FFT) / N_FFT)
    return np.asarray(window * 2 / window.sum(), dtype=np.float32)


def _mel_to_hz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    """Slaney's scale: linear to 1 kHz, logarithmic above."""
    return np.where(mel < 15, mel * 200 / 3, 1000 * np.exp((mel - 15) * np.log(6.4) / 27))


def _hz_to_mel(hz: float) -> float:
    return hz * 3 / 200 if hz < 1000 else 15 + 27 * float(np.log(hz / 1000)) / float(np.log(6.4))


@cache
def _mel_filters() -> FloatArray:
    """Triangles over FFT bins, shape (N_FFT // 2 + 1, N_MELS), peak 1."""
    edges = _mel_to_hz(np.linspace(_hz_to_mel(30.0), _hz_to_mel(15_500.0), N_MELS + 2))
    bins = np.arange(N_FFT // 2 + 1) * SR / N_FFT
    rise = (bins[:, None] - edges[None, :-2]) / (edges[1:-1] - edges[:-2])
    fall = (edges[None, 2:] - bins[:, None]) / (edges[2:] - edges[1:-1])
    return np.asarray(np.maximum(0, np.minimum(rise, fall)), dtype=np.float32)
