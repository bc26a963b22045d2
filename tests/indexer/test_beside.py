"""Two models in one library: both hear what is new, one answers, and the other goes when it is told to."""

from __future__ import annotations

from pathlib import Path

import pytest

from cratedig.errors import UnknownModelError
from cratedig.models import registry
from cratedig.store.store import Store
from indexer.events import EmbedBeside, Event, IndexFinished
from indexer.pipeline import IndexRequest, index
from indexer.upkeep import forget, verify
from search.engine import SearchEngine, SearchRequest
from search.query import TextQuery
from tests.folders import rows, run
from tests.library import write_tone


@pytest.fixture(autouse=True)
def _models(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry.MODELS, "other", "tests.indexer.other_model:OtherModel")


def run_beside(library: Path, *roots: Path, stop_at: type[Event] | None = None) -> list[Event]:
    """Index with the fake model and keep the other beside it, stopping at the first event of a kind."""
    stopped: list[bool] = []
    events = []
    with Store.create_or_open(library) as store:
        request = IndexRequest([str(root) for root in roots], "fake", beside="other")
        for event in index(store, request, lambda: bool(stopped)):
            events.append(event)
            if stop_at is not None and isinstance(event, stop_at):
                stopped.append(True)
    return events


def vectors_of(library: Path) -> dict[str, int]:
    sql = "SELECT m.name, count(*) FROM segment s JOIN model m ON m.id = s.model_id GROUP BY m.name"
    return dict(rows(library, sql))


def names(library: Path) -> list[str]:
    with Store.open(library) as store:
        return [row.name for row in store.models]


def test_a_new_library_can_have_both_at_once(samples: Path, library: Path) -> None:
    events = run_beside(library, samples)
    assert vectors_of(library) == {"fake": 3, "other": 3}
    assert names(library) == ["fake", "other"]
    assert [event for event in events if isinstance(event, EmbedBeside)] == [EmbedBeside("other", 3, "")]
    assert isinstance(events[-1], IndexFinished)


def test_a_model_joins_a_library_and_hears_what_comes_later(samples: Path, library: Path) -> None:
    run(library, samples)
    run_beside(library)
    assert vectors_of(library) == {"fake": 3, "other": 3}
    write_tone(samples / "Pack C" / "new.wav", 1000)
    events = run(library)
    assert vectors_of(library) == {"fake": 4, "other": 4}
    assert EmbedBeside("other", 1, "") in events
    assert not [event for event in run(library) if isinstance(event, EmbedBeside)]


def test_each_answers_by_its_own_vectors(samples: Path, library: Path) -> None:
    run_beside(library, samples)
    with Store.open(library) as store:
        for name in ("fake", "other"):
            engine = SearchEngine(store, registry.load(name))
            assert Path(engine.search(SearchRequest(TextQuery("bright"))).hits[0].path).name == "bright.wav"


def test_both_caches_stay_and_are_whole(samples: Path, library: Path) -> None:
    run_beside(library, samples)
    with Store.open(library) as store:
        caches = {store.paths.cache(row.key) for row in store.models}
        assert set(store.paths.caches.iterdir()) == caches
        assert list(verify(store, decode=False)) == []
        forget(store, str(samples / "Pack A"))
        assert list(verify(store, decode=False)) == []
    assert vectors_of(library) == {"fake": 2, "other": 2}


def test_a_stopped_run_goes_on_where_it_was(samples: Path, library: Path) -> None:
    run_beside(library, samples, stop_at=EmbedBeside)
    assert vectors_of(library) == {"fake": 3}
    assert names(library) == ["fake", "other"]
    run(library)
    assert vectors_of(library) == {"fake": 3, "other": 3}


def test_reembedding_keeps_one_model(samples: Path, library: Path) -> None:
    run_beside(library, samples)
    run(library, reembed=True)
    assert (names(library), vectors_of(library)) == (["fake"], {"fake": 3})
    run_beside(library)
    run(library, model="other", reembed=True)
    assert (names(library), vectors_of(library)) == (["other"], {"other": 3})


def test_a_half_made_change_of_model_is_not_kept_beside(samples: Path, library: Path) -> None:
    run(library, samples)
    with Store.open(library) as store:
        store.register_model(registry.load("other").info)
    assert names(library) == ["fake"]
    run(library)
    assert vectors_of(library) == {"fake": 3}


def test_a_model_that_is_gone_is_told_and_the_run_goes_on(
    samples: Path, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_beside(library, samples)
    monkeypatch.delitem(registry.MODELS, "other")
    write_tone(samples / "Pack C" / "new.wav", 1000)
    (told,) = [event for event in run(library) if isinstance(event, EmbedBeside)]
    assert "other" in told.problem
    assert vectors_of(library) == {"fake": 4, "other": 3}


def test_another_version_under_the_same_name_is_told(
    samples: Path, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_beside(library, samples)
    monkeypatch.setitem(registry.MODELS, "other", "tests.indexer.other_model:NewerFake")
    write_tone(samples / "Pack C" / "new.wav", 1000)
    (told,) = [event for event in run(library) if isinstance(event, EmbedBeside)]
    assert "added again from another checkpoint" in told.problem


def test_an_unknown_model_is_refused_before_the_work(samples: Path, library: Path) -> None:
    with Store.create_or_open(library) as store, pytest.raises(UnknownModelError):
        list(index(store, IndexRequest([str(samples)], "fake", beside="nonsense"), lambda: False))
    assert not vectors_of(library)
