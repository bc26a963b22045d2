"""`cratedig dupes`: the same audio under any name is one sound in several places."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import soundfile

from tests.library import tone
from tests.tui.cli.conftest import Run


def test_copies_are_found_by_their_audio(cratedig: Run, tmp_path: Path) -> None:
    samples = tmp_path / "samples"
    (samples / "b").mkdir(parents=True)
    y = np.round(tone(440.0) * 32767) / 32768
    soundfile.write(samples / "a.wav", y, 44_100, "PCM_16")
    soundfile.write(samples / "b" / "other name.flac", y, 44_100, "PCM_24")
    soundfile.write(samples / "alone.wav", tone(100.0), 44_100)
    cratedig("index", samples, "--model", "fake")
    answer = cratedig("dupes", "--json")
    (group,) = answer.objects
    assert group["keep"] == str(samples / "a.wav")
    assert group["others"] == [str(samples / "b" / "other name.flac")]
    assert answer.err.startswith("Sounds in several places: 1. The copies take ")
    shown = cratedig("dupes").out.splitlines()
    assert shown == [f"keep  {samples / 'a.wav'}", f"      {samples / 'b' / 'other name.flac'}"]


def test_a_copy_that_is_missing_is_no_copy(cratedig: Run, samples: Path) -> None:
    original = next(samples.rglob("*.wav"))
    shutil.copy(original, samples / "copy.wav")
    cratedig("index", samples, "--model", "fake")
    assert len(cratedig("dupes", "--json").objects) >= 1
    before = len(cratedig("dupes", "--json").objects)
    (samples / "copy.wav").unlink()
    cratedig("index", samples)
    assert len(cratedig("dupes", "--json").objects) == before - 1


def test_near_duplicates_and_what_was_decided_about_them(cratedig: Run, tmp_path: Path) -> None:
    samples = tmp_path / "samples"
    samples.mkdir()
    t = np.arange(20_000) / 44_100
    for name, scale in (("loud", 1.0), ("quiet", 0.25)):
        soundfile.write(samples / f"{name}.wav", scale * np.sin(2000 * t) * np.exp(-5 * t), 44_100, "PCM_24")
    soundfile.write(samples / "other.wav", tone(100.0), 44_100)
    cratedig("index", samples)
    assert cratedig("dupes", "--json").objects == []
    (group,) = cratedig("dupes", "--near", "--json").objects
    assert (group["keep"], group["others"]) == (str(samples / "loud.wav"), [str(samples / "quiet.wav")])
    cratedig("used", "name:quiet", "--project", "Song")
    answer = cratedig("dupes", "--near", "--merge-tags")
    assert "to carry over: 1. To merge, add --yes." in answer.err
    assert len(cratedig("search", "used:song", "--json").objects) == 1
    assert "Merged." in cratedig("dupes", "--near", "--merge-tags", "--yes").err
    assert len(cratedig("search", "used:song", "--json").objects) == 2
    assert "to carry over: 0." in cratedig("dupes", "--near", "--merge-tags").err
    cratedig("undo")
    assert len(cratedig("search", "used:song", "--json").objects) == 1
    assert cratedig("dupes", "--merge-tags").code == cratedig("dupes", "--near", "--yes").code == 2
