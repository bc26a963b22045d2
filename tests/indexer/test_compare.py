"""How far two models agree on the sounds of a library."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from pathlib import Path

import numpy as np
import pytest

from cratedig.models.fake import FakeModel
from cratedig.models.laion.download import Progress
from cratedig.store.store import Store
from cratedig.types import FloatArray
from indexer.compare import compare
from tests.indexer.other_model import OtherModel
from tests.library import make_library, write_tone


class Deaf(FakeModel):
    """Hears something else each time."""

    _rng = np.random.default_rng(0)

    def embed_audio(self, batch: Sequence[FloatArray]) -> FloatArray:
        noise = self._rng.standard_normal((len(batch), self.info.dim)).astype(np.float32)
        return np.asarray(noise / np.linalg.norm(noise, axis=1, keepdims=True))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    for i in range(24):
        write_tone(tmp_path / "samples" / f"{i:02}.wav", 60 * 1.19**i)
    write_tone(tmp_path / "samples" / "silence.wav", 0)
    return make_library(tmp_path / "library", tmp_path / "samples")


def result(steps: Generator[Progress, None, float | None]) -> tuple[list[Progress], float | None]:
    seen = []
    while True:
        try:
            seen.append(next(steps))
        except StopIteration as end:
            return seen, end.value


def test_models_with_the_same_neighbours_agree(store: Store) -> None:
    steps, agreed = result(compare(store, FakeModel(), OtherModel()))
    assert agreed == 1
    assert [(step.done, step.total) for step in steps] == [(i, 25) for i in range(1, 25)]


def test_models_that_hear_differently_do_not(store: Store) -> None:
    _, agreed = result(compare(store, FakeModel(), Deaf()))
    assert agreed is not None
    assert agreed < 0.7


def test_files_that_have_gone_are_left_out(store: Store, tmp_path: Path) -> None:
    for file in sorted((tmp_path / "samples").iterdir())[:10]:
        file.unlink()
    steps, agreed = result(compare(store, FakeModel(), OtherModel()))
    assert (len(steps), agreed) == (14, 1)


def test_a_small_library_says_nothing(tmp_path: Path) -> None:
    write_tone(tmp_path / "samples" / "one.wav", 100)
    store = make_library(tmp_path / "library", tmp_path / "samples")
    assert result(compare(store, FakeModel(), OtherModel()))[1] is None
