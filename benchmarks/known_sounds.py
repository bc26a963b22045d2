"""Sounds whose tempo, key, note and kind are known: corpus rows that state them, and loops and hits made here.

Sources are divided once: weights and thresholds are developed on some, figures are reported on the others.
The made sounds are used for reporting only.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cratedig.analysis.key import NAMES
from cratedig.analysis.spectrum import SR
from train.corpus import HALF_FULL_SCALE, open_corpus

REPORTED = frozenset(
    {
        "BespokeSynth/BespokeSynth", "ccrma/chuck", "Debian musescore-general-soundfont", "Debian opl3-soundfont",
        "freepats/lately-bass", "freepats/old-piano-FB", "freepats/synth-bass-1", "freepats/synthesizer-percussion",
        "GoogleChromeLabs/web-audio-samples", "LMMS/lmms", "monome/dust", "oramics/sampled",
        "procedural synthesis (made for this corpus)", "Qirky/FoxDot", "sfzinstruments/karoryfer.emilyguitar",
        "sfzinstruments/karoryfer.gogodze-phu-vol-ii", "sfzinstruments/karoryfer.growlybass",
        "sfzinstruments/karoryfer.weresax", "smpldsnds/drum-machines", "switchangel/breaks",
        "tidalcycles/uzu-drumkit",
    }
)  # fmt: skip
"""Sources that nothing was developed on; a source's sequenced loops stay with it."""

STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
NOT_ONE_NOTE = ("chord", "strum", "trill", "gliss", "belofilms")
SCALES = {"": (0, 2, 4, 5, 7, 9, 11), "m": (0, 2, 3, 5, 7, 8, 10)}
PATTERNS = (  # kick, snare, hat on sixteenths
    ("x...x...x...x...", "....x.......x...", "..x...x...x...x."),
    ("x.....x...x.....", "....x.......x...", "x.x.x.x.x.x.x.x."),
    ("x.........x.....", "....x.......x...", "x.x.x.x.x.x.x.x."),
    ("x..x..x...x.....", "....x..x.x..x...", "xxxxxxxxxxxxxxxx"),
    ("x.......x.x.....", "........x.......", "x.x.xxx.x.x.x.xx"),
    ("x...............", "....x.......x...", "x...x...x...x..."),
    ("x...x...x...x...", "............x...", "x.xxx.xxx.xxx.xx"),
)
PROGRESSIONS = ((0, 5, 2, 6), (0, 3, 4, 0), (5, 3, 0, 4), (3, 4, 0, 5), (0, 6, 5, 6), (1, 4, 0, 0))  # degrees


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """A mono waveform at `SR` with what is known about it; bpm 0 and empty texts where nothing is."""

    y: NDArray[np.float32]
    group: str
    kind: str = ""
    cls: str = ""
    bpm: float = 0.0
    key: str = ""
    pitch_class: int | None = None
    hz: float = 0.0


def corpus_rows(folder: Path, cache: Path, *, reported: bool) -> list[Labelled]:
    """Rows of the corpus on one side of the division."""
    corpus = open_corpus(folder, cache)
    rows = [json.loads(line) for line in (folder / "manifest.jsonl").read_text().splitlines()]
    kept = [i for i, clip in enumerate(corpus.clips) if (clip.group in REPORTED) == reported]
    return [_labelled(rows[i], corpus.clips[i].group, corpus.waveform(i) / HALF_FULL_SCALE) for i in kept]


def _labelled(row: dict[str, Any], group: str, y: NDArray[np.float32]) -> Labelled:
    path, key = row["path"].lower(), row["key"] or ""
    one_note = key and not key.endswith("m") and "chord" not in row["words"]
    one_note = one_note and row["kind"] == "oneshot" and not any(word in path for word in NOT_ONE_NOTE)
    note = re.search(r"note:?(\d+)", path)
    return Labelled(
        y=y,
        group=group,
        kind={"oneshot": "one-shot", "loop": "loop"}.get(row["kind"] or "", ""),
        cls=row["cls"] or "",
        bpm=float(row["bpm"] or 0),
        key=spell(key) if row["kind"] == "loop" and key else "",
        pitch_class=_pitch_class(key) if one_note else None,
        hz=440 * 2 ** ((int(note[1]) - 69) / 12) if one_note and note else 0.0,
    )


def spell(key: str) -> str:
    """A key as `NAMES` spells it."""
    return NAMES[_pitch_class(key)] + ("m" if key.endswith("m") else "")


def _pitch_class(key: str) -> int:
    return (STEPS[key[0]] + key.count("#") - key[1:].count("b")) % 12


def variants(row: Labelled) -> Iterator[tuple[str, NDArray[np.float32]]]:
    """A loop as it is, with a tail, between silences, and cut to some beats."""
    rng = np.random.default_rng(len(row.y))
    yield "as it is", row.y
    tail = int(min(rng.uniform(0.2, 1.5) * SR, len(row.y)))
    fade = np.exp(-np.arange(tail) / (tail / 4)).astype(np.float32)
    yield "with a tail", np.concatenate((row.y, row.y[-tail:][::-1] * fade))
    before, after = int(rng.uniform(0.02, 0.6) * SR), int(rng.uniform(0, 1) * SR)
    yield "between silences", np.concatenate((np.zeros(before, np.float32), row.y, np.zeros(after, np.float32)))
    yield "cut", row.y[: int(rng.choice((4, 6, 7, 9, 11, 12)) * 60 / row.bpm * SR)]


def made_loops(count: int, seed: int) -> Iterator[Labelled]:
    """Loops of one, two or four bars: drums, bass lines, chords, and mixes of them."""
    rng = np.random.default_rng(seed)
    for i in range(count):
        bpm = round(float(np.exp(rng.uniform(np.log(70), np.log(178)))), 2 if rng.random() < 0.2 else 0)
        cls = ("drum loop", "bass loop", "melodic loop", "full loop")[i % 4]
        bars = int(rng.choice((1, 2, 4))) if cls == "drum loop" else int(rng.choice((2, 4)))
        key = NAMES[int(rng.integers(24))]
        beat = 60 / bpm * SR
        y = np.zeros(round(4 * bars * beat), np.float32)
        if cls in {"drum loop", "full loop"}:
            _drums(y, beat, bars, rng)
        if cls != "drum loop":
            _harmony(y, beat, bars, key, cls, rng)
        loudest = float(np.abs(y).max())
        yield Labelled(0.8 * y / loudest, "made", "loop", cls, bpm, "" if cls == "drum loop" else key)


def _drums(y: NDArray[np.float32], beat: float, bars: int, rng: np.random.Generator) -> None:
    pattern, swing = PATTERNS[int(rng.integers(len(PATTERNS)))], rng.uniform(0, 0.12) * beat
    sounds = (kick(rng)[0], snare(rng), hat(rng))
    for line, sound in zip(pattern, sounds, strict=True):
        for step in range(16 * bars):
            if line[step % 16] == "x" and rng.random() > 0.04:
                at = step * beat / 4 + (step % 2) * swing + rng.normal(0, 0.002 * SR)
                _add(y, sound * rng.uniform(0.6, 1), at)


def _harmony(y: NDArray[np.float32], beat: float, bars: int, key: str, cls: str, rng: np.random.Generator) -> None:
    scale, tonic = SCALES["m" if key.endswith("m") else ""], NAMES.index(key) % 12
    degrees = PROGRESSIONS[int(rng.integers(len(PROGRESSIONS)))]
    shape = rng.choice((0.2, 0.8, 2.0))
    rhythm = ((0, 2), (0, 1, 2, 3), (0, 1.5, 3), (0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5))[int(rng.integers(4))]
    for bar in range(bars):
        for start in rhythm:
            degree = degrees[int((4 * bar + start) / bars)]  # a loop of any length holds its whole progression
            chord = [scale[(degree + third) % 7] + 12 * ((degree + third) // 7) for third in (0, 2, 4)]
            notes = [36 + tonic + chord[0]] if cls == "bass loop" else [60 + tonic % 12 + step for step in chord]
            if cls == "full loop":
                notes = [*notes, 36 + tonic + chord[0]]
            for note in notes:
                tone = saw(440 * 2 ** ((note - 69) / 12), min(shape, 0.9) * beat / SR * 2, rng.uniform(3, 12))
                _add(y, 0.25 * tone, (4 * bar + start) * beat)


def _add(y: NDArray[np.float32], sound: NDArray[np.float32], at: float) -> None:
    """Add a sound; what runs over the end comes in at the beginning, as in a bounced loop."""
    start = max(round(at), 0)
    places = (start + np.arange(min(len(sound), len(y)))) % len(y)
    y[places] += sound[: len(places)]


def saw(hz: float, seconds: float, decay: float) -> NDArray[np.float32]:
    """A decaying band-limited saw."""
    t = np.arange(int(seconds * SR)) / SR
    partials = range(1, int(min(24, 12_000 // hz)) + 1)
    tone = sum(np.sin(2 * np.pi * hz * k * t) / k * np.exp(-decay * 0.2 * k * t) for k in partials)
    faded: NDArray[np.float32] = (tone * np.minimum(1, (t[-1] - t) / 0.01)).astype(np.float32)
    return faded


def kick(rng: np.random.Generator) -> tuple[NDArray[np.float32], float]:
    """A falling sine and the frequency it settles on."""
    end, t = rng.uniform(38, 65), np.arange(int(rng.uniform(0.15, 0.7) * SR)) / SR
    sweep = end + rng.uniform(60, 300) * np.exp(-t * rng.uniform(25, 70))
    y = np.sin(2 * np.pi * np.cumsum(sweep) / SR) * np.exp(-t * 3 / t[-1])
    return y.astype(np.float32), float(end)


def snare(rng: np.random.Generator) -> NDArray[np.float32]:
    """Noise and a tone."""
    t = np.arange(int(rng.uniform(0.1, 0.3) * SR)) / SR
    noise = rng.standard_normal(len(t)) * np.exp(-t * rng.uniform(15, 35))
    tone = np.sin(2 * np.pi * rng.uniform(160, 240) * t) * np.exp(-t * 30)
    return (0.5 * noise + 0.6 * tone).astype(np.float32)


def hat(rng: np.random.Generator) -> NDArray[np.float32]:
    """High noise."""
    t = np.arange(int(rng.uniform(0.03, 0.15) * SR)) / SR
    noise = np.diff(rng.standard_normal(len(t) + 2), 2) * np.exp(-t * rng.uniform(30, 90))
    return (0.12 * noise).astype(np.float32)


def made_hits(count: int, seed: int) -> Iterator[Labelled]:
    """Drum hits without a note, tuned kicks, and single notes with a detune."""
    rng = np.random.default_rng(seed)
    for i in range(count):
        choice = i % 4
        if choice == 0:
            y, cls, hz = (snare(rng), "snare", 0.0) if rng.random() < 0.5 else (hat(rng), "hat", 0.0)
        elif choice == 1:
            y, hz = kick(rng)
            cls = "tuned kick"
        else:
            hz = float(440 * 2 ** ((rng.integers(28, 90) + rng.uniform(-0.5, 0.5) - 69) / 12))
            y, cls = saw(hz, float(rng.uniform(0.2, 3)), float(rng.uniform(1, 10))), "note"
        yield Labelled(0.8 * y / float(np.abs(y).max()), "made", "one-shot", cls, hz=hz)


def made_textures(count: int, seed: int) -> Iterator[Labelled]:
    """Slowly moving noise beds and drones of 8 to 20 seconds."""
    rng = np.random.default_rng(seed)
    for i in range(count):
        n = int(rng.uniform(8, 20) * SR)
        swell = np.interp(np.arange(n), np.linspace(0, n, 12), rng.uniform(0.3, 1, 12))
        tones = sum(np.sin(2 * np.pi * hz * np.arange(n) / SR) for hz in rng.uniform(80, 600, 4))
        bed = np.convolve(rng.standard_normal(n), np.ones(12) / 4, mode="same") if i % 2 else tones
        yield Labelled((0.1 * bed * swell).astype(np.float32), "made", "texture", "texture")
