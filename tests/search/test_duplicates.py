"""Near duplicates: the same recording in other clothes is found, other recordings are not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from cratedig.store.store import Store
from cratedig.types import FloatArray
from search.duplicates import near_duplicates
from tests.library import SR, run_index


def hit(seed: int, seconds: float = 0.8) -> FloatArray:
    """A noisy, falling tone: no two seeds sound or look alike."""
    rng = np.random.default_rng(seed)
    t = np.arange(int(seconds * SR)) / SR
    tone = np.sin(2 * np.pi * rng.uniform(60, 2000) * t * np.exp(-rng.uniform(0, 1) * t))
    envelope = np.exp(-t * rng.uniform(2, 20)) * (1 + 0.5 * np.sin(2 * np.pi * rng.uniform(2, 12) * t))
    y = (tone + rng.uniform(0, 0.5) * rng.standard_normal(len(t))) * envelope
    return np.asarray(0.5 * y / np.abs(y).max(), dtype=np.float32)


@pytest.fixture
def samples(tmp_path: Path) -> Path:
    """Twelve hits, and of the first one an MP3, a louder copy, one at another rate, and an exact copy."""
    folder = tmp_path / "samples"
    folder.mkdir()
    for seed in range(12):
        soundfile.write(folder / f"hit {seed:02}.wav", hit(seed), SR, "PCM_24")
    original = hit(0)
    soundfile.write(folder / "a small one.mp3", original, SR)
    soundfile.write(folder / "b loud.wav", 1.7 * original, SR, "PCM_16")
    soundfile.write(folder / "c other rate.wav", soxr.resample(original, SR, 48_000), 48_000, "PCM_24")
    soundfile.write(folder / "d copy.wav", original, SR, "PCM_24")
    return folder


def test_one_recording_in_other_clothes_is_one_group(samples: Path, tmp_path: Path) -> None:
    with Store.create_or_open(tmp_path / "library") as store:
        run_index(store, samples)
        assert store.model is not None
        (group,) = near_duplicates(store, store.model)
    names = [Path(row.stamp.text).name for row, _ in (group.keep, *group.others)]
    assert names[0] == "c other rate.wav"  # as long, lossless, and of the highest rate
    assert names[-1] == "a small one.mp3"
    assert sorted(names) == ["a small one.mp3", "b loud.wav", "c other rate.wav", "d copy.wav"]


def test_a_library_without_near_duplicates(tmp_path: Path) -> None:
    with Store.create_or_open(tmp_path / "library") as store:
        (tmp_path / "samples").mkdir()
        run_index(store, tmp_path / "samples")
        assert store.model is not None
        assert near_duplicates(store, store.model) == []
        for seed in range(5):
            soundfile.write(tmp_path / "samples" / f"{seed}.wav", hit(seed), SR)
        run_index(store)
        assert near_duplicates(store, store.model) == []
