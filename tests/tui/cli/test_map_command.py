"""cratedig map, and the map that indexing draws."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cratedig.store.store import Store
from indexer import map as map_
from tests.library import content, indexed, save, stored_library, unit_vectors
from tests.tui.cli.conftest import Run


@pytest.fixture
def forty(library: Path) -> Path:
    """A library of forty sounds."""
    store, model = stored_library(library)
    with store:
        save(store, model, *(indexed(f"/{i}.wav", content(str(i)), [v]) for i, v in enumerate(unit_vectors(40))))
    return library


@pytest.mark.usefixtures("forty")
def test_how_far_the_map_is(cratedig: Run) -> None:
    assert cratedig("map", "--json").objects == [
        {"sounds": 40, "placed": 0, "drawn": 0, "due": "all", "drawing": False}
    ]
    assert cratedig("map").out.splitlines() == [
        "0 of 40 sounds are on the map; it was drawn from 0.",
        "It is brought up to date after the next index run, or now with: cratedig map --again",
    ]


def test_drawing_it_now(cratedig: Run, forty: Path) -> None:
    *progress, status = cratedig("map", "--again", "--json").objects
    assert progress[0] == {"done": 0, "total": 500, "sounds": 40}
    assert progress[-1] == {"done": 500, "total": 500, "sounds": 40}
    assert status == {"sounds": 40, "placed": 40, "drawn": 40, "due": None, "drawing": False}
    with Store.open(forty) as store:
        before = store.places.read().xy
    answer = cratedig("map", "--again")
    assert (answer.code, answer.out) == (0, "40 of 40 sounds are on the map; it was drawn from 40.\n")
    with Store.open(forty) as store:
        assert np.isfinite(store.places.read().xy).all()
        assert store.places.read().xy.shape == before.shape


def test_while_another_process_draws(cratedig: Run, forty: Path) -> None:
    with Store.open(forty) as store:
        events = map_.update(store, lambda: False)
        next(events)
        assert "being brought up to date now" in cratedig("map").out
        answer = cratedig("map", "--again")
        assert answer.code == 2
        assert "being drawn already" in answer.err
        events.close()


def test_too_few_sounds(indexed: Run) -> None:
    assert "It needs 30 sounds or more." in indexed("map").out
    answer = indexed("map", "--again")
    assert answer.code == 2
    assert "30 sounds or more" in answer.err


def test_an_empty_library(cratedig: Run, library: Path) -> None:
    Store.create_or_open(library).close()
    for arguments in ((), ("--again",)):
        answer = cratedig("map", *arguments)
        assert answer.code == 2
        assert "cratedig index" in answer.err


def test_indexing_starts_drawing(cratedig: Run, samples: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[Path] = []
    monkeypatch.setattr("tui.cli.index.start_map", lambda store: started.append(store.paths.root))
    assert cratedig("index", samples).code == 0
    assert len(started) == 1
