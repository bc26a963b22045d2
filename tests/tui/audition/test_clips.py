"""Decoding for playing: what is in a clip, how much of a file, and what is kept."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from cratedig.audio.window import resample
from cratedig.errors import AudioError
from tests.audio.synth import damage, write, write_pyav, write_sparse
from tests.sound_server import burst
from tui.audition import clips
from tui.audition.clips import LONGEST_S, SR, Clip, ClipCache, Take, decode
from tui.audition.stretch import Change


def whole(take: Take) -> Clip:
    """Decode to the end."""
    *_, clip = decode(take)
    assert clip.complete
    return clip


def numbered(path: Path, seconds: int, sr: int = SR) -> Path:
    """A mono file whose samples say at which second they stand."""
    soundfile.write(path, np.repeat(np.arange(seconds) / 1000, sr), sr, "FLOAT")
    return path


@pytest.fixture
def longest_s(monkeypatch: pytest.MonkeyPatch) -> int:
    """Clips of two seconds, so that a long file is made quickly."""
    monkeypatch.setattr(clips, "LONGEST_S", 2)
    return 2


def test_a_file_at_the_rate_of_the_device_is_heard_as_it_is(tmp_path: Path) -> None:
    y = burst(1)
    clip = whole(Take(write(tmp_path / "a.wav", y, SR, "FLOAT")))
    assert np.array_equal(clip.y, y)
    assert (clip.start_s, clip.rate, clip.at_end) == (0.0, 1.0, True)


@pytest.mark.parametrize("sr", [22_050, 44_100, 96_000])
def test_other_rates_are_resampled_whole(tmp_path: Path, sr: int) -> None:
    y = burst(2, 1.5)
    clip = whole(Take(write(tmp_path / "a.wav", y, sr, "FLOAT")))
    assert len(clip.y) == round(len(y) * SR / sr)
    assert clip.y[:, 1] == pytest.approx(resample(y[:, 1].copy(), sr, SR), abs=1e-6)


@pytest.mark.parametrize("channels", [1, 3, 6])
def test_other_channel_counts_become_two(tmp_path: Path, channels: int) -> None:
    y = np.random.default_rng(3).standard_normal((9600, channels)).astype(np.float32) * 0.1
    clip = whole(Take(write(tmp_path / "a.wav", y, 44_100, "FLOAT")))
    assert clip.y.shape[1] == 2
    assert np.array_equal(clip.y[:, 0], clip.y[:, 1])
    assert clip.y[:, 0] == pytest.approx(resample(y.mean(axis=1), 44_100, SR), abs=1e-6)


def test_a_short_file_is_whole_wherever_the_take_begins(tmp_path: Path) -> None:
    path = numbered(tmp_path / "a.wav", 3)
    clip = whole(Take(path, start_s=2.0))
    assert clip.y[clip.frame(2.0), 0] == pytest.approx(0.002)
    assert len(clip.y) == 3 * SR


def test_a_clip_can_be_heard_long_before_it_is_complete(tmp_path: Path) -> None:
    path = numbered(tmp_path / "a.wav", 20)
    first = next(decode(Take(path)))
    assert not first.complete
    assert SR // 10 < first.filled < SR


@pytest.mark.parametrize("sr", [44_100, SR])
def test_of_a_long_file_only_a_part_from_the_hit_on_is_decoded(tmp_path: Path, longest_s: int, sr: int) -> None:
    path = numbered(tmp_path / "long.wav", 10, sr)
    clip = whole(Take(path, start_s=4.3))
    assert (clip.start_s, clip.at_end, clip.file_s) == (4, False, 10)
    assert len(clip.y) == longest_s * SR
    assert clip.y[clip.frame(5.5), 0] == pytest.approx(0.005, abs=1e-6)
    assert clip.covers(4.3)
    assert not clip.covers(3.9)
    assert not clip.covers(6.1)


@pytest.mark.parametrize("sr", [44_100, SR])
def test_clips_of_a_long_file_join_without_a_seam(tmp_path: Path, longest_s: int, sr: int) -> None:
    y = burst(4, 5 * sr / SR)
    path = write(tmp_path / "long.wav", y, sr, "FLOAT")
    parts = [whole(Take(path, start_s)) for start_s in (0.0, longest_s, 2 * longest_s)]
    assert [part.end_s for part in parts] == [2, 4, 5]
    assert [part.at_end for part in parts] == [False, False, True]
    expected = resample(y[:, 0].copy(), sr, SR)
    assert np.concatenate([part.y for part in parts])[:, 0] == pytest.approx(expected, abs=1e-5)


def test_a_long_compressed_file_is_entered_in_its_middle(tmp_path: Path, longest_s: int) -> None:
    t = np.arange(8 * SR) / SR
    y = np.where(t < 4, np.sin(2 * np.pi * 300 * t), np.sin(2 * np.pi * 1000 * t)).astype(np.float32)[:, None] * 0.5
    for major, subtype in (("FLAC", "PCM_16"), ("OGG", "VORBIS"), ("OGG", "OPUS"), ("MP3", "MPEG_LAYER_III")):
        path = write(tmp_path / f"long-{subtype}", y, SR, subtype, major)
        clip = whole(Take(path, start_s=5.0))
        spectrum = np.abs(np.fft.rfft(clip.y[:SR, 0]))
        assert int(spectrum.argmax()) == 1000, subtype
        assert longest_s == len(clip.y) / SR


def test_a_file_that_does_not_say_how_long_it_is(tmp_path: Path, longest_s: int) -> None:
    path = write_pyav(tmp_path / "a.m4a", "alac", "ipod", burst(5, 5.0) * 3, SR)
    first, second = whole(Take(path)), whole(Take(path, start_s=3.5))
    assert (len(first.y) / SR, first.at_end) == (longest_s, False)
    assert (second.start_s, second.at_end, len(second.y) / SR) == (3, True, 2)


def test_a_short_file_of_unstated_length_takes_no_more_than_it_needs(tmp_path: Path) -> None:
    clip = whole(Take(write_pyav(tmp_path / "a.m4a", "alac", "ipod", burst(6), SR)))
    assert len(clip.y) == 24_000
    assert clip.y.base is None


def test_varispeed_is_heard_at_its_rate(tmp_path: Path) -> None:
    path = numbered(tmp_path / "a.wav", 3)
    clip = whole(Take(path, change=Change(speed=1.5)))
    assert len(clip.y) == 2 * SR
    assert clip.y[clip.frame(2.5), 0] == pytest.approx(0.002, abs=1e-6)
    assert clip.second(SR) == pytest.approx(1.5)


def test_stretching_is_heard_at_its_rate(tmp_path: Path) -> None:
    pytest.importorskip("python_stretch")
    path = write(tmp_path / "a.wav", burst(7, 2.0), SR)
    clip = whole(Take(path, change=Change(tempo=1.25)))
    assert len(clip.y) == round(2 * SR / 1.25)
    assert clip.second(SR) == pytest.approx(1.25)


@pytest.mark.parametrize(
    "change",
    [
        Change(speed=2**0.5),
        Change(speed=0.8),
        Change(tempo=1.1),
        Change(tempo=0.8, semitones=3),
        Change(semitones=-2),
    ],
)
def test_long_files_follow_the_session_without_a_seam(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: Change
) -> None:
    if change.stretches:
        pytest.importorskip("python_stretch")
    monkeypatch.setattr(clips, "LONGEST_S", 4)
    y = 0.5 * np.sin(2 * np.pi * 200 * np.arange(11 * SR) / SR).astype(np.float32)
    path = write(tmp_path / "long.wav", y[:, np.newaxis], SR, "FLOAT")
    parts = [whole(Take(path, change=change))]
    while not parts[-1].at_end:
        parts.append(whole(Take(path, parts[-1].end_s, change)))
    assert [part.start_s for part in parts] == [0, 4, 8]
    heard = np.concatenate([part.y for part in parts])[:, 0]
    rate, hz = change.speed * change.tempo, 200 * change.speed * 2 ** (change.semitones / 12)
    assert len(heard) == pytest.approx(len(y) / rate, abs=8)
    inside = heard[SR // 4 : -SR // 4]
    assert np.abs(np.diff(inside)).max() < 1.2 * np.pi * hz / SR
    assert np.abs(inside[: len(inside) // 480 * 480]).reshape(-1, 480).max(axis=1).min() > 0.4
    assert np.sum(np.diff(np.sign(heard)) > 0) == pytest.approx(hz * len(heard) / SR, rel=0.005)


def test_a_stretched_long_file_is_heard_after_its_first_piece(tmp_path: Path) -> None:
    pytest.importorskip("python_stretch")
    path = write_sparse(tmp_path / "long.wav", 120, SR)
    first = next(decode(Take(path, 1.0, Change(tempo=1.25))))
    assert first.filled == round(2 * SR / 1.25)
    assert first.frame(1.0) < first.filled


def test_a_damaged_file_is_heard_as_far_as_it_goes(tmp_path: Path) -> None:
    path = damage(write(tmp_path / "a.mp3", burst(8, 2.0), 44_100, "MPEG_LAYER_III", "MP3"), start=2000)
    clip = whole(Take(path))
    assert clip.at_end
    assert np.isfinite(clip.y).all()


def test_what_is_no_number_is_silence(tmp_path: Path) -> None:
    y = burst(9)
    y[100] = np.nan
    y[200] = np.inf
    clip = whole(Take(write(tmp_path / "a.wav", y, SR, "FLOAT")))
    assert not clip.y[[100, 200]].any()


def test_bad_files_say_why(tmp_path: Path, longest_s: int) -> None:
    (tmp_path / "text.wav").write_text("not a sound")
    (tmp_path / "empty.wav").touch()
    one_sample = write(tmp_path / "one.wav", np.ones((1, 1), np.float32), 192_000)
    long = numbered(tmp_path / "long.wav", longest_s + 1)
    for take, reason in (
        (Take(tmp_path / "text.wav"), "not audio"),
        (Take(tmp_path / "empty.wav"), "0 bytes"),
        (Take(one_sample), "too short"),
        (Take(tmp_path), "a folder"),
        (Take(long, start_s=100.0), "no audio after"),
    ):
        with pytest.raises(AudioError, match=reason):
            whole(take)
    with pytest.raises(FileNotFoundError):
        whole(Take(tmp_path / "gone.wav"))


def test_the_cache_gives_back_what_covers_the_start(tmp_path: Path) -> None:
    cache = ClipCache()
    take = Take(tmp_path / "a.wav")
    assert cache.get(take) is None
    clip = Clip.of(burst(1))
    cache.put(take, clip)
    assert cache.get(Take(take.path, start_s=99.0)) is clip, "a short file is whole"
    assert cache.get(Take(take.path, change=Change(speed=2.0))) is None
    assert cache.get(Take(tmp_path / "b.wav")) is None


def test_the_cache_lets_the_longest_unused_go(tmp_path: Path) -> None:
    y = burst(1)
    takes = [Take(tmp_path / str(number)) for number in range(4)]
    cache = ClipCache(budget=3 * y.nbytes)
    for take in takes[:3]:
        cache.put(take, Clip.of(y))
    cache.get(takes[0])
    cache.put(takes[3], Clip.of(y))
    assert [cache.get(take) is not None for take in takes] == [True, False, True, True]


def test_what_follows_counts_and_one_clip_always_stays(tmp_path: Path) -> None:
    y = burst(1)
    first, second = Take(tmp_path / "1"), Take(tmp_path / "2")
    cache = ClipCache(budget=2 * y.nbytes)
    clip = Clip.of(y)
    clip.following = Clip.of(y)
    cache.put(first, Clip.of(y))
    cache.put(second, clip)
    assert cache.get(first) is None
    assert cache.get(second) is clip


MEMORY = """
import sys
from pathlib import Path
from tui.audition.clips import Take, decode
*_, clip = decode(Take(Path(sys.argv[1]), 3000.0))
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
def test_an_hour_takes_no_more_memory_than_a_minute(tmp_path: Path) -> None:
    peaks = [
        int(subprocess.run([sys.executable, "-c", MEMORY, path], capture_output=True, check=True, text=True).stdout)
        for path in (
            write_sparse(tmp_path / "hour.wav", 3600, SR),
            write_sparse(tmp_path / "longer.wav", 3 * 3600, SR),
        )
    ]
    assert abs(peaks[1] - peaks[0]) < 5_000
    minute_kb = LONGEST_S * SR * 2 * 4 // 1024
    assert peaks[0] < 120_000 + minute_kb
    assert os.path.getsize(tmp_path / "hour.wav") > 100_000_000  # noqa: PTH202
