"""Tags from what is stored: sources kept apart, conflicts shown, corrections heeded at once and never lost."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from cratedig.errors import VocabularyError
from cratedig.models import registry
from cratedig.models.fake import FakeModel
from cratedig.store.rows import Measured, ModelRow
from cratedig.store.store import Store
from cratedig.store.tags import TagRow
from cratedig.store.user import Verdict
from cratedig.tags.ear import ENOUGH
from cratedig.tags.head import Head, Trust
from cratedig.types import FloatArray
from indexer import tagging
from indexer.pipeline import IndexRequest, index
from indexer.proposals import FEWEST
from indexer.tagging import conflicts, library_vocabulary, tag
from tests.library import INFO, analysis, content, indexed, make_library, run_index, save, stored_library, write_tone

AXES = np.eye(INFO.dim, dtype=np.float32)
DEEP, BRIGHT = AXES[0], AXES[5]
FAKE = FakeModel()
STEPS: list[tuple[str, Verdict, int]] = [
    ("closed hat", "accepted", 6),
    ("kick", "rejected", 1),
    ("my thing", "accepted", ENOUGH),
    ("my thing", "rejected", 1),
    ("conga", "accepted", 1),
    ("dreamy", "accepted", ENOUGH),
    ("percussion", "accepted", 2),
    ("bright", "rejected", 1),
    ("drums", "accepted", 2),
    ("drums", "rejected", 1),
    ("keys", "accepted", 1),
]  # terms of the head, of the user alone, of a heard axis, of one that is not, families, a measured one


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Store, ModelRow]]:
    """An empty library, and a head for the fake model: deep is a kick, bright a closed hat, and brass is brass."""
    weights = np.zeros((3, INFO.dim + 1), dtype=np.float32)
    weights[[0, 1, 2], [0, 5, 6]] = 8
    trust = {axis: Trust(1.0, 0.0, 0.9, 0.8, {}) for axis in ("instrument", "family")}
    head = Head(("kick", "closed hat", "brass"), weights, trust)
    monkeypatch.setattr(tagging, "load_head", lambda name, _: head if name == "fake" else None)
    store, model = stored_library(tmp_path / "library")
    with store:
        yield store, model


def add(store: Store, model: ModelRow, path: str, *vectors: FloatArray, pack: str = "/packs/one") -> int:
    """A sound with these segments; its content id."""
    save(store, model, indexed(f"{pack}/{path}", content(path), vectors, pack))
    return store.tags.ids([content(path).hash])[0]


def retag(store: Store, *, again: bool = False) -> int:
    return tag(store, FAKE, library_vocabulary(store, None), again=again)


def rows(store: Store, content_id: int, source: str = "heard") -> dict[str, TagRow]:
    return {row.term: row for row in store.tags.of([content_id]).get(content_id, []) if row.source == source}


def in_force(store: Store, content_id: int) -> set[str]:
    return set(store.tags.in_force([content_id]).get(content_id, ()))


def test_what_is_heard_and_what_is_named_are_rows_of_their_own(library: tuple[Store, ModelRow]) -> None:
    store, model = library
    sound = add(store, model, "Kicks/dusty 01.wav", DEEP)
    assert retag(store) == 1
    assert rows(store, sound)["kick"].sure
    assert rows(store, sound, "path")["kick"].score == 0.8
    assert in_force(store, sound) == {"kick", "drums", "dusty"}


def test_only_new_sounds_are_tagged(library: tuple[Store, ModelRow]) -> None:
    store, model = library
    add(store, model, "a.wav", DEEP)
    assert retag(store) == 1
    assert retag(store) == 0
    assert retag(store, again=True) == 1
    with store.transaction():
        store.measures.save(1, Measured(analysis(), b""))
    assert retag(store) == 1


def test_a_name_never_overrides_what_is_surely_heard(library: tuple[Store, ModelRow]) -> None:
    store, model = library
    sound = add(store, model, "closed hat 01.wav", DEEP)
    retag(store)
    assert in_force(store, sound) == {"kick", "drums"}
    assert not rows(store, sound, "path")["closed hat"].sure
    (conflict,) = conflicts(store, library_vocabulary(store, None), store.tags.sounds([sound]))
    assert (conflict.axis, conflict.named, conflict.heard) == ("instrument", "closed hat", "kick")
    store.user.decide([(content("closed hat 01.wav").hash, "closed hat")], "accepted")
    assert [*conflicts(store, library_vocabulary(store, None), store.tags.sounds([sound]))] == []


def named_and_heard(store: Store, *sounds: int) -> list[tuple[str, str]]:
    found = conflicts(store, library_vocabulary(store, None), store.tags.sounds(sounds))
    return [(conflict.named, conflict.heard) for conflict in found]


@pytest.mark.parametrize(
    ("name", "listed"),
    [
        ("bass 5.wav", [("bass", "drums")]),
        ("keys.wav", [("keys", "drums")]),
        ("china 01.wav", [("china", "kick")]),
        ("brushes.wav", [("brush", "kick")]),
        ("floor tom 3.wav", [("floor tom", "kick")]),
        ("tuba.wav", [("tuba", "kick")]),
        ("Kick & Snare 0.wav", []),
        ("Kick Bass.wav", []),
        ("tuba & flute.wav", [("flute", "kick"), ("tuba", "kick")]),
    ],
)
def test_any_other_name_contradicts_what_is_surely_heard(
    library: tuple[Store, ModelRow], name: str, listed: list[tuple[str, str]]
) -> None:
    store, model = library
    sound = add(store, model, name, DEEP)
    retag(store)
    assert in_force(store, sound) == {"kick", "drums"}
    assert named_and_heard(store, sound) == listed


def test_an_instrument_contradicts_another_family_that_is_surely_heard(library: tuple[Store, ModelRow]) -> None:
    store, model = library
    sound = add(store, model, "violin.wav", AXES[6])
    retag(store)
    assert in_force(store, sound) == {"brass"}
    assert named_and_heard(store, sound) == [("strings", "brass")]


def test_a_name_for_a_kind_of_what_is_heard_is_no_conflict(library: tuple[Store, ModelRow]) -> None:
    store, model = library
    sound = add(store, model, "hat 03.wav", BRIGHT)
    retag(store)
    assert in_force(store, sound) == {"closed hat", "hi-hat", "drums"}
    assert named_and_heard(store, sound) == []


def test_a_pack_named_otherwise_is_doubted_and_not_listed(library: tuple[Store, ModelRow]) -> None:
    store, model = library
    ids = [add(store, model, f"{i}.wav", vector, pack="/packs/Thunder 2") for i, vector in enumerate((DEEP, AXES[3]))]
    retag(store)
    assert [in_force(store, i) for i in ids] == [{"kick", "drums"}, {"weather", "foley"}]
    assert named_and_heard(store, *ids) == []


def test_what_is_rejected_stands_in_no_names_way(library: tuple[Store, ModelRow]) -> None:
    store, model = library
    sound = add(store, model, "snare.wav", DEEP)
    retag(store)
    store.user.decide([(content("snare.wav").hash, "kick")], "rejected")
    retag(store)
    assert in_force(store, sound) == {"snare", "drums"}


@pytest.mark.parametrize(
    ("term", "state", "tags"),
    [
        ("drums", "accepted", {"kick", "drums"}),
        ("drums", "rejected", {"kick"}),
        ("bass", "rejected", {"kick", "drums"}),
        ("keys", "accepted", {"keys"}),
    ],
)
def test_a_verdict_on_a_family_settles_one_sound(
    library: tuple[Store, ModelRow], term: str, state: Verdict, tags: set[str]
) -> None:
    store, model = library
    sound, other = (add(store, model, name, DEEP) for name in ("a.wav", "b.wav"))
    retag(store)
    store.user.decide([(content("a.wav").hash, term)], state)
    retag(store)
    assert in_force(store, sound) == tags
    assert in_force(store, other) == {"kick", "drums"}


@pytest.mark.parametrize("state", ["accepted", "rejected"])
def test_what_was_heard_of_a_sound_stays_when_it_teaches(library: tuple[Store, ModelRow], state: Verdict) -> None:
    store, model = library
    near = np.asarray((DEEP + BRIGHT) / np.sqrt(2), dtype=np.float32)
    sound, other = (add(store, model, name, near) for name in ("a.wav", "b.wav"))
    retag(store)
    before = rows(store, sound)["kick"].score
    store.user.decide([(content("a.wav").hash, "kick")], state)
    assert retag(store) == 2
    assert rows(store, sound)["kick"].score == before
    assert rows(store, other)["kick"].score != before


def test_a_name_counts_where_nothing_is_surely_heard(library: tuple[Store, ModelRow]) -> None:
    store, model = library
    sound = add(store, model, "snare.wav", AXES[3])
    retag(store)
    assert in_force(store, sound) == {"snare", "drums"}


def test_a_name_that_contradicts_itself_is_unsure(library: tuple[Store, ModelRow]) -> None:
    store, model = library
    sound = add(store, model, "kick snare tuba.wav", AXES[3])
    retag(store)
    assert in_force(store, sound) == set()
    assert {"kick", "snare", "tuba"} <= rows(store, sound, "path").keys()


def test_a_sound_without_vectors_or_measures_has_what_its_name_says(library: tuple[Store, ModelRow]) -> None:
    store, model = library
    sound = add(store, model, "silent kick.wav")
    assert retag(store) == 1
    assert in_force(store, sound) == {"kick", "drums"}


def test_measured_terms_are_percentiles_of_the_library(library: tuple[Store, ModelRow]) -> None:
    store, model = library
    ids = [add(store, model, f"{i:02}.wav", AXES[3]) for i in range(FEWEST)]
    with store.transaction():
        for i, content_id in enumerate(ids):
            measured = analysis(brightness=100.0 * i, width=0.0, kind="loop", kind_confidence=i / FEWEST)
            store.measures.save(content_id, Measured(measured, b""))
        store.measures.rescale()
    retag(store)
    bright = [i for i in ids if "bright" in in_force(store, i)]
    assert bright == ids[-3:]
    assert [i for i in ids if "dark" in in_force(store, i)] == ids[:3]
    scores = [rows(store, i, "measured")["bright"].score for i in bright]
    assert scores == sorted(scores)
    assert scores[-1] == 1.0
    assert not any("wide" in in_force(store, i) for i in ids), "all are as wide"
    assert "loop" in in_force(store, ids[-1])
    assert not rows(store, ids[0], "measured")["loop"].sure


def test_a_handful_of_sounds_has_no_percentiles(library: tuple[Store, ModelRow]) -> None:
    store, model = library
    sound = add(store, model, "a.wav", AXES[3])
    with store.transaction():
        store.measures.save(sound, Measured(analysis(brightness=9.0), b""))
        store.measures.rescale()
    retag(store)
    assert rows(store, sound, "measured").keys() == {"one-shot"}


def test_accepting_one_instrument_leaves_no_other_in_force(library: tuple[Store, ModelRow]) -> None:
    store, model = library
    sound = add(store, model, "kick.wav", DEEP)
    retag(store)
    store.user.decide([(content("kick.wav").hash, "conga")], "accepted")
    assert retag(store) == 1
    assert "kick" not in in_force(store, sound)
    assert "conga" in in_force(store, sound)


def test_an_accepted_instrument_brings_its_family_in_place_of_what_was_heard(library: tuple[Store, ModelRow]) -> None:
    store, model = library
    sound = add(store, model, "kick.wav", DEEP)
    retag(store)
    store.user.decide([(content("kick.wav").hash, "conga")], "accepted")
    retag(store)
    assert in_force(store, sound) == {"conga", "percussion"}
    assert rows(store, sound, "user").keys() == {"conga", "percussion"}
    store.user.decide([(content("kick.wav").hash, "percussion")], "rejected")
    retag(store)
    assert in_force(store, sound) == {"conga"}


def proposals(store: Store) -> list[tuple[object, ...]]:
    sql = "SELECT content_id, term, source, round(score, 5), sure FROM proposal ORDER BY 1, 2, 3"
    return store._connection.execute(sql).fetchall()


@pytest.mark.parametrize("with_head", [True, False])
def test_a_verdict_changes_what_tagging_everything_again_would_change(
    library: tuple[Store, ModelRow], monkeypatch: pytest.MonkeyPatch, with_head: bool
) -> None:
    if not with_head:
        monkeypatch.setattr(tagging, "load_head", lambda *_: None)
    store, model = library
    rng = np.random.default_rng(0)
    for i in range(60):
        vector = AXES[i % 6] + 0.2 * rng.standard_normal(INFO.dim).astype(np.float32)
        add(store, model, f"{('kick', 'tom', 'x')[i % 3]} {i}.wav", vector / np.linalg.norm(vector))
    retag(store)
    tagged = 0
    for i, (term, state, n) in enumerate(STEPS):
        named = [f"{('kick', 'tom', 'x')[k % 3]} {k}.wav" for k in range(i % 6, 60, 6)[:n]]
        store.user.decide([(content(name).hash, term) for name in named], state)
        tagged += retag(store)
        cheap = proposals(store)
        assert retag(store, again=True) == 60
        assert proposals(store) == cheap, (term, state)
    assert 0 < tagged < 60 * len(STEPS) / 2 or not with_head
    for _ in STEPS:
        store.user.undo()
        retag(store)
        cheap = proposals(store)
        retag(store, again=True)
        assert proposals(store) == cheap


def test_corrections_teach_at_once_and_undo_takes_the_lesson_back(library: tuple[Store, ModelRow]) -> None:
    store, model = library
    names = [f"{i}.wav" for i in range(ENOUGH + 1)]
    ids = [add(store, model, name, AXES[3]) for name in names]
    retag(store)
    store.user.decide([(content(name).hash, "my thing") for name in names[:ENOUGH]], "accepted")
    assert retag(store) == len(names)
    assert in_force(store, ids[-1]) == {"my thing"}
    assert rows(store, ids[0]).get("my thing") is None, "an example is the user's, not heard"
    store.user.undo()
    retag(store)
    assert in_force(store, ids[-1]) == set()


def test_rejecting_what_is_heard_makes_it_less_likely_elsewhere(library: tuple[Store, ModelRow]) -> None:
    store, model = library
    near = np.asarray((DEEP + AXES[3]) / np.sqrt(2), dtype=np.float32)
    ids = [add(store, model, f"{i}.wav", near) for i in range(8)]
    retag(store)
    before = rows(store, ids[-1])["kick"].score
    store.user.decide([(content(f"{i}.wav").hash, "kick") for i in range(7)], "rejected")
    retag(store)
    after = rows(store, ids[-1]).get("kick")
    assert after is None or after.score < before


def test_verdicts_on_sounds_the_library_does_not_have_teach_nothing(library: tuple[Store, ModelRow]) -> None:
    store, model = library
    sound = add(store, model, "a.wav", DEEP)
    store.user.decide([("f" * 40, "kick"), ("e" * 40, "ghost term")], "accepted")
    retag(store)
    assert "kick" in in_force(store, sound)


def test_stopping_leaves_the_rest_for_the_next_run(
    library: tuple[Store, ModelRow], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, model = library
    monkeypatch.setattr(tagging, "SOUNDS_PER_BATCH", 1)
    for i in range(3):
        add(store, model, f"{i}.wav", DEEP)
    asked = iter([False, True])
    assert tag(store, FAKE, library_vocabulary(store, None), lambda: next(asked)) == 1
    assert retag(store) == 2


def test_a_model_of_another_library_tags_nothing(library: tuple[Store, ModelRow]) -> None:
    store, model = library
    add(store, model, "a.wav", DEEP)
    assert tag(store, registry.load("compact"), library_vocabulary(store, None)) == 0


def test_indexing_tags_and_verdicts_survive_rename_and_reindexing(tmp_path: Path) -> None:
    samples = tmp_path / "samples"
    first = write_tone(samples / "Pack" / "Kicks" / "01.wav", 80)
    with make_library(tmp_path / "library", samples) as store:
        (sound,) = store.tags.audible()
        assert {"kick", "drums"} <= in_force(store, sound)
        ((_, audio),) = store.files.present()
        store.user.decide([(audio.hash, "mine")], "accepted")
        store.user.decide([(audio.hash, "drums")], "rejected")
        moved = samples / "Pack" / "Vol 3" / "Misc" / "clap.wav"
        moved.parent.mkdir(parents=True)
        shutil.move(first, moved)
        run_index(store)
        assert {"clap", "mine"} <= in_force(store, sound)
        assert not {"kick", "drums"} & in_force(store, sound)
        with store.transaction():
            store.files.forget(bytes(samples))
        run_index(store, samples)
        (again,) = store.tags.audible()
        assert {"clap", "mine"} <= in_force(store, again)
        assert "drums" not in in_force(store, again)


def test_a_broken_vocabulary_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    write_tone(tmp_path / "samples" / "a.wav", 80)
    (tmp_path / "vocabularies").mkdir()
    (tmp_path / "vocabularies" / "mine.toml").write_text('axis = "own"\n[terms]\na = 1\n')
    request = IndexRequest([str(tmp_path / "samples")], "fake", vocabularies=tmp_path / "vocabularies")
    with Store.create_or_open(tmp_path / "library") as store:
        with pytest.raises(VocabularyError, match="line 3"):
            list(index(store, request, lambda: False))
        assert store.files.counts().files == 0


def test_a_term_of_the_users_vocabulary_is_read_from_names(tmp_path: Path) -> None:
    write_tone(tmp_path / "samples" / "cellar.wav", 80)
    (tmp_path / "vocabularies").mkdir()
    (tmp_path / "vocabularies" / "mine.toml").write_text('axis = "room"\n[terms]\ncellar = {}\n')
    request = IndexRequest([str(tmp_path / "samples")], "fake", vocabularies=tmp_path / "vocabularies")
    with Store.create_or_open(tmp_path / "library") as store:
        list(index(store, request, lambda: False))
        assert store.tags.counts()["cellar"] == 1
