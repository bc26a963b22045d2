"""Lines taken apart and put together, and the trail of queries."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.parse import parse_line
from tui.asking import Asked, Trail


@pytest.mark.parametrize(
    ("line", "references", "text"),
    [
        ("dusty kick", (), "dusty kick"),
        ('like:"/a b/kick 1.wav" darker', ("/a b/kick 1.wav",), "darker"),
        ('like:"/a.wav" like:"/b.wav"', ("/a.wav", "/b.wav"), ""),
        ("like:3fa8c1 kind:loop", ("3fa8c1",), "kind:loop"),
        ('like:"/with ""quotes"".wav" x', ('/with "quotes".wav',), "x"),
        ('dusty like:"/a.wav"', (), 'dusty like:"/a.wav"'),
        ("", (), ""),
    ],
)
def test_a_line_is_taken_apart(line: str, references: tuple[str, ...], text: str) -> None:
    assert Asked.of(line) == Asked(references, text)


@given(st.lists(st.text(min_size=1).filter(str.strip), max_size=3), st.text().map(str.strip))
def test_what_is_put_together_can_be_taken_apart(references: list[str], text: str) -> None:
    asked = Asked(tuple(references), "" if text.startswith("like:") else text)
    assert Asked.of(asked.line) == asked


@pytest.mark.parametrize("name", ["a b kick.wav", 'with "quotes".wav', "it's.wav"])
def test_the_search_reads_the_same_references(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    parsed = parse_line(Asked((str(tmp_path / name),), "darker").line)
    assert parsed.likes == (str(tmp_path / name),)
    assert parsed.phrases == ("darker",)


def test_titles_are_names_and_words() -> None:
    assert Asked(("/a/kick.wav",), "darker").title == "like kick.wav darker"
    assert Asked((), "").title == "everything"


def test_a_trail_goes_back_and_forward() -> None:
    trail = Trail()
    assert [trail.push(line) for line in ("a", "b", "b", "c")] == [True, True, False, True]
    assert [trail.step(-1), trail.step(-1), trail.step(-1)] == ["b", "a", None]
    assert trail.step(1) == "b"
    assert trail.around(3, 1) == [("a", False), ("b", True), ("c", False)]


def test_going_on_from_an_older_query_drops_what_was_ahead() -> None:
    trail = Trail()
    for line in ("a", "b", "c"):
        trail.push(line)
    trail.step(-1)
    trail.push("d")
    assert trail.lines == ["a", "b", "d"]
    assert trail.step(1) is None


def test_other_days_come_before_today() -> None:
    trail = Trail()
    trail.push("today")
    trail.resume(["monday", "tuesday"])
    assert trail.current == "today"
    assert trail.step(-1) == "tuesday"


def test_an_empty_trail_leads_nowhere() -> None:
    trail = Trail()
    assert trail.current is None
    assert trail.step(-1) is None
    assert trail.around(3, 1) == []
