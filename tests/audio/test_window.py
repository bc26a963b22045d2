"""Downmix, cleaning, resampling and cutting: pure functions, so mostly properties."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cratedig.audio.window import LOUDEST, Window, clean, cut, downmix, resample, resample_stream
from cratedig.types import FloatArray
from tests.audio.synth import burst

RATES = st.sampled_from([8_000, 22_050, 32_000, 44_100, 48_000, 96_000, 192_000])


def pieces(y: FloatArray, sizes: list[int]) -> Iterator[FloatArray]:
    """Split into pieces of these sizes, over and over."""
    at = 0
    while at < len(y):
        for size in sizes:
            if at < len(y):
                yield y[at : at + size]
            at += size


SIZES = st.lists(st.integers(1, 3_000), min_size=1, max_size=4)


@given(frames=st.integers(1, 5_000), size=st.integers(2, 900), sizes=SIZES)
def test_windows_cover_the_sound_without_gaps(frames: int, size: int, sizes: list[int]) -> None:
    sr = 1_000
    y = np.arange(frames, dtype=np.float32)
    windows = list(cut(pieces(y, sizes), sr, size / sr))
    starts = [round(window.start_s * sr) for window in windows]
    ends = [round(window.end_s * sr) for window in windows]
    assert starts[0] == 0
    assert ends[-1] == frames
    assert all(start < next_start <= end for start, end, next_start in zip(starts, ends, starts[1:], strict=False))
    assert starts[:-1] == [i * (size // 2) for i in range(len(starts) - 1)]
    for window, start, end in zip(windows, starts, ends, strict=True):
        assert len(window.y) == min(size, frames)
        np.testing.assert_array_equal(window.y, y[start:end])


@pytest.mark.parametrize(
    ("frames", "starts"),
    [(1, [0]), (99, [0]), (100, [0]), (101, [0, 1]), (150, [0, 50]), (151, [0, 50, 51]), (200, [0, 50, 100])],
)
def test_where_windows_start(frames: int, starts: list[int]) -> None:
    windows = cut([np.zeros(frames, np.float32)], 100, 1.0)
    assert [round(window.start_s * 100) for window in windows] == starts


@given(frames=st.integers(1, 4_000), sizes=SIZES, size=st.integers(2, 900))
def test_pieces_do_not_change_the_windows(frames: int, sizes: list[int], size: int) -> None:
    y = burst(frames, 1)[:, 0]

    def plain(windows: Iterator[Window]) -> list[tuple[float, float, bytes]]:
        return [(window.start_s, window.end_s, window.y.tobytes()) for window in windows]

    assert plain(cut(pieces(y, sizes), 8_000, size / 8_000)) == plain(cut([y], 8_000, size / 8_000))


@given(frames=st.integers(1, 20_000), sr=RATES, to_sr=RATES)
def test_resampled_length(frames: int, sr: int, to_sr: int) -> None:
    resampled = resample(np.zeros(frames, np.float32), sr, to_sr)
    assert abs(len(resampled) - frames * to_sr / sr) <= 1
    assert len(resampled) >= 1
    assert resampled.dtype == np.float32


@given(frames=st.integers(2_000, 20_000), sizes=SIZES, sr=RATES, to_sr=RATES)
def test_streamed_resampling_is_the_same(frames: int, sizes: list[int], sr: int, to_sr: int) -> None:
    y = burst(frames, 1)[:, 0]
    streamed = np.concatenate(list(resample_stream(pieces(y, sizes), sr, to_sr)))
    np.testing.assert_allclose(streamed, resample(y, sr, to_sr), atol=1e-6)


def test_streams_of_several_channels_are_resampled_one_by_one() -> None:
    y = burst(20_000, 2)
    streamed = np.concatenate(list(resample_stream(pieces(y, [700, 3_000]), 44_100, 48_000, 2)))
    for channel in range(2):
        np.testing.assert_allclose(streamed[:, channel], resample(y[:, channel].copy(), 44_100, 48_000), atol=1e-6)


@pytest.mark.parametrize("sr", [44_100, 192_000])
def test_resampling_keeps_a_tone(sr: int) -> None:
    def tone(rate: int) -> FloatArray:
        return np.sin(2 * math.pi * 440 * np.arange(rate) / rate).astype(np.float32)

    error = resample(tone(sr), sr, 32_000) - tone(32_000)
    assert np.abs(error[500:-500]).max() < 1e-3


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 3e38, -2 * LOUDEST])
def test_what_is_no_level_becomes_zero(bad: float) -> None:
    block = burst(100)
    broken = block.copy()
    broken[10, 1] = bad
    expected = block.copy()
    expected[10, 1] = 0
    np.testing.assert_array_equal(clean(broken), expected)
    assert clean(block) is block


def test_loud_samples_stay() -> None:
    block = burst(100) * np.float32(2**31)
    assert clean(block) is block


@pytest.mark.parametrize("channels", [1, 2, 3, 8])
def test_downmix_is_the_mean(channels: int) -> None:
    block = burst(1_000, channels)
    before = block.copy()
    np.testing.assert_allclose(downmix(block), block.mean(axis=1), atol=1e-7)
    np.testing.assert_array_equal(block, before)
