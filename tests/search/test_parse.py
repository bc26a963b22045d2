"""From what a user typed to a line: any text is a line or a message, and a printed line reads as the same."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from cratedig.errors import QueryError
from search.filters import FILTERS
from search.line import EXACT, FIELDS, ParsedLine, Term
from search.parse import ASPECTS, CONTENT_ID, parse_line, parse_reference
from tests.library import write_tone

HOSTILE = ("\0", "a\0.wav", "~", "~nobody-of-that-name/a", "x" * 100_000, "/" * 5000, "\ud800", "*.wav", "\n", "-k")


def words(*phrases: str) -> ParsedLine:
    return ParsedLine(phrases=phrases)


@pytest.mark.parametrize(
    "text", ["dusty kick", "kick.wav", "808", "abcdef", "?", "kick/snare", "lo-fi", "this or that"]
)
def test_words_are_words(text: str) -> None:
    assert parse_line(text) == words(text)


def test_space_around_words_is_nothing() -> None:
    assert parse_line("  dusty kick\n") == words("dusty kick")


@pytest.mark.parametrize(
    ("line", "parsed"),
    [
        ("dusty kick len:<1", ParsedLine(("dusty kick",), filters=((Term("len", "<1"),),))),
        ("len:<1 dusty  kick", ParsedLine(("dusty kick",), filters=((Term("len", "<1"),),))),
        ("KIND:Loop bass", ParsedLine(("bass",), filters=((Term("kind", "Loop"),),))),
        ("kind:loop", ParsedLine(filters=((Term("kind", "loop"),),))),
        ('pack:"Tape Vol 1" in:a', ParsedLine(filters=((Term("pack", "Tape Vol 1"),), (Term("in", "a"),)))),
        ('pack:"a ""b"""', ParsedLine(filters=((Term("pack", 'a "b"'),),))),
        ("tag:kick tag:dusty", ParsedLine(filters=((Term("tag", "kick"),), (Term("tag", "dusty"),)))),
        ("-tag:kick pad", ParsedLine(("pad",), filters=((Term("tag", "kick", negated=True),),))),
        ("bpm:120 -bpm:120", ParsedLine(filters=((Term("bpm", "120"),), (Term("bpm", "120", negated=True),)))),
        ('"Dusty Kick" -"take 2"', ParsedLine(filters=((Term(EXACT, "Dusty Kick"),), (Term(EXACT, "take 2", True),)))),
        ("len:<1 OR kind:loop pad", ParsedLine(("pad",), filters=((Term("len", "<1"), Term("kind", "loop")),))),
        ("bpm:90 OR -len:<1", ParsedLine(filters=((Term("bpm", "90"), Term("len", "<1", negated=True)),))),
        ("dusty kick OR tape hiss dup:no", ParsedLine(("dusty kick", "tape hiss"), filters=((Term("dup", "no"),),))),
        ("pad -reverb -bright", ParsedLine(("pad",), away=("reverb", "bright"))),
        ("-reverb", ParsedLine(away=("reverb",))),
        ("like:0123abcdef darker", ParsedLine(("darker",), likes=("0123abcdef",))),
        ("like:0123abcdef like:abcdef", ParsedLine(likes=("0123abcdef", "abcdef"))),
        ("like:abcdef by:timbre=2,rhythm", ParsedLine(likes=("abcdef",), by=(("timbre", 2.0), ("rhythm", 1.0)))),
        ("fits:abcdef bass", ParsedLine(("bass",), fits="abcdef")),
        ("pad explore:40", ParsedLine(("pad",), explore=40)),
    ],
)  # fmt: skip
def test_a_line_in_parts(line: str, parsed: ParsedLine) -> None:
    assert parse_line(line) == parsed
    assert parse_line(str(parsed)) == parsed


@pytest.mark.parametrize(
    ("line", "carets", "said"),
    [
        ("kick bmp:120", "bmp", "Did you mean bpm"),
        ("zzzzz:b", "zzzzz", "Filters: added"),
        ("kick:", "kick", "There is no filter kick"),
        ("pad kind:lop", "lop", "Did you mean loop?"),
        ("key:Hm", "Hm", "Did you mean"),
        ("key:~Hm", "~Hm", "key cannot be '~Hm'"),
        ("pad bpm:fast", "fast", "For example bpm:118..124"),
        ('licence:"cc 0"', "cc 0", "Did you mean cc0?"),
        ("bpm:100 bpm:120", "bpm", "For either, write: bpm:118..124 OR bpm:120"),
        ('pack:"unfinished kick', 'pack:"unfinished', "The quote has no end"),
        ('"', '"', "The quote has no end"),
        ('pad ""', "^", "The text in quotes cannot be ''"),
        ("kick OR kind:loop", "OR", "OR stands between two filters, or between words"),
        ("kick OR", "OR", "OR stands"),
        ("OR kick", "OR", "OR stands"),
        ("kick OR OR snare", "OR", "OR stands"),
        ("kick OR -snare", "OR", "OR stands"),
        ("-like:abcdef", "like", "cannot be taken away"),
        ("like:nowhere.wav darker", "like", "There is no file nowhere.wav"),
        ("like:abcdef by:timbre,ryhthm", "ryhthm", "Did you mean rhythm?"),
        ("like:abcdef by:timbre=0", "timbre=0", "by cannot be"),
        ("like:abcdef by:timbre,timbre", "timbre", "by cannot be"),
        ("like:abcdef by:timbre=nan", "timbre=nan", "by cannot be"),
        ("pad explore:101", "101", "explore cannot be '101'"),
        ("explore:-1", "-1", "explore cannot be"),
        ("explore:10 explore:20", "explore", "explore is given twice"),
    ],
)
def test_what_is_wrong_is_pointed_at(line: str, carets: str, said: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse_line(line)
    typed, pointer = caught.value.pointer
    assert typed == line
    marked = line[pointer.index("^") :][: pointer.count("^")]
    assert marked == carets or (carets == "^" and pointer.count("^") == 1)
    assert said in f"{caught.value.message} {caught.value.hint}"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("pad by:timbre", "by: needs something to compare with"),
        ("like:abcdef fits:abcdef", "ask for different things"),
        ("like:abcdef darker OR brighter", "OR cannot stand"),
        ("/nowhere/kick.wav len:<1", "There is no file /nowhere/kick.wav"),
    ],
)
def test_what_cannot_be_asked_together(line: str, said: str) -> None:
    with pytest.raises(QueryError, match=said):
        parse_line(line)


@pytest.mark.parametrize("text", ["/nowhere/kick.wav", "~/nowhere/kick.flac", "./kik.wav"])
def test_a_path_that_leads_nowhere_is_told(text: str) -> None:
    """Its words would find something, and hide the slip."""
    with pytest.raises(QueryError, match="There is no file"):
        parse_line(text)


@pytest.mark.parametrize("text", ["", " ", "\t\n", "\N{NO-BREAK SPACE}"])
def test_nothing_to_search_for(text: str) -> None:
    with pytest.raises(QueryError, match="nothing to search for") as caught:
        parse_line(text)
    assert "cratedig search" in caught.value.hint


@pytest.mark.parametrize("name", ["kick.wav", "dusty kick (1).WAV", "caf\N{LATIN SMALL LETTER E WITH ACUTE}.flac"])
def test_an_existing_audio_file_is_a_reference(tmp_path: Path, name: str) -> None:
    """Spaces need no quotes: the command line joins its words."""
    file = write_tone(tmp_path / name, 440)
    for line in (str(file), f'like:"{file}"'):
        assert parse_line(line) == ParsedLine(likes=(str(file),))
    assert parse_reference(f" {file} ") == str(file)
    assert parse_line(f"{file} len:<1") == ParsedLine(likes=(str(file),), filters=((Term("len", "<1"),),))


def test_a_file_beside_and_a_file_at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write_tone(tmp_path / "kick.wav", 440)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for text in ("kick.wav", "./kick.wav", "~/kick.wav", "like:kick.wav"):
        assert parse_line(text) == ParsedLine(likes=(str(file),))


@pytest.mark.parametrize("name", [b"\xff.wav", b'a "quoted" one.wav', b'"', b"two\nlines.wav", b"-x OR y:z.wav"])
def test_odd_file_names_survive_printing(tmp_path: Path, name: bytes) -> None:
    file = write_tone(Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)), 440)
    line = ParsedLine(("darker",), likes=(str(file),))
    assert parse_line(str(line)) == line


def test_a_link_to_a_file_is_a_file_and_a_broken_one_is_none(tmp_path: Path) -> None:
    file = write_tone(tmp_path / "kick.wav", 440)
    (tmp_path / "link.wav").symlink_to(file)
    (tmp_path / "broken.wav").symlink_to(tmp_path / "gone.wav")
    assert parse_line(str(tmp_path / "link.wav")).likes == (str(tmp_path / "link.wav"),)
    with pytest.raises(QueryError, match="There is no file"):
        parse_line(str(tmp_path / "broken.wav"))


def test_a_file_that_is_no_audio_is_words_to_search_and_a_file_to_similar(tmp_path: Path) -> None:
    """A text file named `kick` in the working folder must not shadow the word; `similar` says why it cannot read it."""
    file = tmp_path / "kick"
    file.write_text("no audio")
    assert parse_line(str(file)) == words(str(file))
    assert parse_reference(str(file)) == str(file)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    folder = tmp_path / "kicks.wav"
    folder.mkdir()
    for parse in (parse_line, parse_reference):
        with pytest.raises(QueryError, match="There is no file"):
            parse(str(folder))


def test_an_id_is_a_content() -> None:
    assert parse_reference(" 0123abcdef ") == "0123abcdef"


def test_a_file_named_like_an_id_is_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tone(tmp_path / "abcdef", 440)
    monkeypatch.chdir(tmp_path)
    assert parse_reference("abcdef") == str(tmp_path / "abcdef")


@pytest.mark.parametrize("text", ["", "abcde", "ABCDEF0", "abcdeg1", "kick.wav", "a" * 300 + ".wav"])
def test_neither_a_file_nor_an_id(text: str) -> None:
    with pytest.raises(QueryError, match="There is no file") as caught:
        parse_reference(text)
    assert "content id" in caught.value.hint


@given(st.binary().map(os.fsdecode))  # what a terminal hands over
def test_any_text_is_a_line_or_a_message(text: str) -> None:
    check(text)


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_hostile_text_is_a_line_or_a_message(text: str) -> None:
    check(text)


@given(st.text(alphabet="0123456789abcdef~/. \0\n", min_size=1))
@example("~")
@example("000000")
def test_almost_paths_are_lines_or_messages(text: str) -> None:
    check(text)


PIECES = st.sampled_from(
    ["kick", "OR", "-", "--", '"', '""', '"a b"', " ", ":", "bpm:", "bpm:~120", "kind:loop", "kind:", "-kind:loop",
     "tag:x", "by:", "timbre", "=", ",", "1e3", "explore:5", "like:", "abcdef", "fits:abcdef", "<", "..", "\n", "\0",
     "x:y", "'"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=12).map("".join))
@example('""')
@example('kind:"loop"x')
@example("like:abcdef explore:5")
def test_almost_lines_are_lines_or_messages(text: str) -> None:
    check(text)


def check(text: str) -> None:
    """Nothing but a message is raised, and what is understood is printed and understood again."""
    try:
        parsed = parse_line(text)
    except QueryError as error:
        assert error.message  # noqa: PT017  (most texts are no error)
    else:
        assert parse_line(str(parsed)) == parsed
    try:
        assert parse_reference(text) == text.strip()
    except QueryError:
        assert not CONTENT_ID.fullmatch(text.strip())


VALUES = {
    "added": "7d", "bpm": "~118..124", "dup": "no", "fav": "yes", "key": "~Am", "kind": "Loop", "len": "<2",
    "licence": "cc0", "note": "F#1",
}  # fmt: skip
WORD = (
    st.text(min_size=1, max_size=8)
    .map(lambda text: "".join(text.split()))
    .filter(lambda word: word and word[0] not in '-"' and word != "OR" and ":" not in word and "/" not in word)
)
FREE = st.text(min_size=1, max_size=8).filter(lambda text: text.strip()).map(str.strip)
NAME = st.sampled_from([name for name in FILTERS if FILTERS[name].tests == "sounds" or name == EXACT])


@st.composite
def terms(draw: st.DrawFn) -> Term:
    name = draw(NAME)
    free = name in {"in", "tag", "used", EXACT}
    return Term(name, draw(FREE) if free else VALUES.get(name, "70..90"), draw(st.booleans()))


LINES = st.builds(
    ParsedLine,
    phrases=st.lists(st.lists(WORD, min_size=1, max_size=3).map(" ".join), max_size=3).map(tuple),
    away=st.lists(WORD, max_size=2).map(tuple),
    filters=st.lists(st.lists(terms(), min_size=1, max_size=3).map(tuple), max_size=3).map(tuple),
    explore=st.integers(0, 100),
)
ABOUT_REFERENCES = st.builds(
    ParsedLine,
    phrases=st.lists(WORD, max_size=1).map(tuple),
    likes=st.lists(st.text("abcdef0123", min_size=6, max_size=40), min_size=1, max_size=3).map(tuple),
    by=st.lists(
        st.tuples(st.sampled_from(ASPECTS), st.floats(0.001, 1000)), max_size=3, unique_by=lambda aspect: aspect[0]
    ).map(tuple),
    explore=st.integers(0, 100),
)


@given(LINES | ABOUT_REFERENCES)
def test_a_printed_line_reads_as_the_same(line: ParsedLine) -> None:
    single = [term.name for group in line.filters for term in group[:1] if not term.negated]
    assume(all(FILTERS[name].several or single.count(name) == 1 for name in single))
    assume(line != ParsedLine())
    assert parse_line(str(line)) == line


def test_every_field_and_filter_explains_itself() -> None:
    assert all(one.help.endswith(".") and one.example for one in FILTERS.values())
    assert all(one.help.endswith(".") and one.example for one in FIELDS.values())
    assert not FILTERS.keys() & FIELDS.keys()
