"""A reference file is decoded, heard and measured once, however often it is asked for."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import pytest

from cratedig.audio.decode import AudioFile, open_audio
from cratedig.errors import AudioError
from cratedig.models.fake import FakeModel
from cratedig.store.store import Store
from cratedig.types import FloatArray
from search.engine import SearchEngine, SearchRequest
from search.opened import MOST_HELD, opened
from search.parse import parse_line
from tests.indexer.other_model import OtherModel
from tests.library import make_library, write_tone


class CountingModel(FakeModel):
    """Counts the times it is given audio."""

    heard = 0

    def embed_audio(self, batch: Sequence[FloatArray]) -> FloatArray:
        self.heard += 1
        return super().embed_audio(batch)


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that were decoded so far."""
    paths: list[Path] = []

    def counted(path: Path) -> AbstractContextManager[AudioFile]:
        paths.append(path)
        return open_audio(path)

    monkeypatch.setattr("cratedig.audio.content.open_audio", counted)
    return paths


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    for hz in (100, 400, 1600):
        write_tone(tmp_path / "samples" / f"{hz}.wav", hz)
    with make_library(tmp_path / "library", tmp_path / "samples") as store:
        yield store


def ask(engine: SearchEngine, line: str) -> list[str]:
    return [Path(hit.path).stem for hit in engine.search(SearchRequest.of(parse_line(line), 3)).hits]


@pytest.mark.parametrize("seconds", [0.3, 3.0])
def test_typing_after_a_reference_decodes_and_hears_it_once(
    store: Store, tmp_path: Path, decoded: list[Path], seconds: float
) -> None:
    model = CountingModel()
    engine, file = SearchEngine(store, model), write_tone(tmp_path / "reference.wav", 420, seconds)
    for typed in ("", "d", "da", "dar", "dark", "darke", "darker", "darker by:timbre"):
        ask(engine, f"like:{file} {typed}")
    ask(engine, f"fits:{file}")
    assert decoded == [file]
    assert model.heard == 1


def test_two_models_hear_it_each_in_its_own_way(tmp_path: Path, decoded: list[Path]) -> None:
    path = write_tone(tmp_path / "a.wav", 420)
    ours, theirs = opened(path).vectors(FakeModel()), opened(path).vectors(OtherModel())
    assert np.array_equal(ours, theirs[:, ::-1])
    assert not np.array_equal(ours, theirs)
    assert decoded == [path]


def test_a_file_that_has_changed_is_decoded_again(store: Store, tmp_path: Path) -> None:
    engine, file = SearchEngine(store, FakeModel()), write_tone(tmp_path / "reference.wav", 100)
    assert ask(engine, f"like:{file}")[0] == "100"
    stamp = file.stat().st_mtime_ns
    write_tone(file, 1600)
    os.utime(file, ns=(stamp + 1000, stamp + 1000))
    assert ask(engine, f"like:{file}")[0] == "1600"


def test_a_file_that_could_not_be_read_is_tried_again(tmp_path: Path) -> None:
    file = tmp_path / "a.wav"
    file.touch()
    stamp = file.stat().st_mtime_ns
    with pytest.raises(AudioError):
        opened(file)
    write_tone(file, 100)
    os.utime(file, ns=(stamp, stamp))
    assert opened(file).sound.content.frames
    file.unlink()
    with pytest.raises(FileNotFoundError):
        opened(file)


def test_only_the_last_files_are_held(tmp_path: Path, decoded: list[Path]) -> None:
    files = [write_tone(tmp_path / f"{i}.wav", 100 + i) for i in range(MOST_HELD + 1)]
    for file in [*files, files[-1], files[0]]:
        opened(file)
    assert decoded == [*files, files[0]]
