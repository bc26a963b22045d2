"""What is measured while indexing: it reaches the library, once per content, and again when the analysers change."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from cratedig.analysis.base import VERSION
from cratedig.analysis.waveform import unpack
from cratedig.store.measures import Measures
from cratedig.store.store import Store
from cratedig.types import FloatArray
from tests.library import make_library, run_index, tone, write_tone

SR = 44_100


def clicks(bpm: float, beats: int) -> FloatArray:
    """A loop of whole beats: a decaying noise burst on each."""
    period = 60 / bpm * SR
    y = np.zeros(round(period * beats), dtype=np.float32)
    burst = np.random.default_rng(0).standard_normal(3000) * np.geomspace(0.5, 0.001, 3000)
    for beat in range(beats):
        at = round(beat * period)
        y[at : at + 3000] += burst[: len(y) - at].astype(np.float32)
    return y


def rows(store: Store) -> list[tuple[object, ...]]:
    return store._connection.execute(
        "SELECT f.name, a.kind, a.bpm, a.key, a.root_midi, a.version FROM file f"
        " LEFT JOIN analysis a ON a.content_id = f.content_id ORDER BY f.name"
    ).fetchall()


@pytest.fixture
def samples(tmp_path: Path) -> Path:
    folder = tmp_path / "samples"
    write_tone(folder / "a-tone.wav", 440.0, 0.5)
    soundfile.write(folder / "b-loop.wav", clicks(126, 16), SR)
    soundfile.write(folder / "c-silence.wav", np.zeros(SR), SR)
    return folder


def test_kind_tempo_and_note_are_stored(tmp_path: Path, samples: Path) -> None:
    with make_library(tmp_path / "library", samples) as store:
        a_tone, loop, silence = rows(store)
    assert a_tone == ("a-tone.wav", "one-shot", None, a_tone[3], 69, VERSION)
    assert loop[1] == "loop"
    assert loop[2] == pytest.approx(126, abs=0.5)
    assert silence == ("c-silence.wav", None, None, None, None, None)


def test_the_waveform_picture_and_the_onsets_are_stored(tmp_path: Path, samples: Path) -> None:
    with make_library(tmp_path / "library", samples) as store:
        pictures = store._connection.execute("SELECT waveform FROM picture").fetchall()
        (onsets,) = store._connection.execute("SELECT onsets FROM analysis WHERE kind = 'loop'").fetchone()
        hashes = [content.hash for _, content in store.files.present()]
        read = store.measures.picture([*hashes, "0" * 40])
    assert [len(unpack(picture).peaks) for (picture,) in pictures] == [350, 350]
    assert set(read) < set(hashes)
    assert sorted(read.values()) == sorted(picture for (picture,) in pictures)
    found = np.array(json.loads(onsets))
    assert len(found) == 16
    np.testing.assert_allclose(found, np.arange(16) * 60 / 126, atol=0.03)


def test_the_width_of_stereo_is_heard(tmp_path: Path) -> None:
    folder = tmp_path / "samples"
    folder.mkdir()
    y = tone(440.0, 0.5)
    soundfile.write(folder / "mono.wav", np.stack([y, y], axis=1), SR)
    soundfile.write(folder / "wide.wav", np.stack([y, -0.5 * y], axis=1), SR)
    with make_library(tmp_path / "library", folder) as store:
        widths = store._connection.execute(
            "SELECT a.width FROM analysis a JOIN file f ON f.content_id = a.content_id ORDER BY f.name"
        ).fetchall()
    assert widths[0][0] == pytest.approx(0, abs=1e-6)
    assert widths[1][0] == pytest.approx(0.9, abs=0.05)


def test_newer_analysers_measure_again_and_embed_nothing(tmp_path: Path, samples: Path) -> None:
    with make_library(tmp_path / "library", samples) as store:
        before = store.segments.ids(store.model).tolist()  # type: ignore[arg-type]
        store._connection.execute("UPDATE analysis SET version = version - 1, bpm = 1, kind = 'texture'")
        run_index(store, samples)
        assert [row[1] for row in rows(store)] == ["one-shot", "loop", None]
        assert store.segments.ids(store.model).tolist() == before  # type: ignore[arg-type]


def test_nothing_is_measured_twice(tmp_path: Path, samples: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with make_library(tmp_path / "library", samples) as store:
        (samples / "b-loop.wav").rename(samples / "d-moved.wav")

        def fail(*_: object) -> None:
            raise AssertionError("measured again")

        monkeypatch.setattr("indexer.stages.measure", fail)
        run_index(store, samples)
        assert [row[0] for row in rows(store)] == ["a-tone.wav", "c-silence.wav", "d-moved.wav"]


def test_percentiles_follow_what_can_be_heard(tmp_path: Path) -> None:
    folder = tmp_path / "samples"
    for hz in (300, 1000, 5000):
        write_tone(folder / f"{hz}.wav", hz)
    with make_library(tmp_path / "library", folder) as store:
        lowest, highest = bounds(store)
        assert lowest < 500
        assert highest > 4500
        (folder / "5000.wav").unlink()
        run_index(store, folder)
        assert bounds(store)[0] == lowest
        assert bounds(store)[1] < 1500


def test_percentiles_that_a_killed_run_did_not_take_are_taken_by_the_next(
    tmp_path: Path, samples: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(_: Measures) -> None:
        raise KeyboardInterrupt

    with Store.create_or_open(tmp_path / "library") as store:
        with monkeypatch.context() as patch:
            patch.setattr(Measures, "rescale", killed)
            with pytest.raises(KeyboardInterrupt):
                run_index(store, samples)
        run_index(store, samples)
        lowest, highest = bounds(store)
        assert lowest < highest


def bounds(store: Store) -> tuple[float, float]:
    """Lowest and highest brightness of the library, in Hz."""
    values = store._connection.execute(
        "SELECT value FROM scale WHERE descriptor = 'brightness' AND percent IN (0, 100) ORDER BY percent"
    ).fetchall()
    return values[0][0], values[1][0]
