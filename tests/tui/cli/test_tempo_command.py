"""`cratedig tempo`: tempi mended in bulk, seen by filters and hits, and taken back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.library import SR
from tests.tui.cli.conftest import Run


def clicks(bpm: float, beats: int) -> np.ndarray:
    """Whole bars of a drum loop: a thud on each beat and a tick between."""
    rng = np.random.default_rng(int(bpm))
    y = np.zeros(round(beats * 60 / bpm * SR), np.float32)
    t = np.arange(2000) / SR
    for half in range(2 * beats):
        start = round(half * 30 / bpm * SR)
        sound = np.sin(2 * np.pi * 60 * t) if half % 2 == 0 else rng.standard_normal(2000)
        y[start : start + 2000] += (0.6 * sound * np.exp(-60 * t))[: len(y) - start]
    return y


@pytest.fixture
def loops(cratedig: Run, tmp_path: Path) -> Run:
    """A library of two loops, whose tempo is in their names too, and a one-shot."""
    folder = tmp_path / "samples"
    folder.mkdir()
    soundfile.write(folder / "beat 120bpm.wav", clicks(120, 8), SR)
    soundfile.write(folder / "beat 100bpm.wav", clicks(100, 8), SR)
    soundfile.write(folder / "hit.wav", clicks(120, 1)[:4000], SR)
    assert cratedig("index", folder).code == 0
    return cratedig


def tempi(run: Run, line: str = "kind:loop") -> dict[str, float | None]:
    return {Path(hit["path"]).stem: hit["bpm"] for hit in run("search", line, "--json").objects}


def test_a_dry_run_changes_nothing_and_yes_does(loops: Run) -> None:
    assert tempi(loops) == {"beat 100bpm": 100.0, "beat 120bpm": 120.0}
    answer = loops("tempo", "--halve", "bpm:120")
    assert "Sounds that would change: 1. To do it, add --yes." in answer.err
    assert answer.out.split()[-4:] == ["120bpm.wav", "samples", "120", "60"]
    assert tempi(loops) == {"beat 100bpm": 100.0, "beat 120bpm": 120.0}
    assert "Changed: 1. To take it back: cratedig undo" in loops("tempo", "--halve", "bpm:120", "--yes").err
    assert tempi(loops) == {"beat 100bpm": 100.0, "beat 120bpm": 60.0}
    assert tempi(loops, "bpm:60") == {"beat 120bpm": 60.0}
    assert tempi(loops, "bpm:120") == {}


def test_double_set_reset_and_undo(loops: Run) -> None:
    loops("tempo", "--double", "kind:loop", "--yes")
    assert tempi(loops) == {"beat 100bpm": 200.0, "beat 120bpm": 240.0}
    loops("undo")
    assert tempi(loops) == {"beat 100bpm": 100.0, "beat 120bpm": 120.0}
    loops("tempo", "--set", "87.5", "name:hit", "--yes")
    assert tempi(loops, "name:hit") == {"hit": 87.5}
    loops("tempo", "--reset", "name:hit", "--yes")
    assert tempi(loops, "name:hit") == {"hit": None}
    assert "would change: 0" in loops("tempo", "--double", "name:hit").err


def test_the_new_tempo_is_exported(loops: Run, tmp_path: Path) -> None:
    loops("tempo", "--set", "61", "bpm:120", "--yes")
    loops("export", "bpm:61", "--csv", tmp_path / "out.csv")
    header, row = (tmp_path / "out.csv").read_text().splitlines()
    assert dict(zip(header.split(","), row.split(","), strict=False))["bpm"] == "61.0"


MISTAKES = """
kind:loop
--double
--double --reset kind:loop
--double --set 90 kind:loop
--set 0 kind:loop
--set nan kind:loop
--double bmp:1
"""


@pytest.mark.parametrize("arguments", MISTAKES.strip().splitlines())
def test_mistakes(loops: Run, arguments: str) -> None:
    answer = loops("tempo", *arguments.split())
    assert answer.code == 2
    assert tempi(loops) == {"beat 100bpm": 100.0, "beat 120bpm": 120.0}


def test_a_loop_is_replaced_by_loops_that_fit(loops: Run, tmp_path: Path) -> None:
    loop = tmp_path / "samples" / "beat 120bpm.wav"
    answer = loops("similar", loop, "--json")
    assert [Path(hit["path"]).stem for hit in answer.objects] == ["beat 120bpm"]
    assert "Loops that can replace it: kind:loop bpm:~112.8..127.2" in answer.err
    assert len(loops("similar", loop, "--all", "--json").objects) == 3
    assert len(loops("similar", loop, "bpm:90..130", "--json").objects) == 2
    assert loops("similar", tmp_path / "samples" / "hit.wav", "--json").err == ""
