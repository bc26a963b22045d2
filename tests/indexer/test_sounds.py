"""Odd and broken sounds: each is indexed or recorded with a reason, and none stops a run or is invented."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from cratedig.models.fake import SR as MODEL_SR
from cratedig.models.fake import FakeModel
from cratedig.store.rows import SegmentVector
from cratedig.store.store import Store
from cratedig.types import FloatArray
from indexer.events import FileFailed
from indexer.stages import merge_alike
from search.engine import SearchEngine, SearchRequest
from search.query import FileQuery, TextQuery
from search.results import SearchHit
from tests.folders import finished, rows, run
from tests.library import tone, unit_vectors, write_tone

SEGMENTS = "SELECT s.start_s, s.end_s FROM segment s ORDER BY s.content_id, s.start_s"


def write(path: Path, y: FloatArray, sr: int = 44_100, subtype: str = "FLOAT", major: str = "WAV") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(os.fspath(path), y, sr, subtype, format=major)
    return path


def ask(library: Path, question: str | Path) -> tuple[SearchHit, ...]:
    query = FileQuery(question) if isinstance(question, Path) else TextQuery(question)
    with Store.open(library) as store:
        return SearchEngine(store, FakeModel()).search(SearchRequest(query)).hits


def with_holes() -> FloatArray:
    y = tone(2500)
    y[100], y[200], y[300] = np.nan, np.inf, -np.inf
    return y


def channels(n: int, sr: int = 44_100) -> FloatArray:
    t = np.arange(sr // 5) / sr
    return np.repeat(0.5 * np.sin(2 * np.pi * 2500 * t)[:, np.newaxis], n, axis=1).astype(np.float32)


AUDIBLE: dict[str, Callable[[Path], Path]] = {
    "one sample": lambda path: write(path, np.ones(1, np.float32)),
    "two samples": lambda path: write(path, np.array([0.5, -0.5], np.float32)),
    "NaN and infinity": lambda path: write(path, with_holes()),
    "a constant": lambda path: write(path, np.full(4410, 0.5, np.float32)),
    "far beyond full scale": lambda path: write(path, tone(2500) * 1e6),
    "eight channels": lambda path: write(path, channels(8)),
    "192 kHz": lambda path: write(path, channels(1, 192_000), 192_000),
    "8-bit": lambda path: write(path, tone(2500), subtype="PCM_U8"),
    "24-bit AIFF": lambda path: write(path, tone(2500), subtype="PCM_24", major="AIFF"),
    "MP3 named WAV": lambda path: write(path, tone(2500), subtype="MPEG_LAYER_III", major="MP3"),
}

FAILING: dict[str, Callable[[Path], object]] = {
    "0 bytes": lambda path: path.write_bytes(b""),
    "no samples": lambda path: write(path, np.empty(0, np.float32)),
    "text": lambda path: path.write_text("dusty kick"),
    "a header alone": lambda path: path.write_bytes(b"RIFF\xff\xff\xff\xffWAVEfmt "),
    "a picture": lambda path: path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100)),
}


@pytest.mark.parametrize("make", AUDIBLE.values(), ids=AUDIBLE.keys())
def test_what_can_be_heard_is_indexed(tmp_path: Path, library: Path, make: Callable[[Path], Path]) -> None:
    make(tmp_path / "odd.wav")
    assert finished(run(library, tmp_path / "odd.wav")).indexed == 1
    (hit,) = ask(library, "bright")
    assert hit.path == str(tmp_path / "odd.wav")
    assert hit.score is not None
    assert 0 <= hit.score <= 1
    (vector,) = (np.frombuffer(row[0], np.float16) for row in rows(library, "SELECT vector FROM segment"))
    assert np.linalg.norm(vector.astype(np.float32)) == pytest.approx(1, abs=5e-3)


@pytest.mark.parametrize("make", FAILING.values(), ids=FAILING.keys())
def test_what_is_no_sound_is_recorded(tmp_path: Path, library: Path, make: Callable[[Path], object]) -> None:
    make(tmp_path / "odd.wav")
    kick = write_tone(tmp_path / "kick.wav", 80)
    events = run(library, tmp_path / "odd.wav", kick)
    (failure,) = [event for event in events if isinstance(event, FileFailed)]
    assert failure.path == str(tmp_path / "odd.wav")
    assert failure.reason.strip() == failure.reason != ""
    assert str(tmp_path) not in failure.reason  # the path is told beside it
    assert [hit.path for hit in ask(library, "deep")] == [str(kick)]


def test_a_reason_says_what_to_do(tmp_path: Path, library: Path) -> None:
    (tmp_path / "empty.wav").write_bytes(b"")
    events = run(library, tmp_path / "empty.wav")
    assert FileFailed(str(tmp_path / "empty.wav"), "0 bytes: Copy or download the file again.") in events


@pytest.mark.parametrize("peak", [0.0, 9e-5])
def test_silence_is_indexed_and_never_found(tmp_path: Path, library: Path, peak: float) -> None:
    write(tmp_path / "silence.wav", np.full(4410, peak, np.float32))
    last = finished(run(library, tmp_path / "silence.wav"))
    assert (last.indexed, last.failed, last.segments) == (1, 0, 0)
    assert ask(library, "deep") == ()
    assert finished(run(library, reembed=True)).indexed == 0  # nothing is left to do


def test_the_same_audio_in_other_clothes_is_one_content(tmp_path: Path, library: Path) -> None:
    y = (np.round(tone(600) * 32767) / 32768).astype(np.float32)
    write(tmp_path / "a" / "16.wav", y, subtype="PCM_16")
    write(tmp_path / "a" / "24.aiff", y, subtype="PCM_24", major="AIFF")
    write(tmp_path / "a" / "lossless.flac", y, subtype="PCM_16", major="FLAC")
    run(library, tmp_path / "a")
    assert rows(library, "SELECT files_present FROM content") == [(3,)]


def test_a_hit_in_a_long_file_names_its_place(tmp_path: Path, library: Path) -> None:
    long = write(tmp_path / "long.wav", np.concatenate([tone(80, 4), tone(2500, 3), tone(600, 4)]))
    assert finished(run(library, long)).segments > 3
    for hz, start, end in ((80, 0, 4), (2500, 4, 7), (600, 7, 11)):
        (hit,) = ask(library, write(tmp_path / "reference.wav", tone(hz)))
        assert [hit.start_s, hit.end_s] == pytest.approx([start, end], abs=0.5)
        assert hit.duration_s == pytest.approx(11)


def test_a_file_too_long_to_keep_is_cut_alike(tmp_path: Path, library: Path) -> None:
    y = np.concatenate([np.tile(tone(100, 1), 45), np.tile(tone(2500, 1), 30)])[::2]  # 75 s: decoded twice
    write(tmp_path / "mix.wav", np.repeat(y, 2), subtype="PCM_16")
    run(library, tmp_path / "mix.wav")
    (hit,) = ask(library, "bright")
    assert [hit.start_s, hit.end_s] == pytest.approx([45, 75], abs=0.5)


def test_a_drone_is_one_segment(tmp_path: Path, library: Path) -> None:
    run(library, write(tmp_path / "drone.wav", tone(300, 20)))
    assert rows(library, SEGMENTS) == [(0.0, 20.0)]


def test_segments_cover_the_sound_without_holes(tmp_path: Path, library: Path) -> None:
    noise = np.random.default_rng(0).uniform(-1, 1, MODEL_SR * 7).astype(np.float32)
    sweep = np.sin(np.cumsum(np.linspace(0.01, 2.5, MODEL_SR * 7)), dtype=np.float32)
    run(library, write(tmp_path / "sweep.wav", np.concatenate([noise, sweep]), MODEL_SR))
    segments = rows(library, SEGMENTS)
    assert (segments[0][0], segments[-1][1]) == (0.0, 14.0)
    assert all(start < end for start, end in segments)
    assert all(later[0] <= sooner[1] for sooner, later in itertools.pairwise(segments))


def test_merging_joins_neighbours_only() -> None:
    one, other = unit_vectors(2)
    windows = [SegmentVector(i / 2, i / 2 + 1, vector) for i, vector in enumerate([one, one, other, one, one, one])]
    merged = list(merge_alike(windows))
    assert [(segment.start_s, segment.end_s) for segment in merged] == [(0, 1.5), (1, 2), (1.5, 3.5)]
    np.testing.assert_allclose([segment.vector for segment in merged], [one, other, one], atol=1e-3)
    assert list(merge_alike([])) == []
