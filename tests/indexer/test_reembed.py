"""A library and its model: another one is refused, and changed to without losing the old on the way."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from cratedig.errors import ModelMismatchError, UnknownModelError
from cratedig.models import registry
from cratedig.models.fake import FakeModel
from cratedig.store.store import Store
from indexer.events import IndexFinished, IndexProgress, ScanFinished
from indexer.pipeline import IndexRequest, index
from search.engine import SearchEngine, SearchRequest
from search.query import TextQuery
from tests.folders import finished, picture, rows, run, scanned
from tests.indexer.other_model import OtherModel
from tests.library import write_tone


@pytest.fixture(autouse=True)
def _models(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry.MODELS, "other", "tests.indexer.other_model:OtherModel")


def served(library: Path) -> str:
    with Store.open(library) as store:
        assert store.model is not None
        return store.model.name


def first_hit(library: Path, model: FakeModel) -> str:
    with Store.open(library) as store:
        return Path(SearchEngine(store, model).search(SearchRequest(TextQuery("bright"))).hits[0].path).name


def vectors_of(library: Path) -> dict[str, int]:
    sql = "SELECT m.name, count(*) FROM segment s JOIN model m ON m.id = s.model_id GROUP BY m.name"
    return dict(rows(library, sql))


def test_another_model_is_refused_with_the_way_out(samples: Path, library: Path) -> None:
    run(library, samples)
    before = picture(library)
    with pytest.raises(ModelMismatchError, match="made with the model fake, not other") as error:
        run(library, model="other")
    assert "--model other --reembed" in error.value.hint
    assert picture(library) == before
    with pytest.raises(ModelMismatchError):
        first_hit(library, OtherModel())


def test_another_version_is_refused_with_the_way_out(
    samples: Path, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(library, samples)
    monkeypatch.setitem(registry.MODELS, "fake", "tests.indexer.other_model:NewerFake")
    with pytest.raises(ModelMismatchError, match="another version of the model fake") as error:
        run(library)
    assert "--reembed" in error.value.hint
    run(library, reembed=True)
    assert finished(run(library)).indexed == 0


def test_an_unknown_model_is_refused_before_anything_is_written(samples: Path, library: Path) -> None:
    with pytest.raises(UnknownModelError):
        run(library, samples, model="nonesuch")
    assert rows(library, "SELECT * FROM model") == rows(library, "SELECT * FROM root") == []


def test_reembed_gives_the_library_that_the_new_model_would_have_made(
    samples: Path, library: Path, tmp_path: Path
) -> None:
    run(library, samples)
    events = run(library, model="other", reembed=True)
    assert scanned(events).pending == 3  # one file of each content that can be heard
    run(tmp_path / "undisturbed", samples, model="other")
    assert picture(library) == picture(tmp_path / "undisturbed")
    assert first_hit(library, OtherModel()) == "bright.wav"
    assert [cache.name.split("-")[0] for cache in (library / "vectors").iterdir()] == ["other"]


def test_reembed_without_need_does_nothing(samples: Path, library: Path) -> None:
    run(library, samples)
    before = picture(library)
    assert scanned(run(library, reembed=True)).pending == 0
    assert picture(library) == before


def stop_after_one(library: Path) -> None:
    """Change the model, and stop after the first file."""
    stop = threading.Event()
    with Store.open(library) as store:
        for event in index(store, IndexRequest([], "other", reembed=True), stop.is_set):
            if isinstance(event, IndexProgress):
                stop.set()
    assert isinstance(event, IndexFinished)
    assert event.cancelled


def test_a_stopped_reembed_serves_the_old_vectors_and_continues(samples: Path, library: Path) -> None:
    run(library, samples)
    stop_after_one(library)
    assert vectors_of(library) == {"fake": 3, "other": 1}
    assert (served(library), first_hit(library, FakeModel())) == ("fake", "bright.wav")
    assert scanned(run(library, model="other", reembed=True)).pending == 2  # the first is not made again
    assert (served(library), vectors_of(library)) == ("other", {"other": 3})


def test_a_run_with_the_old_model_between_keeps_both(samples: Path, library: Path) -> None:
    run(library, samples)
    stop_after_one(library)
    write_tone(samples / "new.wav", 1000)
    run(library)
    assert vectors_of(library) == {"fake": 4, "other": 1}
    run(library, model="other", reembed=True)
    assert vectors_of(library) == {"other": 4}


def test_a_drive_that_vanishes_during_reembed_keeps_the_old_vectors(samples: Path, library: Path) -> None:
    run(library, samples)
    with Store.open(library) as store:
        for event in index(store, IndexRequest([], "other", reembed=True), lambda: False):
            if isinstance(event, ScanFinished):
                samples.rename(samples.with_name("unplugged"))
    assert (served(library), vectors_of(library)) == ("fake", {"fake": 3})


def test_a_new_file_out_of_reach_does_not_hold_up_the_change(samples: Path, library: Path) -> None:
    run(library, samples)
    new = write_tone(samples / "new.wav", 1000)
    with Store.open(library) as store:
        for event in index(store, IndexRequest([], "other", reembed=True), lambda: False):
            if isinstance(event, ScanFinished):
                new.unlink()
    assert (served(library), vectors_of(library)) == ("other", {"other": 3})


def test_sounds_that_were_away_are_embedded_when_they_come_back(samples: Path, library: Path) -> None:
    run(library, samples)
    kept = samples.parent / "kept"
    os.rename(samples / "Pack A", kept)  # noqa: PTH104
    run(library, model="other", reembed=True)
    assert vectors_of(library) == {"other": 2}
    os.rename(kept, samples / "Pack A")  # noqa: PTH104
    run(library, model="other")
    assert vectors_of(library) == {"other": 3}
    assert first_hit(library, OtherModel()) == "bright.wav"
