import dataclasses
import subprocess
import sys
from pathlib import PurePath

import numpy as np
import pytest

from cratedig.analysis.analyse import analyse
from cratedig.analysis.base import Analysis, SoundToAnalyse
from cratedig.analysis.spectrum import LONGEST_S, SR
from cratedig.analysis.waveform import unpack
from cratedig.audio.chunks import Embedded
from cratedig.audio.window import resample
from cratedig.types import FloatArray
from tests.analysis.synth import cadence, drum_loop, noise, tone


def analysed(y: FloatArray, path: str = "x.wav", embedded: Embedded | None = None) -> Analysis:
    return analyse(SoundToAnalyse(y, SR, len(y) / SR, path=PurePath(path), embedded=embedded or Embedded()))


def test_a_drum_loop() -> None:
    loop = analysed(drum_loop(124, 16))
    assert loop.kind.value == "loop"
    assert loop.bpm is not None
    assert loop.bpm.value == pytest.approx(124, rel=0.001)
    assert loop.bpm.source == "estimated"
    assert loop.bpm_alternative == pytest.approx(62, rel=0.001)
    assert loop.key is None
    assert loop.root is None
    assert len(loop.onsets_s) == 32


def test_a_melodic_loop() -> None:
    loop = analysed(cadence(9, "m", 100), "keys 100bpm.wav")
    assert loop.kind.value == "loop"
    assert loop.bpm is not None
    assert (loop.bpm.value, loop.bpm.source) == (100, "name")
    assert loop.key is not None
    assert loop.key.value == "Am"


def test_a_tuned_one_shot() -> None:
    hit = analysed(tone(55, 0.6, decay=5), "808 A1.wav", Embedded(root_midi=60, bpm=120.0, one_shot=True))
    assert (hit.kind.value, hit.kind.source) == ("one-shot", "embedded")
    assert hit.bpm is None
    assert hit.key is None
    assert hit.root is not None
    assert (hit.root.value.midi, hit.root.source) == (33, "name")


def test_a_chord_has_a_key_and_no_root() -> None:
    chord = tone(220, 1, decay=2) + tone(261.63, 1, decay=2) + tone(329.63, 1, decay=2)
    stab = analysed(chord / np.abs(chord).max())
    assert stab.kind.value == "one-shot"
    assert stab.root is None
    assert stab.key is not None
    assert stab.key.value in {"Am", "C"}


@pytest.mark.parametrize("sr", [8_000, 22_050, 44_100, 96_000])
def test_the_file_rate_does_not_matter(sr: int) -> None:
    y = resample(cadence(2, "", 110), SR, sr)
    loop = analyse(SoundToAnalyse(y, sr, len(y) / sr))
    assert loop.bpm is not None
    assert loop.bpm.value == pytest.approx(110, rel=0.001)
    assert loop.key is not None
    assert loop.key.value == "D"


@pytest.mark.parametrize("n", [1, 2, 63, 319, 320, 321, 1024, SR])
@pytest.mark.parametrize("level", [0.0, 1.0, 1e-9, 1e10])
def test_any_length_and_level(n: int, level: float) -> None:
    for y in (np.full(n, level, np.float32), np.float32(level) * noise(1)[:n]):
        result = analysed(y)
        assert len(result.picture) == len(unpack(result.picture).peaks) * 4
        assert np.isfinite(result.loudness.lufs)


def test_stereo() -> None:
    left, right = noise(1, 5, 1), noise(1, 5, 2)
    wide = analyse(SoundToAnalyse(0.5 * (left + right), SR, 1.0, side=0.5 * (left - right)))
    assert wide.descriptors.width == pytest.approx(0.5, abs=0.05)


def test_a_two_hour_claim_reads_a_minute() -> None:
    y = np.concatenate((drum_loop(120, 124), np.full(10 * SR, 0.9, np.float32)))
    result = analyse(SoundToAnalyse(y, SR, 7200.0))
    assert max(result.onsets_s) < LONGEST_S
    assert result.descriptors.density > 1


def test_the_same_sound_gives_the_same_analysis() -> None:
    y = cadence(4, "m")
    assert dataclasses.astuple(analysed(y)) == dataclasses.astuple(analysed(y.copy()))


def test_nothing_heavy_is_imported() -> None:
    code = (
        "import sys, cratedig.analysis.analyse; print([m for m in ('librosa', 'scipy', 'torch') if m in sys.modules])"
    )
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
    )
