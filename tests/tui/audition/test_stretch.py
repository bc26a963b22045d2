"""Fitting a sound to the session: the arithmetic, and what is then heard."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from cratedig.types import FloatArray
from tui.audition import stretch as module
from tui.audition.stretch import AS_IT_IS, Change, Session, fit, stretch, tempo_ratio, transposition

SR = 48_000


def tone(hz: float, seconds: float = 2.0) -> FloatArray:
    y = 0.5 * np.sin(2 * np.pi * hz * np.arange(round(seconds * SR)) / SR)
    return np.stack([y, y], axis=1).astype(np.float32)


def loudest_hz(y: FloatArray) -> float:
    spectrum = np.abs(np.fft.rfft(y[:, 0] * np.hanning(len(y)), 8 * len(y)))
    return float(spectrum.argmax() * SR / (8 * len(y)))


@pytest.fixture
def extra(monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], None]:
    """Pretend that the extra is installed, or not."""
    return lambda installed: monkeypatch.setattr(module, "can_stretch", lambda: installed)


@pytest.mark.parametrize(
    ("bpm", "session", "ratio"),
    [(120, 120, 1), (100, 120, 1.2), (60, 120, 1), (174, 87, 1), (170, 90, 180 / 170), (70, 128, 128 / 140)],
)
def test_the_nearest_octave_of_the_tempo_is_taken(bpm: float, session: float, ratio: float) -> None:
    assert tempo_ratio(bpm, session) == pytest.approx(ratio)


@pytest.mark.parametrize("bpm", [40.0, 61.3, 99.9, 150.0, 299.0])
@pytest.mark.parametrize("session", [60.0, 120.0, 174.0])
def test_no_sound_is_changed_by_more_than_half_an_octave(bpm: float, session: float) -> None:
    assert 2**-0.5 <= tempo_ratio(bpm, session) <= 2**0.5


@pytest.mark.parametrize(
    ("session", "key", "semitones"),
    [("C", "C", 0), ("C", "Am", 0), ("Am", "C", 0), ("C", "D", -2), ("D", "C", 2), ("Am", "Em", 5), ("C", "F#", 6)],
)
def test_keys_move_the_shorter_way_and_relative_keys_stay(session: str, key: str, semitones: int) -> None:
    assert transposition(session, key) == semitones


def test_a_one_shot_goes_to_the_tonic() -> None:
    assert transposition("Am", None, root_midi=60) == -3
    assert transposition("C", None, root_midi=59) == 1
    assert transposition("C", "D", root_midi=60) == -2, "the key goes before the root note"
    assert transposition("C", None) == 0


def test_without_a_session_a_sound_stays_as_it_is(extra: Callable[[bool], None]) -> None:
    for installed in (True, False):
        extra(installed)
        assert fit(Session(), root_midi=60) == AS_IT_IS
        assert fit(Session(bpm=120, key="C")) == AS_IT_IS


def test_with_the_extra_tempo_and_key_are_apart(extra: Callable[[bool], None]) -> None:
    extra(True)
    change = fit(Session(bpm=120, key="C"), bpm=100, key="D")
    assert change.tempo == pytest.approx(1.2)
    assert (change.speed, change.semitones, change.repeats, change.stretches) == (1.0, -2, True, True)


def test_without_it_tempo_goes_before_key(extra: Callable[[bool], None]) -> None:
    extra(False)
    assert fit(Session(bpm=120, key="C"), bpm=100, key="D").speed == pytest.approx(1.2)
    assert fit(Session(bpm=120, key="C"), key="D").speed == pytest.approx(2 ** (-2 / 12))
    assert not fit(Session(bpm=120), bpm=100).stretches


def test_varispeed_can_be_chosen(extra: Callable[[bool], None]) -> None:
    extra(True)
    change = fit(Session(bpm=120, varispeed=True), bpm=100)
    assert change.speed == pytest.approx(1.2)
    assert not change.stretches


@pytest.mark.parametrize("tempo", [0.75, 1.0, 1.3])
@pytest.mark.parametrize("semitones", [-5, 0, 4])
def test_stretching_moves_length_and_pitch_apart(tempo: float, semitones: int) -> None:
    pytest.importorskip("python_stretch")
    y = tone(440)
    changed = stretch(y, Change(tempo=tempo, semitones=semitones))
    assert changed.shape == (round(len(y) / tempo), 2)
    assert changed.dtype == np.float32
    cents = 1200 * np.log2(loudest_hz(changed) / (440 * 2 ** (semitones / 12)))
    assert abs(cents) < 10
    assert np.sqrt((changed**2).mean()) == pytest.approx(np.sqrt((y**2).mean()), rel=0.1)


def test_a_stretched_loop_still_loops() -> None:
    pytest.importorskip("python_stretch")
    y = tone(200)  # 400 whole periods
    changed = stretch(y, Change(tempo=1.1, repeats=True))[:, 0]
    around = np.concatenate([changed[-4800:], changed[:4800]])
    inside = np.abs(np.diff(changed[10_000:20_000])).max()
    assert np.abs(np.diff(around)).max() < 1.2 * inside
    assert np.sqrt((around[4560:5040] ** 2).mean()) == pytest.approx(0.5 / np.sqrt(2), rel=0.3)


@pytest.mark.parametrize("frames", [1, 10, 5000])
@pytest.mark.parametrize("repeats", [False, True])
def test_the_shortest_sounds_survive(frames: int, repeats: bool) -> None:
    pytest.importorskip("python_stretch")
    changed = stretch(np.full((frames, 2), 0.1, np.float32), Change(tempo=1.4, repeats=repeats))
    assert changed.shape == (max(1, round(frames / 1.4)), 2)
    assert np.isfinite(changed).all()
