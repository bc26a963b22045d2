"""What users decide: kept, and taken back step by step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cratedig.store.store import Store
from cratedig.store.user import KEYS, UserData
from tests.library import content, indexed, save, stored_library, unit_vectors

A, B = content("a").hash, content("b").hash

CHANGES: dict[str, Callable[[UserData], None]] = {
    "favour": lambda user: user.favour([A, B]),
    "unfavour": lambda user: user.unfavour([A]),
    "collect": lambda user: user.collect("dub", [A, B]),
    "uncollect": lambda user: user.uncollect("dub", [A]),
    "accept": lambda user: user.decide([(A, "kick"), (B, "snare")], "accepted"),
    "reject": lambda user: user.decide([(A, "kick")], "rejected"),
    "undecide": lambda user: user.undecide([(A, "kick")]),
    "set_tempo": lambda user: user.set_tempo({A: 87.0}),
    "set another tempo": lambda user: user.set_tempo({A: 174.0}),
    "unset_tempo": lambda user: user.unset_tempo([A]),
    "use": lambda user: user.use([A], "track 1"),
    "unuse": lambda user: user.unuse([A], "track 1"),
    "note_licence": lambda user: user.note_licence([A], "cc0"),
    "unnote_licence": lambda user: user.unnote_licence([A]),
    "save_search": lambda user: user.save_search("short", "kick len:<1"),
    "drop_search": lambda user: user.drop_search("short"),
}


@pytest.fixture
def user(tmp_path: Path) -> Iterator[UserData]:
    with Store.create_or_open(tmp_path) as store:
        yield store.user


def rows(user: UserData) -> dict[str, list[tuple[object, ...]]]:
    """All that users made."""
    return {
        table: user._connection.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608
        for table in KEYS
    }


def test_favourites_come_and_go(user: UserData) -> None:
    user.favour([A, B])
    user.unfavour([A])
    assert user.favourites() == {B}


def test_a_collection_is_there_while_something_is_in_it(user: UserData) -> None:
    user.collect("dub", [A, B])
    assert user.collections() == {"dub": 2}
    assert user.in_collection("dub") == {A, B}
    user.uncollect("dub", [A, B])
    assert user.collections() == {}


def test_a_later_verdict_takes_the_place_of_an_earlier_one(user: UserData) -> None:
    user.decide([(A, "kick"), (B, "snare")], "accepted")
    user.decide([(A, "kick")], "rejected")
    assert list(user.verdicts()) == sorted([(A, "kick", "rejected"), (B, "snare", "accepted")])
    assert user.verdicts_on(A) == {"kick": "rejected"}


def test_saved_searches_are_listed_by_name(user: UserData) -> None:
    user.save_search("short", "kick len:<1")
    user.save_search("a", "snare")
    user.save_search("short", "kick len:<2")
    assert list(user.saved_searches().items()) == [("a", "snare"), ("short", "kick len:<2")]


def test_the_history_keeps_its_order_and_its_length(user: UserData, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cratedig.store.user.HISTORY_LENGTH", 3)
    for line in ("kick", "snare", "kick", "clap", "hat"):
        user.remember(line)
    assert user.history() == ["kick", "clap", "hat"]
    assert user.last_step() is None


def test_what_users_made_outlives_forget(tmp_path: Path) -> None:
    store, model = stored_library(tmp_path)
    with store:
        save(store, model, indexed("/s/a.wav", content("a"), unit_vectors(1)))
        store.user.favour([A])
        with store.transaction():
            store.files.forget(b"/s")
        assert store.files.contents_like(A) == []
        save(store, model, indexed("/t/b.wav", content("a"), unit_vectors(1)))
        assert store.user.favourites() == {A}


def test_undo_says_what_it_takes_back(user: UserData) -> None:
    user.favour([A, B])
    step = user.last_step()
    assert step is not None
    assert (step.label, step.edits, step.tables) == ("favourite", 2, frozenset({"favourite"}))
    assert user.undo() == step
    assert user.favourites() == set()
    assert user.undo() is None


def test_a_change_that_changes_nothing_is_no_step(user: UserData) -> None:
    user.favour([A])
    before = user.last_step()
    user.favour([A])
    user.unfavour([B])
    user.favour([])
    assert user.last_step() == before


def test_changes_inside_a_step_are_taken_back_together(user: UserData) -> None:
    with user.step("keep"):
        user.favour([A])
        user.collect("dub", [A])
    user.undo()
    assert user.favourites() == set()
    assert user.collections() == {}


def test_a_step_that_fails_leaves_nothing_and_the_next_one_works(user: UserData) -> None:
    with pytest.raises(KeyError), user.step("keep"):  # noqa: PT012
        user.favour([A])
        raise KeyError
    assert (user.favourites(), user.last_step()) == (set(), None)
    user.favour([B])
    assert user.favourites() == {B}


@pytest.mark.parametrize("bpm", [0.0, -1.0])
def test_a_tempo_that_is_none_is_refused(user: UserData, bpm: float) -> None:
    with pytest.raises(Exception, match="CHECK"):
        user.set_tempo({A: bpm})
    assert user.last_step() is None


@settings(max_examples=40)
@given(names=st.lists(st.sampled_from(sorted(CHANGES)), max_size=12))
def test_undo_goes_back_through_every_state(tmp_path_factory: pytest.TempPathFactory, names: list[str]) -> None:
    with Store.create_or_open(tmp_path_factory.mktemp("library")) as store:
        user = store.user
        states = [rows(user)]
        for name in names:
            CHANGES[name](user)
            if rows(user) != states[-1]:
                states.append(rows(user))
        while user.last_step() is not None:
            assert rows(user) == states.pop()
            user.undo()
        assert rows(user) == states.pop()
        assert states == []
