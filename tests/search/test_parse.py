"""From what a user typed to a question: any text is a question or a message."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cratedig.errors import QueryError
from search.parse import CONTENT_ID, parse_filters, parse_query, parse_reference
from search.query import AnySound, ContentQuery, FileQuery, TextQuery
from tests.library import write_tone

HOSTILE = ("\0", "a\0.wav", "~", "~nobody-of-that-name/a", "x" * 100_000, "/" * 5000, "\ud800", "*.wav", "\n", "-k")


@pytest.mark.parametrize("text", ["dusty kick", "kick.wav", "808", "abcdef", "?", "kick/snare"])
def test_words_are_words(text: str) -> None:
    assert parse_query(text) == (TextQuery(text), {})


def test_space_around_words_is_nothing() -> None:
    assert parse_query("  dusty kick\n") == (TextQuery("dusty kick"), {})


@pytest.mark.parametrize("text", ["/nowhere/kick.wav", "~/nowhere/kick.flac", "./kik.wav"])
def test_a_path_that_leads_nowhere_is_told(text: str) -> None:
    """Its words would find something, and hide the slip."""
    with pytest.raises(QueryError, match="There is no file"):
        parse_query(text)


@pytest.mark.parametrize("text", ["", " ", "\t\n", "\N{NO-BREAK SPACE}"])
def test_nothing_to_search_for(text: str) -> None:
    with pytest.raises(QueryError, match="nothing to search for") as caught:
        parse_query(text)
    assert "cratedig search" in caught.value.hint


@pytest.mark.parametrize("name", ["kick.wav", "dusty kick (1).WAV", "caf\N{LATIN SMALL LETTER E WITH ACUTE}.flac"])
def test_an_existing_audio_file_is_a_reference(tmp_path: Path, name: str) -> None:
    """Spaces need no quotes: the command line joins its words."""
    file = write_tone(tmp_path / name, 440)
    assert parse_query(str(file)) == (parse_reference(f" {file} "), {}) == (FileQuery(file), {})


def test_a_file_beside_and_a_file_at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write_tone(tmp_path / "kick.wav", 440)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for text in ("kick.wav", "./kick.wav", "~/kick.wav"):
        assert parse_query(text) == (FileQuery(file), {})


def test_a_file_whose_name_is_no_text(tmp_path: Path) -> None:
    file = write_tone(Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.wav")), 440)
    assert parse_query(str(file)) == (FileQuery(file), {})


def test_a_link_to_a_file_is_a_file_and_a_broken_one_is_none(tmp_path: Path) -> None:
    file = write_tone(tmp_path / "kick.wav", 440)
    (tmp_path / "link.wav").symlink_to(file)
    (tmp_path / "broken.wav").symlink_to(tmp_path / "gone.wav")
    assert parse_query(str(tmp_path / "link.wav"))[0] == FileQuery(tmp_path / "link.wav")
    with pytest.raises(QueryError, match="There is no file"):
        parse_query(str(tmp_path / "broken.wav"))


def test_a_file_that_is_no_audio_is_words_to_search_and_a_file_to_similar(tmp_path: Path) -> None:
    """A text file named `kick` in the working folder must not shadow the word; `similar` says why it cannot read it."""
    file = tmp_path / "kick"
    file.write_text("no audio")
    assert parse_query(str(file))[0] == TextQuery(str(file))
    assert parse_reference(str(file)) == FileQuery(file)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    folder = tmp_path / "kicks.wav"
    folder.mkdir()
    for parse in (parse_query, parse_reference):
        with pytest.raises(QueryError, match="There is no file"):
            parse(str(folder))


def test_an_id_is_a_content() -> None:
    assert parse_reference(" 0123abcdef ") == ContentQuery("0123abcdef")


def test_a_file_named_like_an_id_is_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tone(tmp_path / "abcdef", 440)
    monkeypatch.chdir(tmp_path)
    assert parse_reference("abcdef") == FileQuery(tmp_path / "abcdef")


@pytest.mark.parametrize("text", ["", "abcde", "ABCDEF0", "abcdeg1", "kick.wav", "a" * 300 + ".wav"])
def test_neither_a_file_nor_an_id(text: str) -> None:
    with pytest.raises(QueryError, match="There is no file") as caught:
        parse_reference(text)
    assert "content id" in caught.value.hint


@given(st.binary().map(os.fsdecode))  # what a terminal hands over
def test_any_text_is_a_question_or_a_message(text: str) -> None:
    check(text)


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_hostile_text_is_a_question_or_a_message(text: str) -> None:
    check(text)


@given(st.text(alphabet="0123456789abcdef~/. \0\n", min_size=1))
@example("~")
@example("000000")
def test_almost_paths_are_questions_or_messages(text: str) -> None:
    check(text)


@pytest.mark.parametrize(
    ("line", "words", "filters"),
    [
        ("dusty kick len:<1", "dusty kick", {"len": "<1"}),
        ("len:<1 dusty  kick", "dusty kick", {"len": "<1"}),
        ('kick pack:"Tape Vol 1" bpm:120', "kick", {"pack": "Tape Vol 1", "bpm": "120"}),
        ("KIND:Loop bass", "bass", {"kind": "Loop"}),
        ("kick:", None, None),
        ('pack:"unfinished kick', "kick", {"pack": '"unfinished'}),
        ("a:b", None, None),
        ("bpm:100 bpm:120", None, None),
        ("kind:loop", None, {"kind": "loop"}),
    ],
)
def test_filters_among_words(line: str, words: str | None, filters: dict[str, str] | None) -> None:
    if filters is None:
        with pytest.raises(QueryError) as caught:
            parse_query(line)
        typed, carets = caught.value.pointer
        assert typed == line
        assert line[carets.index("^") :].startswith(line.split(":", maxsplit=1)[0].rsplit(maxsplit=1)[-1])
    else:
        assert parse_query(line) == (TextQuery(words) if words else AnySound(), filters)


def test_filters_after_a_reference() -> None:
    assert parse_filters('bpm:~120 pack:"Tape Vol 1"') == {"bpm": "~120", "pack": "Tape Vol 1"}
    assert parse_filters("") == {}


@pytest.mark.parametrize("line", ["other.wav", "len:<1 darker", "pack:Tape Vol 1", "len: <1"])
def test_words_after_a_reference_are_told(line: str) -> None:
    with pytest.raises(QueryError, match="is no filter"):
        parse_filters(line)


def check(text: str) -> None:
    try:
        assert parse_query(text) == (TextQuery(" ".join(text.split())), {})
        assert text.strip()
    except QueryError as error:
        assert not text.strip() or error.pointer  # noqa: PT017  (most texts are no error)
    try:
        assert parse_reference(text) == ContentQuery(text.strip())
    except QueryError:
        assert not CONTENT_ID.fullmatch(text.strip())
