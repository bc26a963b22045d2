"""Proposals and verdicts: which tags are in force, and what has to be tagged again."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from cratedig.store.rows import Measured, ModelRow
from cratedig.store.store import Store
from cratedig.store.tags import Proposal, TagRow
from tests.library import INFO, analysis, content, indexed, save, stored_library, unit_vectors

KICK, SNARE = content("kick"), content("snare")
V = unit_vectors(4)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[tuple[Store, ModelRow]]:
    store, model = stored_library(tmp_path / "library")
    save(store, model, indexed("/packs/one/kick.wav", KICK, V[:2]), indexed("/packs/one/snare.wav", SNARE, V[2:3]))
    with store:
        yield store, model


def propose(store: Store, *proposals: tuple[int, str, str, float, bool], basis: str = "b") -> None:
    with store.transaction():
        store.tags.replace(store.tags.audible(), [Proposal(*row) for row in proposals], basis)  # type: ignore[arg-type]


def test_what_is_sure_is_in_force_and_what_is_unsure_is_not(library: tuple[Store, ModelRow]) -> None:
    store, _ = library
    kick, snare = store.tags.ids([KICK.hash, SNARE.hash])
    propose(
        store,
        (kick, "kick", "heard", 0.9, True),
        (kick, "tom", "heard", 0.4, False),
        (snare, "kick", "path", 0.9, False),
    )
    assert store.tags.in_force([kick, snare]) == {kick: ("kick",)}
    assert store.tags.counts() == {"kick": 1}


def test_one_term_from_two_sources_is_two_rows_and_one_tag(library: tuple[Store, ModelRow]) -> None:
    store, _ = library
    (kick,) = store.tags.ids([KICK.hash])
    propose(store, (kick, "kick", "heard", 0.8, True), (kick, "kick", "path", 0.9, True))
    assert [row.source for row in store.tags.of([kick])[kick]] == ["path", "heard"]
    assert store.tags.in_force([kick]) == {kick: ("kick",)}
    assert store.tags.counts() == {"kick": 1}


def test_verdicts_settle_what_is_proposed(library: tuple[Store, ModelRow]) -> None:
    store, _ = library
    (kick,) = store.tags.ids([KICK.hash])
    propose(store, (kick, "kick", "heard", 0.9, True), (kick, "tom", "heard", 0.4, False))
    store.user.decide([(KICK.hash, "kick")], "rejected")
    store.user.decide([(KICK.hash, "tom"), (KICK.hash, "mine")], "accepted")
    rows = {row.term: row for row in store.tags.of([kick])[kick]}
    assert rows["mine"] == TagRow("mine", "user", 1.0, "accepted", sure=True)
    assert rows["tom"].state == "accepted"
    assert rows["kick"].state == "rejected"
    assert store.tags.in_force([kick]) == {kick: ("mine", "tom")}
    assert store.tags.counts() == {"mine": 1, "tom": 1}


def test_a_rejected_tag_that_nothing_proposes_is_shown_as_rejected(library: tuple[Store, ModelRow]) -> None:
    store, _ = library
    (kick,) = store.tags.ids([KICK.hash])
    store.user.decide([(KICK.hash, "tom")], "rejected")
    assert store.tags.of([kick])[kick] == [TagRow("tom", "user", 1.0, "rejected", sure=True)]
    assert store.tags.in_force([kick]) == {}


def test_counts_leave_out_what_is_missing(library: tuple[Store, ModelRow]) -> None:
    store, _ = library
    kick, snare = store.tags.ids([KICK.hash, SNARE.hash])
    propose(store, (kick, "kick", "heard", 0.9, True), (snare, "snare", "heard", 0.9, True))
    with store.transaction():
        store.files.mark_missing([row.id for row, sound in store.files.present() if sound.hash == KICK.hash])
    assert store.tags.counts() == {"snare": 1}


def test_only_what_changed_is_to_be_tagged(library: tuple[Store, ModelRow]) -> None:
    store, model = library
    kick, snare = store.tags.ids([KICK.hash, SNARE.hash])
    assert store.tags.untagged("b") == [kick, snare]
    propose(store)
    assert store.tags.untagged("b") == []
    assert store.tags.untagged("c") == [kick, snare]
    save(store, model, indexed("/packs/one/new.wav", content("new"), V[3:]))
    (new,) = store.tags.ids([content("new").hash])
    assert store.tags.untagged("b") == [new]


@pytest.mark.parametrize("change", ["copy", "rename", "gone", "measured", "embedded"])
def test_new_evidence_makes_a_sound_to_be_tagged(library: tuple[Store, ModelRow], change: str) -> None:
    store, model = library
    (kick,) = store.tags.ids([KICK.hash])
    propose(store)
    row = next(row for row, sound in store.files.present() if sound.hash == KICK.hash)
    if change == "copy":
        save(store, model, indexed("/packs/two/again.wav", KICK))
    elif change == "measured":
        with store.transaction():
            store.measures.save(kick, Measured(analysis(), b""))
    elif change == "embedded":
        store._connection.execute("DELETE FROM segment")
        save(store, model, indexed(row.stamp.path, KICK, V[:1]))
    else:
        with store.transaction():
            store.files.mark_missing([row.id])
        if change == "rename":
            save(store, model, indexed("/packs/two/renamed.wav", KICK))
    assert store.tags.untagged("b") == ([] if change == "gone" else [kick])
    if change == "gone":
        with store.transaction():
            store.files.mark_present([row.id])
        assert store.tags.untagged("b") == [kick]


def test_a_verdict_and_its_undo_make_that_sound_to_be_tagged(library: tuple[Store, ModelRow]) -> None:
    store, _ = library
    (kick,) = store.tags.ids([KICK.hash])
    propose(store)
    store.user.decide([(KICK.hash, "mine")], "accepted")
    assert store.tags.untagged("b") == [kick]
    propose(store)
    store.user.undo()
    assert store.tags.untagged("b") == [kick]
    propose(store)
    with store.transaction():
        store.tags.untag([kick])
    assert store.tags.untagged("b") == [kick]


def test_only_what_differs_is_written(library: tuple[Store, ModelRow]) -> None:
    store, _ = library
    (kick,) = store.tags.ids([KICK.hash])
    rows = [(kick, "kick", "heard", 0.9, True), (kick, "tom", "heard", 0.4, False), (kick, "kick", "path", 0.9, True)]
    propose(store, *rows)
    before = store._connection.total_changes
    propose(store, (kick, "tom", "heard", 0.5, False), *rows[::2])
    assert {row.term: row.score for row in store.tags.of([kick])[kick]} == {"kick": 0.9, "tom": 0.5}
    written = 1 + 2 + 2  # revision, tom out and in, two sounds tagged
    assert store._connection.total_changes - before == written


def test_lessons_are_those_of_one_model_and_go_with_it(library: tuple[Store, ModelRow]) -> None:
    store, model = library
    other = store.register_model(dataclasses.replace(INFO, weights_sha256="f" * 64))
    with store.transaction():
        store.tags.keep_lessons({"kick": b"old"}, model)
        store.tags.keep_lessons({"tom": b"new"}, model)
    assert store.tags.lessons(model) == {"tom": b"new"}
    assert store.tags.lessons(other) == {}
    store.serve_model(other)
    assert store._connection.execute("SELECT count(*) FROM lesson").fetchone() == (0,)


def test_reading_the_same_file_again_changes_nothing(library: tuple[Store, ModelRow]) -> None:
    store, model = library
    propose(store)
    save(store, model, indexed("/packs/one/kick.wav", KICK))
    assert store.tags.untagged("b") == []


def test_forgetting_a_sound_takes_its_proposals_and_leaves_its_verdicts(library: tuple[Store, ModelRow]) -> None:
    store, model = library
    (kick,) = store.tags.ids([KICK.hash])
    propose(store, (kick, "kick", "heard", 0.9, True))
    store.user.decide([(KICK.hash, "mine")], "accepted")
    with store.transaction():
        store.files.forget(b"/packs/one/kick.wav")
    assert store.tags.of([kick]) == {}
    save(store, model, indexed("/elsewhere/kick.wav", KICK, V[:1]))
    (again,) = store.tags.ids([KICK.hash])
    assert store.tags.in_force([again]) == {again: ("mine",)}


def test_directions_are_unit_means_of_the_segments(library: tuple[Store, ModelRow]) -> None:
    store, model = library
    ids = store.tags.ids([KICK.hash, SNARE.hash])
    found = store.tags.directions(ids, model)
    assert found.ids.tolist() == ids
    mean = V[:2].sum(axis=0)
    np.testing.assert_allclose(found.vectors[0], mean / np.linalg.norm(mean), atol=1e-6)
    assert len(store.tags.directions([], model).ids) == 0


def test_sounds_come_in_the_order_asked_for(library: tuple[Store, ModelRow]) -> None:
    store, _ = library
    kick, snare = store.tags.ids([KICK.hash, SNARE.hash])
    assert [row.path for row in store.tags.sounds([snare, 999, kick])] == [
        b"/packs/one/snare.wav",
        b"/packs/one/kick.wav",
    ]
