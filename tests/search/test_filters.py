"""Filters against a plain scan over everything that was put into a library."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.vendor.pretty import RepresentationPrinter

from cratedig.analysis.key import NAMES, camelot
from cratedig.store.licences import LICENCES
from cratedig.store.rows import Measured
from cratedig.store.store import Store
from cratedig.store.tags import Proposal
from search.filters import FILTERS, SLIDERS, neighbours
from search.line import EXACT, Term
from search.select import select
from tests.library import analysis, content, indexed, save, stored_library, unit_vectors

N_SOUNDS = 120
PACKS = ("Dusty Drums", "100% House", "drum_kit", "Caf\N{LATIN SMALL LETTER E WITH ACUTE}")
WORDS = ("Dusty", "Kick", "snare", "808", "Take", "LOUD")
TERMS = ("kick", "closed hat", "dusty")
PICTURE = bytes(1400)


@dataclass
class Known:
    """One sound as it was put in; `files` are path, pack and whether it is there."""

    name: str
    seconds: float
    files: list[tuple[str, str, bool]]
    kind: str
    bpm: float | None
    set_bpm: float | None
    key: str | None
    root_midi: int | None
    raw: dict[str, float]
    tags: dict[str, bool]  # by term, whether it is in force
    favourite: bool
    collections: list[str]
    projects: list[str]
    licence: str

    @property
    def tempo(self) -> float | None:
        return self.set_bpm or self.bpm

    @property
    def present(self) -> list[tuple[str, str]]:
        return [(path, pack) for path, pack, present in self.files if present]


def make(i: int, rng: np.random.Generator) -> Known:
    name = "_".join(rng.choice(WORDS, size=rng.integers(1, 4)))
    packs = rng.choice(PACKS, size=rng.integers(1, 3), replace=False)
    return Known(
        str(i),
        float(rng.choice([0.25, 0.5, 1.0, 2.0, 60.0])),
        [(f"/{pack}/Hits/{name} {i}.wav", str(pack), bool(rng.random() > 0.15)) for pack in packs],
        str(rng.choice(["one-shot", "loop", "texture"])),
        float(rng.choice([60, 85, 119.5, 120, 120.5, 170])) if rng.random() < 0.7 else None,
        float(rng.choice([60, 87.5])) if rng.random() < 0.2 else None,
        str(rng.choice(NAMES)) if rng.random() < 0.7 else None,
        int(rng.integers(24, 60)) if rng.random() < 0.7 else None,
        {column: float(rng.integers(0, 40)) for column in SLIDERS.values()},
        {term: bool(rng.random() < 0.5) for term in rng.choice(TERMS, size=2, replace=False)},
        bool(rng.random() < 0.3),
        [str(c) for c in rng.choice(["Night", "B sides"], size=rng.integers(0, 3), replace=False)],
        [str(p) for p in rng.choice(["Song One", "yes we can"], size=rng.integers(0, 3), replace=False)],
        str(rng.choice(LICENCES)),
    )


class Sounds(list[Known]):
    """Too many to be printed with a failing example."""

    def _repr_pretty_(self, printer: RepresentationPrinter, cycle: bool) -> None:  # noqa: ARG002
        printer.text("known")


@pytest.fixture(scope="module")
def known() -> list[Known]:
    rng = np.random.default_rng(3)
    return Sounds(make(i, rng) for i in range(N_SOUNDS))


@pytest.fixture(scope="module")
def store(known: list[Known], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store, model = stored_library(tmp_path_factory.mktemp("library"))
    for sound in known:
        one = content(sound.name, sound.seconds)
        row = analysis(kind=sound.kind, bpm=sound.bpm, key=sound.key, root_midi=sound.root_midi, **sound.raw)
        for path, pack, _ in sound.files:
            file = indexed(path, one, unit_vectors(1, int(sound.name)), pack=f"/{pack}")
            save(store, model, dataclasses.replace(file, measured=Measured(row, PICTURE)))
    gone = [path.encode() for sound in known for path, _, present in sound.files if not present]
    with store.transaction():
        store.files.mark_missing([row.id for row in store.files.known(gone).values()])
        store.measures.rescale()
        for i, sound in enumerate(known, start=1):
            # Every way to have a tag, and every way to have it no more.
            proposals = [Proposal(i, t, "heard", 0.9, sure=(i + int(on)) % 2 == 0) for t, on in sound.tags.items()]
            store.tags.replace([i], proposals, "test")
    for i, sound in enumerate(known, start=1):
        decide(store, i, sound)
    with store:
        yield store


def decide(store: Store, i: int, sound: Known) -> None:
    one = content(sound.name, sound.seconds).hash
    for term, on in sound.tags.items():
        proposed = (i + int(on)) % 2 == 0
        if proposed != on:
            store.user.decide([(one, term)], "accepted" if on else "rejected")
    if sound.set_bpm:
        store.user.set_tempo({one: sound.set_bpm})
    if sound.favourite:
        store.user.favour([one])
    for collection in sound.collections:
        store.user.collect(collection, [one])
    for project in sound.projects:
        store.user.use([one], project)
    if sound.licence != "unknown":
        store.user.note_licence([one], sound.licence)


def shown(store: Store, *groups: tuple[Term, ...]) -> dict[int, str]:
    """Path of the file to show by number of the sound."""
    columns = store.columns
    with columns.reading():
        selection = select(groups, columns)
        names = {content_id - 1: row for row, content_id in enumerate(columns.ids.tolist())}
        found = {}
        for number, row in names.items():
            if selection.sounds[row]:
                file = -1 if selection.files is None else int(columns.file_ids[selection.files[row]])
                found[number] = file
    paths = {row.id: row.stamp.text for row, _ in store.files.present()}
    return {number: paths.get(file, "") for number, file in found.items()}


def scan(known: list[Known], keep: Callable[[Known, str, str], bool]) -> set[int]:
    """Numbers of the sounds with a present file, given as path and pack, that meets a condition."""
    return {i for i, sound in enumerate(known) if any(keep(sound, path, pack) for path, pack in sound.present)}


def found(store: Store, name: str, value: str, *, negated: bool = False) -> set[int]:
    return set(shown(store, (Term(name, value, negated),)))


BOUNDS = st.sampled_from([0.0, 0.25, 0.5, 1.0, 2.0, 60.0, 85.0, 119.5, 120.0, 120.5, 170.0])
Ranges = st.one_of(
    st.tuples(st.just("<"), BOUNDS, BOUNDS),
    st.tuples(st.just(">"), BOUNDS, BOUNDS),
    st.tuples(st.sampled_from(["..", "..b", "a.."]), BOUNDS, BOUNDS),
)


def written(form: str, low: float, high: float) -> str:
    low, high = min(low, high), max(low, high)
    return {"<": f"<{high}", ">": f">{low}", "..": f"{low}..{high}", "..b": f"..{high}", "a..": f"{low}.."}[form]


def holds(form: str, low: float, high: float, value: float | None) -> bool:
    low, high = min(low, high), max(low, high)
    if value is None:
        return False
    return {
        "<": value < high, ">": value > low, "..": low <= value <= high, "..b": value <= high, "a..": value >= low,
    }[form]  # fmt: skip


@given(Ranges)
def test_length(known: list[Known], store: Store, wanted: tuple[str, float, float]) -> None:
    assert found(store, "len", written(*wanted)) == scan(known, lambda s, *_: holds(*wanted, s.seconds))


@given(Ranges, st.booleans())
def test_tempo(known: list[Known], store: Store, wanted: tuple[str, float, float], octaves: bool) -> None:
    value = ("~" if octaves else "") + written(*wanted)
    factors = (0.5, 1, 2) if octaves else (1,)
    expected = scan(known, lambda s, *_: any(holds(*wanted, s.tempo and s.tempo * factor) for factor in factors))
    assert found(store, "bpm", value) == expected
    assert found(store, "bpm", value, negated=True) == scan(known, lambda *_: True) - expected


@given(st.sampled_from([60.0, 85.0, 87.5, 120.0]))
def test_a_single_tempo_has_half_a_beat_around(known: list[Known], store: Store, bpm: float) -> None:
    assert found(store, "bpm", f"{bpm:g}") == scan(
        known, lambda s, *_: s.tempo is not None and abs(s.tempo - bpm) <= 0.5
    )


@given(st.sampled_from(NAMES), st.sampled_from(["", "~"]), st.booleans())
def test_key(known: list[Known], store: Store, key: str, near: str, wheel: bool) -> None:
    keys = neighbours(key) if near else [key]
    assert len(keys) == (4 if near else 1)
    value = near + (camelot(key) if wheel else key)
    assert found(store, "key", value) == scan(known, lambda s, *_: s.key in keys)


@given(st.integers(24, 60))
def test_note(known: list[Known], store: Store, midi: int) -> None:
    name = NAMES[midi % 12]
    assert found(store, "note", f"{name}{midi // 12 - 1}") == scan(known, lambda s, *_: s.root_midi == midi)
    expected = scan(known, lambda s, *_: s.root_midi is not None and s.root_midi % 12 == midi % 12)
    assert found(store, "note", name) == expected


@given(st.sampled_from(sorted(SLIDERS)), st.integers(0, 100), st.integers(0, 100), st.sampled_from(["..", "<", ">"]))
def test_sliders_are_percents_of_the_library(
    known: list[Known], store: Store, name: str, a: int, b: int, form: str
) -> None:
    column = SLIDERS[name]
    low, high = sorted((a, b))
    bounds = np.percentile([s.raw[column] for s in known if s.present], [low, high])
    expected = scan(known, lambda s, *_: holds(form, float(bounds[0]), float(bounds[1]), s.raw[column]))
    assert found(store, name, written(form, low, high)) == expected


@given(st.sampled_from(["dusty", "KICK", "808", "_", "%", "e", "nothing", "caf\N{LATIN SMALL LETTER E WITH ACUTE}"]))
def test_text_in_names_packs_and_paths(known: list[Known], store: Store, text: str) -> None:
    wanted = text.lower()
    assert found(store, "name", text) == scan(known, lambda _, path, __: wanted in path.rpartition("/")[2].lower())
    assert found(store, "pack", text) == scan(known, lambda _, __, pack: wanted in pack.lower())
    assert found(store, "path", text) == scan(known, lambda _, path, __: wanted in path.lower())
    assert found(store, "pack", text, negated=True) == scan(known, lambda _, __, pack: wanted not in pack.lower())


@given(st.lists(st.sampled_from(["dusty", "Kick", "snare", "808", "hits", "drums"]), min_size=1, max_size=2))
def test_exact_words_stand_in_a_row(known: list[Known], store: Store, words: list[str]) -> None:
    def said(path: str) -> str:
        return f" {path.removesuffix('.wav').replace('/', ' ').replace('_', ' ').lower()} "

    phrase = " ".join(words)
    assert found(store, EXACT, phrase) == scan(known, lambda _, path, __: f" {phrase.lower()} " in said(path))


@given(st.sampled_from(["one-shot", "loop", "texture", "LOOP"]))
def test_kind(known: list[Known], store: Store, kind: str) -> None:
    assert found(store, "kind", kind) == scan(known, lambda s, *_: s.kind == kind.lower())


@given(st.sampled_from([*TERMS, "Closed  HAT", "nothing"]))
def test_tag(known: list[Known], store: Store, term: str) -> None:
    wanted = " ".join(term.lower().split())
    assert found(store, "tag", term) == scan(known, lambda s, *_: s.tags.get(wanted, False))


@pytest.mark.parametrize(("typed", "term"), [("Bass Drum", "kick"), ("bd", "kick"), ("chh", "closed hat")])
def test_a_tag_by_another_name(known: list[Known], store: Store, typed: str, term: str) -> None:
    assert found(store, "tag", typed) == scan(known, lambda s, *_: s.tags.get(term, False))


def test_what_the_user_keeps(known: list[Known], store: Store) -> None:
    assert found(store, "fav", "yes") == scan(known, lambda s, *_: s.favourite)
    assert found(store, "fav", "No") == scan(known, lambda s, *_: not s.favourite)
    assert found(store, "in", "night") == scan(known, lambda s, *_: "Night" in s.collections)
    assert found(store, "used", "yes") == scan(known, lambda s, *_: bool(s.projects))
    assert found(store, "used", "no") == scan(known, lambda s, *_: not s.projects)
    assert found(store, "used", "song one") == scan(known, lambda s, *_: "Song One" in s.projects)
    for licence in LICENCES:
        assert found(store, "licence", licence) == scan(known, lambda s, *_, licence=licence: s.licence == licence)


def test_copies_and_days(known: list[Known], store: Store) -> None:
    assert found(store, "dup", "yes") == scan(known, lambda s, *_: len(s.present) > 1)
    assert found(store, "dup", "no") == scan(known, lambda s, *_: len(s.present) == 1)
    assert found(store, "added", "1d") == scan(known, lambda *_: True)
    assert found(store, "added", "9999y", negated=True) == set()


TERM = st.builds(
    lambda pair, negated: Term(pair[0], pair[1], negated),
    st.sampled_from(
        [("pack", "drum"), ("pack", "house"), ("name", "kick"), ("kind", "loop"), ("fav", "yes"), ("len", "<1")]
    ),
    st.booleans(),
)  # fmt: skip


def meets(term: Term, sound: Known, path: str, pack: str) -> bool:
    met = {
        "pack": term.value in pack.lower(),
        "name": term.value in path.rpartition("/")[2].lower(),
        "kind": sound.kind == "loop",
        "fav": sound.favourite,
        "len": sound.seconds < 1,
    }[term.name]
    return met != term.negated


@given(st.lists(st.lists(TERM, min_size=1, max_size=3), max_size=4))
@settings(max_examples=200)
def test_one_file_meets_one_of_each_group(known: list[Known], store: Store, groups: list[list[Term]]) -> None:
    expected = {}
    for i, sound in enumerate(known):
        passing = [
            path
            for path, pack in sound.present
            if all(any(meets(term, sound, path, pack) for term in group) for group in groups)
        ]
        if passing:
            expected[i] = passing[0]
    got = shown(store, *map(tuple, groups))
    assert set(got) == set(expected)
    assert all(path in {"", expected[i]} for i, path in got.items())


def test_changes_are_seen_at_once(known: list[Known], store: Store) -> None:
    first = next(i for i, sound in enumerate(known) if sound.present and not sound.favourite)
    one = content(known[first].name, known[first].seconds).hash
    before = found(store, "fav", "yes")
    store.user.favour([one])
    assert found(store, "fav", "yes") == {*before, first}
    store.user.undo()
    assert found(store, "fav", "yes") == before
    with Store.open(store.paths.root) as other:
        other.user.set_tempo({one: 33.0})
    assert found(store, "bpm", "33") == {first}
    store.user.undo()
    assert found(store, "bpm", "33") == set()


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("len", ["", "2", "<", ">", "..", "<two", "2..0.5", "nan..2", "<nan", ">nan", "<-1", "1...2", "<1,5"]),
        ("bpm", ["fast", "~", "120bpm"]),
        ("key", ["H", "13A", "~", ""]),
        ("kind", ["drum", ""]),
        ("note", ["F#b", "H1", "F10"]),
        ("bright", ["70", ">101", "0..101", "nan.."]),
        ("added", ["week", "7", "99999d"]),
        ("dup", ["maybe"]),
        ("fav", ["1"]),
        ("licence", ["mine"]),
        ("name", [""]),
        ("tag", [" ", "a,b"]),
        ("in", [""]),
        (EXACT, [" "]),
    ],
)
def test_values_that_mean_nothing_are_refused(name: str, values: list[str]) -> None:
    for value in values:
        with pytest.raises(ValueError):  # noqa: PT011  (the reader of lines says what is wrong)
            FILTERS[name].parse(value)


@given(st.sampled_from(sorted(FILTERS)), st.binary().map(os.fsdecode))  # what a terminal hands over
@example("pack", "\0")
@example("pack", "\ud800")
@example("tag", "\ud800")
@example("len", "<" + "9" * 400)
@example("exact", '"')
@example("exact", "a* OR b NEAR/2")
def test_any_text_is_a_filter_or_a_message(store: Store, name: str, value: str) -> None:
    try:
        test = FILTERS[name].parse(value)
    except ValueError:
        return
    with store.columns.reading():
        rows = store.columns.ids if FILTERS[name].tests == "sounds" else store.columns.file_ids
        assert test(store.columns).shape == rows.shape


def test_a_library_without_sounds(tmp_path: Path) -> None:
    empty, _ = stored_library(tmp_path)
    with empty:
        for name, one in FILTERS.items():
            value = one.example.strip('"')
            assert shown(empty, (Term(name, value),)) == {}
