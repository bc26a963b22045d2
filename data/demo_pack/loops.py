"""Loops of exact length: sounds placed on beats, with tails that wrap so that the loop closes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from data.demo_pack.effects import saturate
from data.demo_pack.synth import SR, Rng, Wave

__all__ = ["Groove", "riff"]

LEVELS = {"X": 1.0, "x": 0.7, "o": 0.35}


@dataclass(frozen=True, slots=True)
class Groove:
    """A step sequence over one-shots of the pack.

    Attributes
    ----------
    bpm : float
        Beats per minute.
    parts : tuple of (sound name, level, steps)
        Sixteenth notes: ``X`` loud, ``x`` normal, ``o`` soft, ``.`` silent, spaces ignored;
        all parts have the same number.
    swing : float
        Share of an eighth note that its first sixteenth takes; 0.5 is straight.
    """

    bpm: float
    parts: tuple[tuple[str, float, str], ...]
    swing: float = 0.5

    def render(self, rng: Rng, sounds: Mapping[str, Wave]) -> Wave:
        """Play the groove once with slightly uneven hits, as a hand would."""
        events: list[tuple[float, Wave]] = []
        beats = 0.0
        for name, level, pattern in self.parts:
            steps = pattern.replace(" ", "")
            beats = len(steps) / 4
            hit = level * sounds[name] / np.abs(sounds[name]).max()
            for step, mark in enumerate(steps):
                if mark in LEVELS:
                    beat = step // 2 / 2 + (step % 2) * self.swing / 2
                    events.append((beat, LEVELS[mark] * rng.uniform(0.92, 1.0) * hit))
        return saturate(_arrange(events, self.bpm, beats), 1.3)


def riff(
    voice: Callable[[str, float], Wave], line: Iterable[tuple[float, float, str]], *, bpm: float, beats: float
) -> Wave:
    """Play (beat, length in beats, notes) with a voice that takes notes and seconds."""
    play = cache(voice)
    events = [(beat, play(notes, length * 60.0 / bpm)) for beat, length, notes in line]
    return _arrange(events, bpm, beats)


def _arrange(events: list[tuple[float, Wave]], bpm: float, beats: float) -> Wave:
    """Mix events at their beats; what rings past the end returns at the start."""
    length = round(beats * 60.0 / bpm * SR)
    starts = [round(beat * 60.0 / bpm * SR) for beat, _ in events]
    end = max(start + len(wave) for start, (_, wave) in zip(starts, events, strict=True))
    turns = -(-end // length)
    stereo = any(wave.ndim == 2 for _, wave in events)
    y = np.zeros((turns * length, 2) if stereo else turns * length)
    for start, (_, wave) in zip(starts, events, strict=True):
        y[start : start + len(wave)] += wave[:, None] if stereo and wave.ndim == 1 else wave
    return np.asarray(y.reshape(turns, length, *y.shape[1:]).sum(axis=0))
