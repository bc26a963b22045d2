"""Vocabularies: what ships is sound, users may say more, and a broken file is refused with its line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cratedig.errors import ConfigError, VocabularyError
from cratedig.store.measures import DESCRIPTORS
from cratedig.tags.vocabulary import OWN, Vocabulary, as_term, read_vocabulary

BROKEN = {
    "not TOML": ('axis = "own"\n[terms\n', 2, "is not TOML"),
    "no axis": ("[terms]\nboom = {}\n", 1, "names no axis"),
    "flag": ('axis = "own"\nexclusive = "yes"\n', 2, "true or false for exclusive"),
    "unknown key": ('axis = "own"\nterm = 1\n', 2, "has 'term'"),
    "terms": ('axis = "own"\nterms = 3\n', 2, "takes a table [terms]"),
    "no table": ('axis = "own"\n[terms]\nboom = 3\n', 3, "takes boom = { ... }"),
    "unknown field": ('axis = "own"\n[terms]\n\nboom = { nams = ["x"] }\n', 4, "has 'nams' for boom"),
    "names": ('axis = "own"\n[terms]\nboom = { names = "x" }\n', 3, "a list of words as names of boom"),
    "empty name": ('axis = "own"\n[terms]\nboom = { names = [" "] }\n', 3, "a list of words as names of boom"),
    "weak": ('axis = "own"\n[terms]\nboom = { weak = 1 }\n', 3, "true or false for weak"),
    "family": ('axis = "own"\n[terms]\nboom = { family = ["fx"] }\n', 3, "one word as the family"),
    "unknown family": ('axis = "own"\n[terms]\nbang = {}\nboom = { family = "fxx" }\n', 4, "a family for boom"),
    "family of another axis": ('axis = "own"\n[terms]\nboom = { family = "kick" }\n', 3, "that there is not: kick"),
    "descriptor": ('axis = "own"\n[terms]\nboom = { measured = { loud = [0, 9] } }\n', 3, "measures boom by 'loud'"),
    "percentiles": (
        'axis = "own"\n[terms]\nboom = { measured = { punch = [9, 0] } }\n',
        3,
        "two percentiles for punch",
    ),
    "range": ('axis = "own"\n[terms]\nboom = { measured = { punch = [0, 101] } }\n', 3, "two percentiles for punch"),
    "truth": ('axis = "own"\n[terms]\nboom = { measured = { punch = [true, 9] } }\n', 3, "two percentiles"),
    "kind": ('axis = "own"\n[terms]\nboom = { measured = { kind = "hit" } }\n', 3, "none of one-shot, loop, texture"),
    "rule": ('axis = "own"\n[terms]\nboom = { measured = 9 }\n', 3, "takes a rule"),
    "twice": (
        'axis = "own"\n[terms]\nboom = {}\nbang = { names = ["Boom"] }\n',
        4,
        "has 'boom' for both boom and bang",
    ),
    "term": ('axis = "own"\n[terms]\n"a:b" = {}\n', 3, "a term that cannot be one"),
    "axis": ('axis = "a:b"\n', 1, "an axis that cannot be one"),
    "never closed": ('axis = "own"\n[terms]\nboom = { names = ["x",\n"y"\n\n', 4, "is not TOML"),
    "text never closed": ('axis = "own"\n\n[terms]\nboom = { names = ["x', 4, "is not TOML"),
    "in a table": ('axis = "own"\n[terms.boom]\nnames = ["x"]\nweak = 1\n', 4, "true or false for weak"),
    "in a table of its own": (
        'axis = "own"\n[terms."Big  Boom".measured]\npunch = [0, 9]\nloud = [0, 9]\n',
        4,
        "measures Big  Boom by 'loud'",
    ),
    "in a dotted key": ('axis = "own"\n[terms]\nbang.weak = true\nboom.weak = 1\n', 4, "true or false for weak"),
    "like another key": ('axis = "own"\n[terms.bang]\nnames = ["x"]\n[terms]\nnames = 3\n', 5, "takes names = "),
    "a family taken away": ('axis = "mood"\n[terms]\nsad = {}\ndrums = {}\n', 4, "has drums, which is a family"),
    "exclusive of a shipped axis": ('axis = "mood"\nexclusive = true\n', 2, "cannot change exclusive of mood"),
    "heard of a shipped axis": ('axis = "family"\nheard = false\n', 2, "cannot change heard of family"),
    "long": (f'axis = "own"\n[terms]\n{"a" * 61} = {{}}\n', 3, "a term that cannot be one"),
}


@pytest.fixture(scope="module")
def shipped() -> Vocabulary:
    return read_vocabulary(None, DESCRIPTORS)


def own(folder: Path, text: str, name: str = "mine.toml") -> Vocabulary:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return read_vocabulary(folder, DESCRIPTORS)


def test_the_shipped_axes(shipped: Vocabulary) -> None:
    axes = ["form", "family", "instrument", "envelope", "timbre", "processing", "mood", "genre"]
    assert list(shipped.axes) == axes
    assert [axis for axis in axes if shipped.exclusive(axis)] == ["form", "family", "instrument"]
    assert {term.axis for term in shipped.terms.values()} == {*axes}


@pytest.mark.parametrize(
    ("one", "other", "agree"),
    [
        ("tom", "tom", True),
        ("floor tom", "tom", True),
        ("hi-hat", "closed hat", True),
        ("drone", "texture", True),
        ("floor tom", "rack tom", False),
        ("open hat", "closed hat", False),
        ("synth string", "strings", False),
        ("bell synth", "bell", False),
        ("bass", "drums", False),
    ],
)
def test_terms_agree_where_one_is_a_kind_of_the_other(shipped: Vocabulary, one: str, other: str, agree: bool) -> None:
    assert shipped.agree(one, other) is agree
    assert shipped.agree(other, one) is agree


def test_every_shipped_instrument_is_heard_and_every_envelope_rule_is_measured(shipped: Vocabulary) -> None:
    assert not any(term.measured for term in shipped.terms.values() if term.axis == "instrument")
    assert shipped.terms["bright"].ranges == {"brightness": (88.0, 100.0)}
    assert shipped.terms["loop"].kind == "loop"


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("kick", "kick"),
        ("Bass  Drum", "kick"),
        ("synth pad", "pad"),
        ("winds", "woodwind"),
        ("lo fi", "lo-fi"),
        ("BD", "kick"),
        ("One Shot", "one-shot"),
        ("bass-drum", "kick"),
    ],
)
def test_a_term_is_found_by_its_names_and_abbreviations(shipped: Vocabulary, text: str, term: str) -> None:
    found = shipped.find(text)
    assert found is not None
    assert found.name == term


def test_no_abbreviation_takes_the_place_of_a_name(shipped: Vocabulary) -> None:
    assert all(shipped.find(name) is term for term in shipped.terms.values() for name in (term.name, *term.names))


def test_a_user_adds_terms_to_a_shipped_axis(tmp_path: Path) -> None:
    vocabulary = own(tmp_path / "v", 'axis = "instrument"\n[terms]\nwaterphone = { family = "percussion" }\n')
    assert vocabulary.axis_of("waterphone") == "instrument"
    assert vocabulary.exclusive("instrument")
    assert "kick" in vocabulary.terms


def test_a_user_adds_an_axis_and_says_a_term_anew(tmp_path: Path) -> None:
    text = 'axis = "room"\nexclusive = true\n[terms]\ncellar = { names = ["basement"] }\nglass = {}\n'
    vocabulary = own(tmp_path / "v", text)
    assert vocabulary.exclusive("room")
    assert vocabulary.axis_of("glass") == "room"
    found = vocabulary.find("basement")
    assert found is not None
    assert found.name == "cellar"


def test_no_folder_is_no_error(tmp_path: Path, shipped: Vocabulary) -> None:
    assert read_vocabulary(tmp_path / "none", DESCRIPTORS).fingerprint == shipped.fingerprint


def test_any_change_changes_the_fingerprint(tmp_path: Path, shipped: Vocabulary) -> None:
    assert own(tmp_path / "v", 'axis = "mood"\n[terms]\nwistful = {}\n').fingerprint != shipped.fingerprint
    assert shipped.with_own(["my thing"]).fingerprint != shipped.fingerprint


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_file_is_refused_with_its_line(tmp_path: Path, case: str) -> None:
    text, line, says = BROKEN[case]
    with pytest.raises(VocabularyError) as caught:
        own(tmp_path / "v", text)
    assert str(tmp_path / "v" / "mine.toml") in caught.value.message
    assert f"line {line}:" in caught.value.message
    assert says in caught.value.message
    assert isinstance(caught.value, ConfigError)


@pytest.mark.parametrize(("data", "line"), [(b"axis = 'own'\n\n# caf\xe9\n", 3), ("axis = 'own'".encode("utf-16"), 1)])
def test_bytes_that_are_no_text_are_refused(tmp_path: Path, data: bytes, line: int) -> None:
    (tmp_path / "bad.toml").write_bytes(data)
    with pytest.raises(VocabularyError, match=rf"bad\.toml, line {line}: it is not text in UTF-8") as caught:
        read_vocabulary(tmp_path, DESCRIPTORS)
    assert caught.value.hint


def test_a_folder_in_place_of_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").mkdir()
    with pytest.raises(VocabularyError, match=r"bad\.toml cannot be read"):
        read_vocabulary(tmp_path, DESCRIPTORS)


def test_what_notepad_writes_is_read(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_bytes('axis = "mood"\r\n[terms]\r\nwistful = {}\r\n'.encode("utf-8-sig"))
    assert read_vocabulary(tmp_path, DESCRIPTORS).axis_of("wistful") == "mood"


def test_a_second_file_of_an_axis_need_not_say_it_again_but_may(tmp_path: Path) -> None:
    own(tmp_path / "v", 'axis = "room"\nexclusive = true\n[terms]\ncellar = {}\n', "a.toml")
    own(tmp_path / "v", 'axis = "room"\n[terms]\nattic = {}\n', "b.toml")
    vocabulary = own(tmp_path / "v", 'axis = "room"\nexclusive = true\n[terms]\nhall = {}\n', "c.toml")
    assert vocabulary.exclusive("room")
    assert {term.name for term in vocabulary.terms.values() if term.axis == "room"} == {"cellar", "attic", "hall"}


def test_terms_of_ones_own_have_an_axis_of_their_own(shipped: Vocabulary) -> None:
    vocabulary = shipped.with_own(["kick", "my thing"])
    assert vocabulary.axis_of("my thing") == OWN
    assert vocabulary.axis_of("kick") == "instrument"
    assert not vocabulary.exclusive(OWN)


@given(st.text())
def test_a_term_is_spelled_one_way_or_refused(text: str) -> None:
    try:
        name = as_term(text)
    except VocabularyError:
        return
    assert as_term(name) == name
    assert name.isprintable()
    assert not set(name) & set('":,')
