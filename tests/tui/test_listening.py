"""How rows become takes, and the switches, without a screen."""

from __future__ import annotations

from pathlib import Path

import pytest

from cratedig.errors import QueryError
from cratedig.store.rows import Sounding
from search.results import SearchHit
from tests.tui.driving import FakePlayer
from tui.audition.stretch import Session
from tui.listening import Listening, read_tuning, tuning_problem
from tui.session import Row


def row(name: str = "a.wav", start_s: float = 0.0, bpm: float | None = None, sounding: Sounding | None = None) -> Row:
    hit = SearchHit(1, 0.9, f"/{name}", start_s, start_s + 2, 60.0, "Pack", "loop", bpm, None, name)
    return Row(hit, None, sounding)


@pytest.fixture
def player() -> FakePlayer:
    return FakePlayer()


@pytest.fixture
def listening(player: FakePlayer) -> Listening:
    return Listening(player)  # type: ignore[arg-type]


def test_a_hit_in_a_long_file_plays_from_there(listening: Listening, player: FakePlayer) -> None:
    listening.play(row(start_s=41.0))
    assert player.playing is not None
    assert (player.playing.path, player.playing.start_s) == (Path("/a.wav"), 41.0)


def test_loudness_is_matched_where_it_is_known(listening: Listening, player: FakePlayer) -> None:
    listening.play(row(sounding=Sounding(-30.0, -20.0, None)))
    assert player.match_db == pytest.approx(12.0)
    listening.play(row())
    assert player.match_db == 0


def test_reaching_a_sound_without_autoplay_is_silence(listening: Listening, player: FakePlayer) -> None:
    listening.play(row("first.wav"))
    listening.autoplay = False
    listening.reach(row("second.wav"), [row("third.wav")])
    assert player.playing is None
    assert player.ahead == ["third.wav"]


def test_a_session_changes_what_has_a_tempo(listening: Listening, player: FakePlayer) -> None:
    listening.tune("120", None)
    listening.play(row(bpm=100.0))
    assert player.playing is not None
    assert player.playing.change.speed * player.playing.change.tempo == pytest.approx(1.2)
    listening.play(row())
    assert player.playing.change.speed == 1


def test_tuning_begins_again_what_plays_and_nothing_else(listening: Listening, player: FakePlayer) -> None:
    listening.tune("120", row())
    assert player.played == []
    listening.play(row())
    listening.tune("", row())
    assert len(player.played) == 2
    assert listening.tuned == ""


@pytest.mark.parametrize(
    ("text", "tuning"),
    [
        ("", Session()),
        ("122", Session(122.0)),
        ("122 Am", Session(122.0, "Am")),
        ("Bb 87.5bpm", Session(87.5, "A#")),
        ("8A", Session(None, "Am")),
    ],
)
def test_tempo_and_key_are_read(text: str, tuning: Session) -> None:
    assert read_tuning(text) == tuning
    assert tuning_problem(text) == ""


@pytest.mark.parametrize("text", ["1000", "0", "-5", "nan", "quick", "H", "120 Am fast"])
def test_what_is_neither_is_said(text: str) -> None:
    with pytest.raises((QueryError, ValueError)):
        read_tuning(text)
    assert tuning_problem(text)
