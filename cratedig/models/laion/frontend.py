"""From a waveform at 48 kHz to the picture the audio tower takes: laion_clap's own steps, in numpy.

Every step equals laion_clap 1.1.7 [1]_ for sounds up to ten seconds: quantising to 16 bits, repeating, the short-time
Fourier transform and filter bank of torchlibrosa, and the bicubic stretch of torch. tests/models holds vectors that
laion_clap itself gave.

References
----------
.. [1] Y. Wu et al., Large-scale contrastive language-audio pretraining, ICASSP 2023, arXiv:2211.06687.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from cratedig.types import FloatArray

__all__ = [
    "N_MELS",
    "PREPROCESSING",
    "SR",
    "WIDTH",
    "WINDOW_S",
    "fill",
    "log_mel",
    "mel_filters",
    "picture",
    "quantise",
]

PREPROCESSING = "laion-v1"
SR = 48_000
WINDOW_S = 10.0
N_SAMPLES = 480_000
N_FFT = 1024
HOP = 480
N_MELS = 64
FMIN_HZ, FMAX_HZ = 50.0, 14_000.0
WIDTH = 1024  # columns of the picture: 1,001 frames are stretched to it

_FLOOR = 1e-10
_CUBIC = -0.75  # torch's coefficient of the bicubic kernel
_FRAMES_AT_ONCE = 32  # keeps the frames in the processor's cache
_BINS = int(FMAX_HZ * N_FFT / SR) + 1  # no filter hears those above


def picture(y: FloatArray) -> FloatArray:
    """Return what the audio tower takes.

    Parameters
    ----------
    y : ndarray, shape (n,), float32
        Mono waveform at `SR`, 1 to 480,000 samples; what lies beyond is not heard.

    Returns
    -------
    ndarray, shape (1024, 64), float32
        Mel bands in dB over time.
    """
    return stretch(log_mel(fill(quantise(y[:N_SAMPLES]))))


def quantise(y: FloatArray) -> FloatArray:
    """Clip and round towards zero to 16 bits, as training did."""
    return np.asarray(np.trunc(np.clip(y, -1.0, 1.0) * 32767.0) / 32767.0, dtype=np.float32)


def fill(y: FloatArray) -> FloatArray:
    """Repeat a sound as often as it fits into ten seconds; zeros fill the rest."""
    filled = np.zeros(N_SAMPLES, dtype=np.float32)
    times = N_SAMPLES // len(y)
    filled[: times * len(y)].reshape(times, len(y))[:] = y
    return filled


def log_mel(y: FloatArray) -> FloatArray:
    """Mel spectrogram in dB: periodic Hann window of 1,024 samples, hop of 480, centred frames with reflection.

    Parameters
    ----------
    y : ndarray, shape (n,), float32
        At least 513 samples.

    Returns
    -------
    ndarray, shape (1 + n // 480, 64), float32
    """
    padded = np.pad(y, N_FFT // 2, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(padded, N_FFT)[::HOP]
    mel = np.empty((len(frames), N_MELS), dtype=np.float32)
    for start in range(0, len(frames), _FRAMES_AT_ONCE):
        spectrum = np.fft.rfft(frames[start : start + _FRAMES_AT_ONCE] * _hann(), axis=1)[:, :_BINS]
        power = spectrum.real**2 + spectrum.imag**2
        mel[start : start + _FRAMES_AT_ONCE] = power @ mel_filters()[:_BINS]
    return np.asarray(10.0 * np.log10(np.maximum(mel, _FLOOR)), dtype=np.float32)


def stretch(mel: FloatArray) -> FloatArray:
    """Stretch over time to `WIDTH` columns: bicubic, ends aligned; shape (WIDTH, 64)."""
    columns, weights = _stretch_table(len(mel))
    return np.asarray(np.einsum("wk,wkm->wm", weights, mel[columns]), dtype=np.float32)


@cache
def _hann() -> FloatArray:
    return np.asarray(0.5 - 0.5 * np.cos(2 * np.pi * np.arange(N_FFT) / N_FFT), dtype=np.float32)


@cache
def mel_filters() -> FloatArray:
    """Return Slaney's filter bank with triangles of unit area, shape (513, 64): librosa's default."""
    edges = _mel_to_hz(np.linspace(_hz_to_mel(FMIN_HZ), _hz_to_mel(FMAX_HZ), N_MELS + 2))
    bins = np.arange(N_FFT // 2 + 1) * SR / N_FFT
    rise = (bins[:, None] - edges[None, :-2]) / (edges[1:-1] - edges[:-2])
    fall = (edges[None, 2:] - bins[:, None]) / (edges[2:] - edges[1:-1])
    triangles = np.maximum(0, np.minimum(rise, fall))
    return np.asarray(triangles * 2 / (edges[2:] - edges[:-2]), dtype=np.float32)


def _mel_to_hz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    """Slaney's scale: linear to 1 kHz, logarithmic above."""
    return np.where(mel < 15, mel * 200 / 3, 1000 * np.exp((mel - 15) * np.log(6.4) / 27))


def _hz_to_mel(hz: float) -> float:
    return hz * 3 / 200 if hz < 1000 else 15 + 27 * float(np.log(hz / 1000)) / float(np.log(6.4))


@cache
def _stretch_table(n_frames: int) -> tuple[NDArray[np.intp], FloatArray]:
    """Four frames and their weights for each column, shapes (WIDTH, 4): cubic convolution (Keys, 1981)."""
    at = np.arange(WIDTH) * (n_frames - 1) / (WIDTH - 1)
    first = np.floor(at).astype(np.intp)
    distance = np.abs(at[:, None] - (first[:, None] + np.arange(-1, 3)))
    near = ((_CUBIC + 2) * distance - (_CUBIC + 3)) * distance**2 + 1
    far = ((_CUBIC * distance - 5 * _CUBIC) * distance + 8 * _CUBIC) * distance - 4 * _CUBIC
    columns = np.clip(first[:, None] + np.arange(-1, 3), 0, n_frames - 1)
    return columns, np.where(distance <= 1, near, far).astype(np.float32)
