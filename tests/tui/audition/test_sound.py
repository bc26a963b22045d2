"""Real sound: what leaves the sound server is what was asked for, to the sample.

The buffer is long, since the machine may be busy: that it is heard is proved here, how soon by benchmarks/audition.py.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.audio.synth import write
from tests.sound_server import SR, Capture, SoundServer, best, burst, find, needs_sound_server, until
from tui.audition import player as player_module
from tui.audition.clips import Take
from tui.audition.events import AudioOff, Event, Failed, Finished
from tui.audition.mixer import FADE
from tui.audition.player import Player

pytestmark = needs_sound_server

BUFFER_MS = 600
CLEAN_DB, WRONG_DB = -60.0, 13.0  # residual of a clip that was heard, and of one that was not


@pytest.fixture(scope="module")
def server() -> Iterator[SoundServer]:
    with SoundServer() as server:
        yield server


@pytest.fixture
def capture(server: SoundServer, monkeypatch: pytest.MonkeyPatch) -> Capture:
    for name, value in server.variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("SSH_CONNECTION", raising=False)
    return server.capture()


@pytest.fixture
def events() -> list[Event]:
    return []


@pytest.fixture
def player(capture: Capture, events: list[Event]) -> Iterator[Player]:
    del capture
    with Player(events.append, BUFFER_MS) as player:
        yield player


def take(folder: Path, seed: int, start_s: float = 0.0) -> Take:
    """A take of the burst of this seed."""
    return Take(write(folder / f"{seed}.wav", burst(seed), SR, "FLOAT"), start_s)


def test_the_right_file_is_heard_bit_by_bit(player: Player, capture: Capture, tmp_path: Path) -> None:
    player.play(take(tmp_path, 1))
    (match,) = capture.wait_for(burst(1))
    assert match.gain == pytest.approx(1, abs=1e-4)
    assert match.residual_db < CLEAN_DB
    wrong = best(capture.heard, burst(99))
    assert wrong.residual_db > WRONG_DB, "the measure can tell clips apart"


def test_clips_are_heard_in_the_order_of_the_keys(player: Player, capture: Capture, tmp_path: Path) -> None:
    seeds = [3, 1, 2]
    takes = [take(tmp_path, seed) for seed in seeds]
    player.prefetch(takes)
    places = []
    for seed, next_take in zip(seeds, takes, strict=True):
        player.play(next_take)
        places += [match.at for match in capture.wait_for(burst(seed))]
    assert places == sorted(places)
    assert len(places) == 3


def test_a_key_press_cuts_the_sound_before_it(player: Player, capture: Capture, tmp_path: Path) -> None:
    player.play(take(tmp_path, 4), loop=True)
    capture.wait_for(burst(4))
    player.play(take(tmp_path, 5))
    (match,) = capture.wait_for(burst(5)[FADE:])
    assert match.residual_db < CLEAN_DB, "nothing of the loop under it"
    end = match.at + len(burst(5)) - FADE
    assert not capture.wait(0.5)[end:].any()


def test_a_loop_is_sample_exact_and_has_the_right_count(
    player: Player, capture: Capture, events: list[Event], tmp_path: Path
) -> None:
    looped = take(tmp_path, 6)
    player.play(looped, loop=True)
    capture.wait_for(burst(6), times=3)
    player.set_loop(False)
    until(lambda: Finished(looped) in events, "the end")
    matches = find(capture.wait(0.5), burst(6))
    assert {after.at - before.at for before, after in itertools.pairwise(matches)} == {len(burst(6))}
    assert max(match.residual_db for match in matches) < CLEAN_DB
    sounding = np.flatnonzero(np.abs(capture.heard).max(axis=1))
    assert sounding[-1] + 1 - sounding[0] == len(matches) * len(burst(6)), "whole rounds and nothing else"


def test_gain_is_what_was_asked_for(player: Player, capture: Capture, tmp_path: Path) -> None:
    player.set_volume(-12.0)
    player.play(take(tmp_path, 7), match_db=4.0)
    (match,) = capture.wait_for(burst(7))
    assert 20 * np.log10(match.gain) == pytest.approx(-8, abs=0.01)
    assert match.residual_db < CLEAN_DB


def test_a_segment_is_heard_from_its_start(player: Player, capture: Capture, tmp_path: Path) -> None:
    player.play(take(tmp_path, 8, start_s=0.3))
    first = round(0.3 * SR)
    (match,) = capture.wait_for(burst(8)[first + FADE :])
    assert match.residual_db < CLEAN_DB
    before = capture.heard[: match.at - FADE]
    assert not before.any(), "nothing of what comes before the segment"


def test_nothing_is_heard_after_a_stop(player: Player, capture: Capture, tmp_path: Path) -> None:
    player.play(take(tmp_path, 9), loop=True)
    capture.wait_for(burst(9))
    player.stop()
    until(lambda: len(capture) > capture.silent_from() + SR // 2, "half a second of silence")
    end = capture.silent_from()
    capture.wait(0.5)
    assert capture.silent_from() == end


def test_comparing_switches_without_a_gap(player: Player, capture: Capture, tmp_path: Path) -> None:
    reference = take(tmp_path, 11)
    player.prefetch([reference])
    player.play(take(tmp_path, 10), loop=True)
    capture.wait_for(burst(10))
    player.compare(reference)
    capture.wait_for(burst(11), times=2)
    player.stop()
    y = np.abs(capture.heard).max(axis=1)
    first, last = find(capture.heard, burst(10))[0].at, find(capture.heard, burst(11))[-1].at
    silent = np.flatnonzero(y[first:last] == 0)
    assert len(silent) == 0
    assert (last - first) % len(burst(10)) == 0, "the same place in the loop"


def test_a_broken_file_is_said_and_the_next_is_heard(
    player: Player, capture: Capture, events: list[Event], tmp_path: Path
) -> None:
    (tmp_path / "broken.wav").write_text("not a sound")
    player.play(Take(tmp_path / "broken.wav"))
    until(lambda: any(isinstance(event, Failed) for event in events), "the message")
    player.play(take(tmp_path, 12))
    capture.wait_for(burst(12))


def test_a_server_that_dies_is_noticed_and_the_next_key_plays_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(player_module, "WATCH_S", 0.1)
    events: list[Event] = []
    with SoundServer() as server, Player(events.append, BUFFER_MS) as player:
        for name, value in server.variables.items():
            monkeypatch.setenv(name, value)
        player.play(take(tmp_path, 13), loop=True)
        server.capture().wait_for(burst(13))
        server.stop()
        went_away = AudioOff("The sound device went away.", "Play again when it is back.")
        until(lambda: went_away in events, "the message")
        server.start()
        capture = server.capture()
        player.play(take(tmp_path, 14))
        capture.wait_for(burst(14))
        assert not find(capture.heard, burst(13)), "the old loop does not come back"
