"""What packs say, kept and asked for again."""

from __future__ import annotations

from pathlib import Path

import pytest

from cratedig.store.licences import CONDITIONS, Evidence, PackLicence
from cratedig.store.store import Store
from tests.library import content, indexed, save, stored_library

SAID = PackLicence(
    "nc",
    "CC-BY-NC-4.0",
    "Dust",
    "Warm Records",
    frozenset({"credit_needed", "non_commercial"}),
    (Evidence("/packs/one/caf\udce9.txt", "00ff", "nc", ("Not for sale.", "Credit us.")),),
)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Two sounds, one of them in two packs."""
    store, model = stored_library(tmp_path)
    both, one = content("both"), content("one")
    save(store, model, indexed("/packs/one/a.wav", both), indexed("/packs/two/a.wav", both, pack="/packs/two"))
    save(store, model, indexed("/packs/one/b.wav", one))
    return store


def put(store: Store, pack: bytes, licence: PackLicence) -> None:
    with store.transaction():
        store.licences.save(pack, licence, "seen")


def test_there_and_back(store: Store) -> None:
    put(store, b"/packs/one", SAID)
    assert store.licences.of_packs() == {b"/packs/one": SAID}
    assert store.licences.seen() == {b"/packs/one": "seen", b"/packs/two": None}


def test_saving_again_replaces(store: Store) -> None:
    put(store, b"/packs/one", SAID)
    put(store, b"/packs/one", PackLicence())
    assert store.licences.of_packs() == {b"/packs/one": PackLicence()}


def test_a_pack_that_is_not_known_is_not_stored(store: Store) -> None:
    put(store, b"/packs/three", SAID)
    assert store.licences.of_packs() == {}


def test_a_pack_takes_its_licence_with_it(store: Store) -> None:
    put(store, b"/packs/one", SAID)
    with store.transaction():
        store.files.forget(b"/packs/one")
    assert store.licences.of_packs() == {}
    assert store.problems() == []


def test_unknown_does_not_hide_what_another_pack_states(store: Store) -> None:
    put(store, b"/packs/one", PackLicence("cc0"))
    rights = store.licences.of([content("both").hash, "not a hash"])
    assert set(rights) == {content("both").hash}
    assert rights[content("both").hash].licence == "cc0"
    assert not rights[content("both").hash].contradictory


def test_only_present_files_count(store: Store) -> None:
    put(store, b"/packs/one", SAID)
    put(store, b"/packs/two", PackLicence("cc0"))
    missing = [row.id for row in store.files.under(b"/packs/one/a.wav")]
    with store.transaction():
        store.files.mark_missing(missing)
    assert store.licences.of([content("both").hash])[content("both").hash].licence == "cc0"


def test_every_condition_is_kept(store: Store) -> None:
    for condition in CONDITIONS:
        put(store, b"/packs/one", PackLicence(conditions=frozenset({condition})))
        assert store.licences.of_packs()[b"/packs/one"].conditions == {condition}


def test_the_first_files_of_a_pack(store: Store) -> None:
    assert store.licences.files(b"/packs/one", 1) == ["/packs/one/a.wav"]
    assert store.licences.files(b"/packs/one", 9) == ["/packs/one/a.wav", "/packs/one/b.wav"]


def test_a_note_stands_in_place_of_all_that_packs_say(store: Store) -> None:
    put(store, b"/packs/one", SAID)
    one = content("one").hash
    assert store.licences.of([one])[one].conditions == {"credit_needed", "non_commercial"}
    store.user.note_licence([one], "cc-by")
    rights = store.licences.of([one])[one]
    assert (rights.licence, rights.noted) == ("cc-by", True)
    assert rights.conditions == {"credit_needed"}
    store.user.note_licence([one], "own")
    assert store.licences.of([one])[one].conditions == frozenset()
