"""Columns: what they hold, and that they never show two states of the library at once."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from cratedig.store.columns import AXES, ENVELOPE_STEPS, envelope_of
from cratedig.store.licences import PackLicence
from cratedig.store.measures import DESCRIPTORS
from cratedig.store.rows import Measured, ModelRow
from cratedig.store.store import Store
from tests.library import analysis, content, indexed, save, stored_library, unit_vectors

N_SOUNDS = 10


def picture(peak: int) -> bytes:
    return np.full((350, 4), peak, np.uint8).tobytes()


def add(store: Store, model: ModelRow, i: int, **measures: object) -> None:
    row = analysis(brightness=float(i), bpm=100.0 + i, onsets="[0.5]", **measures)
    file = indexed(f"/{'ab'[i % 2]}/{i:02}.wav", content(str(i), 1.0 + i), unit_vectors(2, i), pack=f"/{'ab'[i % 2]}")
    save(store, model, dataclasses.replace(file, measured=Measured(row, picture(i))))


@pytest.fixture
def library(tmp_path: Path) -> Iterator[tuple[Store, ModelRow]]:
    store, model = stored_library(tmp_path)
    for i in range(N_SOUNDS):
        add(store, model, i)
    with store.transaction():
        store.measures.rescale()
    with store:
        yield store, model


def test_rows_are_sounds_and_files_in_order(library: tuple[Store, ModelRow]) -> None:
    store, model = library
    columns = store.columns
    with columns.reading():
        assert columns.ids.tolist() == list(range(1, N_SOUNDS + 1))
        assert columns.number("brightness").tolist() == list(range(N_SOUNDS))
        assert columns.number("seconds").tolist() == [1.0 + i for i in range(N_SOUNDS)]
        assert columns.file_sounds.tolist() == list(range(N_SOUNDS))
        assert list(columns.text("name")) == [f"{i:02}.wav" for i in range(N_SOUNDS)]
        assert columns.path_order().tolist() == [0, 5, 1, 6, 2, 7, 3, 8, 4, 9]
        segments, sounds = columns.segments(model)
        assert (segments.tolist(), sounds.tolist()) == (list(range(1, 21)), [i // 2 for i in range(20)])
        assert columns.sounds_of(np.array([1, 20, 21, 999]), model).tolist() == [0, 9, -1, -1]
        assert columns.rows(np.array([3, 99, 1])).tolist() == [2, 0]
        assert columns.packs()[0] == columns.packs()[2] != columns.packs()[1]


def test_percents_are_places_in_the_library(library: tuple[Store, ModelRow]) -> None:
    store, _ = library
    with store.columns.reading():
        percents = store.columns.percents()
        assert percents.shape == (len(AXES), N_SOUNDS)
        expected = pytest.approx([100 * i / (N_SOUNDS - 1) for i in range(N_SOUNDS)], abs=0.01)
        assert percents[AXES.index("brightness")].tolist() == expected
        assert percents[AXES.index("seconds")].tolist() == expected
        raw = np.array([[4.5] + [0.0] * (len(DESCRIPTORS) - 1) + [999.0]])
        assert store.columns.percents_of(raw)[0, [0, -1]].tolist() == pytest.approx([50, 100])


def test_envelopes_come_from_pictures(library: tuple[Store, ModelRow]) -> None:
    store, _ = library
    with store.columns.reading():
        envelopes = store.columns.envelopes()
    assert envelopes.shape == (N_SOUNDS, ENVELOPE_STEPS)
    assert envelopes[:, 0].tolist() == pytest.approx([i / 255 for i in range(N_SOUNDS)])
    rising = np.zeros((350, 4), np.uint8)
    rising[:, 0] = np.arange(350) // 2
    assert (np.diff(envelope_of([rising.tobytes()])[0]) > 0).all()


def test_what_is_indexed_elsewhere_is_seen_by_the_next_reading(library: tuple[Store, ModelRow]) -> None:
    store, model = library
    with Store.open(store.paths.root) as other:
        with store.columns.reading():
            before = store.columns.revision
            assert len(store.columns.ids) == N_SOUNDS
            add(other, model, N_SOUNDS)
            assert len(store.columns.number("brightness")) == N_SOUNDS  # read after, of the state before
        with store.columns.reading():
            assert store.columns.revision != before
            assert len(store.columns.number("brightness")) == len(store.columns.ids) == N_SOUNDS + 1


def test_what_a_user_decides_keeps_what_was_read_of_the_library(library: tuple[Store, ModelRow]) -> None:
    store, _ = library
    one = content("3", 4.0).hash
    with store.columns.reading():
        measured, tempo = store.columns.number("bpm"), store.columns.tempo()
    store.user.set_tempo({one: 50.0})
    assert (store.user.tempo(one), store.user.tempo("nothing")) == (50.0, None)
    store.user.remember("dusty kick")
    with store.columns.reading():
        assert store.columns.number("bpm") is measured
        assert store.columns.tempo()[3] == 50.0
        changed = store.columns.tempo()
    store.user.remember("another line")
    with store.columns.reading():
        assert store.columns.tempo() is changed
    store.user.undo()
    with store.columns.reading():
        assert store.columns.tempo().tolist() == tempo.tolist()


def test_a_reading_inside_a_transaction_sees_it(library: tuple[Store, ModelRow]) -> None:
    store, _ = library
    with store.transaction():
        store.files.forget(b"/a")
        with store.columns.reading():
            assert len(store.columns.ids) == N_SOUNDS // 2


def test_the_strictest_licence_is_in_force_unless_the_user_says_otherwise(library: tuple[Store, ModelRow]) -> None:
    store, model = library
    save(store, model, indexed("/b/copy of 0.wav", content("0", 1.0), pack="/b"))
    with store.transaction():
        for pack, licence in ((b"/a", "cc0"), (b"/b", "nc")):
            store.licences.save(pack, PackLicence(licence=licence), "seen")  # type: ignore[arg-type]
    store.user.note_licence([content("1", 2.0).hash], "own")
    with store.columns.reading():
        assert store.columns.licences()[:4].tolist() == ["nc", "own", "cc0", "nc"]


def test_terms_are_those_proposed_or_judged(library: tuple[Store, ModelRow]) -> None:
    store, _ = library
    store.user.decide([(content("0", 1.0).hash, "mine")], "rejected")
    with store.columns.reading():
        assert store.columns.terms() == ["mine"]


def test_what_was_decided_about_others_is_carried_over(library: tuple[Store, ModelRow]) -> None:
    store, _ = library
    keeper, one, two = (content(str(i), 1.0 + i).hash for i in range(3))
    store.user.favour([one, two])
    store.user.decide([(one, "kick"), (two, "kick"), (two, "dusty")], "accepted")
    store.user.decide([(keeper, "dusty")], "rejected")
    store.user.collect("Night", [two])
    store.user.use([one], "Song")
    before = store.user.last_step()
    assert store.user.carry_over(keeper, [one, two], dry_run=True) == 4
    assert store.user.last_step() == before
    assert store.user.carry_over(keeper, [one, two], dry_run=False) == 4
    assert keeper in store.user.favourites()
    assert store.user.verdicts_on(keeper) == {"dusty": "rejected", "kick": "accepted"}
    assert keeper in store.user.in_collection("Night")
    assert store.user.carry_over(keeper, [one, two], dry_run=True) == 0
    store.user.undo()
    assert store.user.verdicts_on(keeper) == {"dusty": "rejected"}


def test_measures_of_one_sound(library: tuple[Store, ModelRow]) -> None:
    store, _ = library
    measured = store.measures.of(content("4", 5.0).hash)
    assert measured is not None
    assert (measured.analysis.brightness, measured.waveform) == (4.0, picture(4))
    assert store.measures.of("nothing") is None
    assert store.measures.tempi([content("4", 5.0).hash, "nothing"]) == {content("4", 5.0).hash: 104.0}
