"""Further training sounds: scores for fonts, and a folder that reads as a corpus."""

from __future__ import annotations

# ruff: noqa: E402 - what the train extra brings is looked for first
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

mido = pytest.importorskip("mido")
pytest.importorskip("pyfxr")

from train.corpus import open_corpus
from train.render import analog, folder, fonts
from train.render.arcade import render_arcade
from train.render.fonts import FONTS, Font, Note
from train.render.sound import SR, Rendered

ROW: dict[str, Any] = {
    "source": "a",
    "licence": "CC0-1.0",
    "pack": "p",
    "path": "p/1",
    "words": ["kick"],
    "cls": "kick",
    "kind": "oneshot",
}


@pytest.mark.parametrize(
    ("path", "channel", "program", "pitches", "velocity", "seconds"),
    [
        ("FluidR3_GM:0:103:Star Theme:note67:v100:d2.6", 0, 103, (67,), 100, 2.6),
        ("FluidR3_GM:0:093:Metal Pad:chord51maj7", 0, 93, (51, 55, 58, 62), 100, 1.6),
        ("FluidR3_GM:0:054:Synth Voice:chord507", 0, 54, (50, 54, 57, 60), 100, 1.6),
        ("FluidR3_GM:128:16:note35:v115", 9, 16, (35,), 115, 1.6),
    ],
)
def test_a_path_of_the_corpus_is_a_note(
    path: str, channel: int, program: int, pitches: tuple[int, ...], velocity: int, seconds: float
) -> None:
    row = ROW | {"path": path}
    assert fonts.note_of(row) == Note(pitches, velocity, row, channel, program, seconds)


def test_another_path_is_refused() -> None:
    with pytest.raises(ValueError, match="not a note"):
        fonts.note_of(ROW)


def test_a_score_has_each_note_in_its_place(tmp_path: Path) -> None:
    notes = [Note((60, 64), 90, ROW, program=5, seconds=0.5), Note((38,), 70, ROW, channel=9)]
    fonts.write_score(notes, tmp_path / "score.mid")
    now, heard = 0.0, []
    for message in mido.MidiFile(tmp_path / "score.mid"):
        now += message.time
        if message.type in {"note_on", "note_off"}:
            heard.append((round(now, 3), message.type, message.channel, message.note))
    apart = fonts.APART
    assert heard == [
        (0.0, "note_on", 0, 60),
        (0.0, "note_on", 0, 64),
        (0.5, "note_off", 0, 60),
        (0.5, "note_off", 0, 64),
        (apart, "note_on", 9, 38),
        (apart + 1.6, "note_off", 9, 38),
    ]


@pytest.mark.skipif(not (shutil.which("fluidsynth") and FONTS[0].path.exists()), reason="needs fluidsynth and a font")
def test_a_font_plays_what_the_score_asks() -> None:
    font: Font = FONTS[0]
    low, high = fonts.play(font, [Note((45,), 100, ROW, seconds=1.0), Note((69,), 100, ROW, seconds=1.0)])
    for sound, hertz in ((low, 110), (high, 440)):
        spectrum = np.abs(np.fft.rfft(sound.y[:SR]))
        assert any(abs(int(spectrum.argmax()) - hertz * k) < 4 for k in (1, 2, 3))  # a partial of its note
        assert sound.row["source"] == font.source


def test_rendered_sounds_read_as_a_corpus(tmp_path: Path) -> None:
    t = np.arange(SR // 2) / SR
    tone = (0.2 * np.sin(2 * np.pi * 220 * t)).astype(np.float32)
    other = (0.2 * np.sin(2 * np.pi * 660 * t)).astype(np.float32)
    sounds = [tone, np.zeros_like(tone), tone * 0.5, other]  # silence and the same sound again are left out
    folder.write_corpus((Rendered(y, ROW | {"path": str(i)}) for i, y in enumerate(sounds)), tmp_path)
    corpus = open_corpus(tmp_path, tmp_path)
    assert [clip.id for clip in corpus.clips] == ["rd00000", "rd00001"]
    assert [clip.cls for clip in corpus.clips] == ["kick", "kick"]
    assert len(corpus.waveform(0)) == pytest.approx(16_000, abs=400)
    assert np.abs(corpus.waveform(0)).max() > 0.3


def test_arcade_sounds_are_the_same_for_a_seed() -> None:
    first, again, other = (next(render_arcade(seed)) for seed in (0, 0, 1))
    assert np.array_equal(first.y, again.y)
    assert not np.array_equal(first.y, other.y)
    assert np.isfinite(first.y).all()


@pytest.mark.parametrize("name", analog.RECIPES)
def test_a_recipe_makes_a_sound(name: str) -> None:
    recipe = analog.RECIPES[name][0]
    for seed in range(3):
        y = recipe(np.random.default_rng(seed))
        assert np.isfinite(y).all()
        assert np.abs(y).max() > 1e-3
        assert 0.02 < len(y) / SR < 5


def test_drums_are_as_long_and_as_bright_as_their_names_say() -> None:
    def median(name: str, measure: Callable[[analog.Sound], float]) -> float:
        return float(np.median([measure(analog.RECIPES[name][0](np.random.default_rng(seed))) for seed in range(9)]))

    def centroid(y: analog.Sound) -> float:
        power = np.abs(np.fft.rfft(y)) ** 2
        return float((power * np.fft.rfftfreq(len(y), 1 / SR)).sum() / power.sum())

    assert median("closed hat", len) < median("open hat", len) < median("crash", len)
    assert median("kick", centroid) < median("snare", centroid) < median("closed hat", centroid)
