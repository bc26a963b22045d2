"""The demo pack sounds like what its truth says, and its names give nothing away."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
from numpy.typing import NDArray

from data.demo_pack import SoundTruth, build

Wave = NDArray[np.float64]

# Every group of sounds that the demo promises, as classes of the training corpus.
PROMISED = {
    "kick", "snare", "clap", "rimshot", "closed hat", "open hat", "tom", "crash", "ride",
    "shaker", "cowbell", "woodblock", "clave", "conga", "tambourine",
    "sub bass", "bass 808", "reese bass", "acid bass", "synth bass",
    "synth pad", "synth lead", "synth pluck", "bell", "organ", "electric piano",
    "riser", "downlifter", "impact", "laser", "sweep", "vinyl noise",
    "drum loop", "percussion loop", "bass loop", "melodic loop",
}  # fmt: skip

# What producers and vendors write in file names for the sounds of the pack.
NAME_TOKENS = {
    "bd", "kik", "kck", "sd", "snr", "rim", "rs", "cp", "clp", "hh", "hat", "ch", "chh", "oh", "ohh", "cym", "crsh",
    "rd", "tm", "lt", "mt", "ht", "perc", "drum", "shk", "tamb", "cb", "bass", "sub", "synth", "pad", "ld", "plk",
    "chord", "chd", "keys", "key", "ep", "org", "fx", "sfx", "lp", "loop", "beat", "groove", "bpm", "hit", "shot",
    "riser", "build", "fall", "drop", "whoosh", "zap", "dust", "crackle", "lofi", "fuzz", "drive", "room", "field",
    "dry", "wet", "hard", "soft", "dark", "bright", "maj", "min", "major", "minor",
}  # fmt: skip


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / "pack"


@pytest.fixture(scope="module")
def truths(out: Path) -> list[SoundTruth]:
    return build(out)


def mono(out: Path, truth: SoundTruth) -> tuple[Wave, int]:
    y, sr = sf.read(out / truth.path, always_2d=True)
    return y.mean(axis=1), sr


def centroid_hz(y: Wave, sr: int) -> float:
    """Centre of mass of the power spectrum."""
    power = np.abs(np.fft.rfft(y)) ** 2
    return float((np.fft.rfftfreq(len(y), 1 / sr) * power).sum() / power.sum())


def rms(y: Wave) -> float:
    return float(np.sqrt((y**2).mean()))


def of_class(truths: list[SoundTruth], *classes: str) -> list[SoundTruth]:
    return [truth for truth in truths if truth.cls in classes]


def test_every_promised_group_is_there(truths: list[SoundTruth]) -> None:
    assert len(truths) >= 80
    assert {truth.cls for truth in truths} >= PROMISED
    kick_words = {word for truth in of_class(truths, "kick") for word in truth.words}
    assert {"dusty", "distorted", "clean", "deep", "short"} <= kick_words


def test_truth_file_says_what_build_returned(out: Path, truths: list[SoundTruth]) -> None:
    assert json.loads((out / "truth.json").read_text()) == [asdict(truth) for truth in truths]
    audio = {path.relative_to(out).as_posix() for path in out.rglob("*/*/*.*")}
    assert audio == {truth.path for truth in truths}
    assert all((folder / "LICENSE.txt").is_file() for folder in out.iterdir() if folder.is_dir())


def test_names_give_nothing_away(truths: list[SoundTruth]) -> None:
    told = {word for truth in truths for phrase in (truth.cls, *truth.words) for word in re.findall(r"[a-z]+", phrase)}
    for truth in truths:
        tokens = re.findall(r"[a-z]+", Path(truth.path).with_suffix("").as_posix().lower())
        assert not (told | NAME_TOKENS) & set(tokens), truth.path
        assert not any(re.fullmatch(r"[a-g][#b]?m?", token) for token in tokens), f"{truth.path} names a key"
        assert all(int(number) < 60 for number in re.findall(r"\d+", truth.path)), f"{truth.path} names a tempo"


def test_folders_mix_classes(truths: list[SoundTruth]) -> None:
    folders: dict[str, set[str]] = {}
    for truth in truths:
        folders.setdefault(str(Path(truth.path).parent), set()).add(truth.cls)
    assert min(len(classes) for classes in folders.values()) >= 4


def test_files_decode_as_stated(out: Path, truths: list[SoundTruth]) -> None:
    formats, rates, channels = set(), set(), set()
    for truth in truths:
        y, sr = sf.read(out / truth.path, always_2d=True)
        info = sf.info(out / truth.path)
        formats.add(info.format)
        rates.add(sr)
        channels.add(y.shape[1])
        assert len(y) / sr == pytest.approx(truth.duration_s, abs=1e-9), truth.path
        assert np.isfinite(y).all(), truth.path
        assert -7.0 < 20 * np.log10(np.abs(y).max()) < -0.5, truth.path
        assert rms(y) > 0.003, truth.path
        assert abs(y.mean()) < 0.02, truth.path
    assert formats == {"WAV", "FLAC", "AIFF", "OGG"}
    assert rates == {44_100, 48_000}
    assert channels == {1, 2}


def test_one_shots_start_at_once_and_end_in_silence(out: Path, truths: list[SoundTruth]) -> None:
    for truth in truths:
        y, sr = mono(out, truth)
        if truth.kind == "oneshot" and truth.cls not in {"riser", "sweep", "synth pad"}:
            assert np.abs(y[: sr // 20]).max() > 0.1 * np.abs(y).max(), truth
            assert abs(y[-1]) < 0.01, truth


def test_loops_are_whole_bars(truths: list[SoundTruth]) -> None:
    loops = [truth for truth in truths if truth.kind == "loop"]
    assert len(loops) >= 12
    for loop in loops:
        assert loop.bpm is not None
        bars = loop.duration_s * loop.bpm / 60 / 4
        assert bars == pytest.approx(round(bars), abs=1e-4), loop
        assert round(bars) >= 2


def test_loops_close_without_a_click(out: Path, truths: list[SoundTruth]) -> None:
    for truth in truths:
        if truth.kind == "loop":
            y, _ = mono(out, truth)
            assert abs(y[0] - y[-1]) <= np.abs(np.diff(y)).max(), truth


def test_four_on_the_floor_falls_on_the_stated_beat(out: Path, truths: list[SoundTruth]) -> None:
    loop = next(truth for truth in truths if "four on the floor" in truth.words)
    assert loop.bpm is not None
    y, sr = mono(out, loop)
    near = round(0.06 * sr)
    for beat in range(1, 8):
        at = round(beat * 60 / loop.bpm * sr)
        assert rms(y[at : at + near]) > 3 * rms(y[at - near : at])


def test_basses_and_plucks_sound_in_the_stated_key(out: Path, truths: list[SoundTruth]) -> None:
    names = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"]
    for truth in of_class(truths, "sub bass", "bass 808", "synth pluck"):
        y, sr = mono(out, truth)
        loudest_hz = np.abs(np.fft.rfft(y, 4 * sr)).argmax() / 4
        assert names[round(69 + 12 * np.log2(loudest_hz / 440)) % 12] == truth.key, truth


@pytest.mark.parametrize(
    ("cls", "low_hz", "high_hz"),
    [
        ("kick", 40, 700),
        ("tom", 60, 400),
        ("snare", 300, 6000),
        ("clap", 900, 5000),
        ("closed hat", 6000, 14_000),
        ("open hat", 6000, 14_000),
        ("crash", 4000, 12_000),
        ("shaker", 5000, 13_000),
        ("clave", 2000, 4000),
        ("sub bass", 30, 80),
        ("bass 808", 30, 90),
    ],
)
def test_spectral_centre_suits_the_class(
    out: Path, truths: list[SoundTruth], cls: str, low_hz: float, high_hz: float
) -> None:
    for truth in of_class(truths, cls):
        assert low_hz < centroid_hz(*mono(out, truth)) < high_hz, truth


def test_open_hats_ring_longer_than_closed_ones(truths: list[SoundTruth]) -> None:
    longest_closed = max(truth.duration_s for truth in of_class(truths, "closed hat"))
    assert all(truth.duration_s > 2 * longest_closed for truth in of_class(truths, "open hat"))


def test_dust_takes_the_top_off_a_drum(out: Path, truths: list[SoundTruth]) -> None:
    for cls in ("snare", "clap"):
        drums = of_class(truths, cls)
        dusty = [centroid_hz(*mono(out, truth)) for truth in drums if "dusty" in truth.words]
        clean = [centroid_hz(*mono(out, truth)) for truth in drums if "clean" in truth.words]
        assert max(dusty) < min(clean)


def test_risers_rise_and_downlifters_fall(out: Path, truths: list[SoundTruth]) -> None:
    for truth in of_class(truths, "riser", "downlifter"):
        y, sr = mono(out, truth)
        third = int(0.25 * len(y))
        start, late = y[:third], y[2 * third : 3 * third]
        rising = truth.cls == "riser"
        assert (centroid_hz(late, sr) > centroid_hz(start, sr)) is rising, truth
        assert (rms(late) > rms(start)) is rising, truth


def test_long_recording_has_its_event_where_stated(out: Path, truths: list[SoundTruth]) -> None:
    scene = next(truth for truth in truths if truth.event_s is not None)
    assert scene.event_s is not None
    assert scene.duration_s >= 20
    y, sr = mono(out, scene)
    at = round(scene.event_s * sr)
    assert rms(y[at : at + sr]) > 3 * rms(y[at - sr : at])


def test_same_seed_gives_the_same_bytes(out: Path, truths: list[SoundTruth], tmp_path: Path) -> None:
    assert build(tmp_path) == truths
    for path in (path for path in out.rglob("*") if path.is_file()):
        assert (tmp_path / path.relative_to(out)).read_bytes() == path.read_bytes(), path
