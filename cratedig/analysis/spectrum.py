"""The spectra that all analysers share, each computed once and only when asked for."""

from __future__ import annotations

from functools import cache, cached_property

import numpy as np

from cratedig.audio.window import resample
from cratedig.types import FloatArray

__all__ = ["BANDS", "HOP", "LONGEST_S", "N_FFT", "SR", "TONAL_HOP", "TONAL_N_FFT", "TONAL_SR", "Spectrum", "stft_power"]

SR = 32_000
"""Rate of everything that is measured; also the built-in model's."""
N_FFT, HOP = 1024, 320
"""32 ms windows every 10 ms, the framing of the model's front end."""
TONAL_SR, TONAL_N_FFT, TONAL_HOP = 8_000, 4096, 1024
"""512 ms windows resolve neighbouring semitones from 55 Hz up."""
BANDS = 48
BLOCK = 32  # frames transformed at once: what fits the cache is seven times faster
LONGEST_S = 60.0
"""Only the beginning of a longer sound is measured."""


class Spectrum:
    """Short-time spectra of one sound.

    Parameters
    ----------
    y : ndarray, shape (n,), float32
        Mono waveform at `SR`, n >= 1.

    Attributes
    ----------
    y : ndarray, shape (n,), float32
        The waveform without its mean, at most `LONGEST_S`.
    """

    def __init__(self, y: FloatArray) -> None:
        y = y[: int(LONGEST_S * SR)]
        self.y: FloatArray = y - y.mean(dtype=np.float32)

    @property
    def duration_s(self) -> float:
        """Length of what is measured, in seconds."""
        return len(self.y) / SR

    @cached_property
    def power(self) -> FloatArray:
        """Power per frame and FFT bin, shape (frames, 513); a full-scale sine has power 1 in its bin."""
        return stft_power(self.y, N_FFT, HOP)

    @cached_property
    def level_db(self) -> FloatArray:
        """Level of each frame in dB below the loudest frame, shape (frames,), -90 to 0."""
        level = self.power.sum(axis=1)
        relative: FloatArray = 10 * np.log10(np.maximum(level / max(float(level.max()), 1e-20), 1e-9))
        return relative

    @cached_property
    def frequencies(self) -> FloatArray:
        """Centre of each bin of `power` in Hz, shape (513,)."""
        return np.fft.rfftfreq(N_FFT, 1 / SR).astype(np.float32)

    @cached_property
    def mean_power(self) -> FloatArray:
        """Mean of `power` over time, shape (513,)."""
        mean: FloatArray = self.power.mean(axis=0)
        return mean

    @cached_property
    def band_power(self) -> FloatArray:
        """Power in bands of equal width on a logarithmic scale, 40 Hz to 15 kHz, shape (frames, BANDS)."""
        bands: FloatArray = self.power @ _bands()
        return bands

    @cached_property
    def tonal(self) -> FloatArray:
        """Power per long frame and bin up to 4 kHz, shape (frames, 2049), for notes."""
        return stft_power(resample(self.y, SR, TONAL_SR), TONAL_N_FFT, TONAL_HOP)

    @cached_property
    def envelope(self) -> FloatArray:
        """Highest absolute sample in every 2 ms, shape (ceil(n / 64),)."""
        padded = np.zeros(-(-len(self.y) // 64) * 64, np.float32)
        padded[: len(self.y)] = np.abs(self.y)
        highest: FloatArray = padded.reshape(-1, 64).max(axis=1)
        return highest


def stft_power(y: FloatArray, n_fft: int, hop: int) -> FloatArray:
    """Power of the short-time Fourier transform, frame i centred on sample ``i * hop``.

    Parameters
    ----------
    y : ndarray, shape (n,), float32
    n_fft, hop : int
        Length of the periodic Hann window and step, in samples.

    Returns
    -------
    ndarray, shape (1 + n // hop, n_fft // 2 + 1), float32
    """
    padded = np.zeros(len(y) // hop * hop + n_fft, np.float32)
    padded[n_fft // 2 : n_fft // 2 + len(y)] = y[: len(padded) - n_fft // 2]
    frames = np.lib.stride_tricks.sliding_window_view(padded, n_fft)[::hop]
    power = np.empty((len(frames), n_fft // 2 + 1), np.float32)
    for at in range(0, len(frames), BLOCK):
        spectrum = np.fft.rfft(frames[at : at + BLOCK] * hann(n_fft), axis=1)
        np.add(spectrum.real**2, spectrum.imag**2, out=power[at : at + BLOCK])
    return power


@cache
def hann(n: int) -> FloatArray:
    """Periodic Hann window whose sum is 2."""
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n) / n)
    scaled: FloatArray = (window * 2 / window.sum()).astype(np.float32)
    return scaled


@cache
def _bands() -> FloatArray:
    """Triangles over FFT bins, shape (513, BANDS); low ones are widened to hold at least one bin."""
    edges = np.geomspace(40, 15_000, BANDS + 2)
    width = SR / N_FFT
    bins = np.arange(N_FFT // 2 + 1) * width
    centre = edges[1:-1]
    rise = (bins[:, None] - centre) / np.maximum(centre - edges[:-2], width) + 1
    fall = (centre - bins[:, None]) / np.maximum(edges[2:] - centre, width) + 1
    triangles: FloatArray = np.maximum(0, np.minimum(rise, fall)).astype(np.float32)
    return triangles
