"""The player with a device that is turned by hand: what it renders is what would be heard."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from cratedig.types import FloatArray
from tests.audio.synth import write
from tests.sound_server import SR, burst, until
from tui.audition import clips, player
from tui.audition.clips import Take
from tui.audition.device import AudioOffError, Device, Render
from tui.audition.events import AudioOff, Event, Failed, Finished, Started
from tui.audition.mixer import FADE
from tui.audition.player import Player


class HandTurned(Device):
    """A device that asks for sound when a test does, and can be unplugged."""

    def __init__(self, render: Render, buffer_ms: float) -> None:
        super().__init__(render, buffer_ms)
        self.plugged_in = True
        self.opened = False
        self.turn = render

    @property
    def running(self) -> bool:
        return self.opened and self.plugged_in

    @property
    def lost(self) -> bool:
        return self.opened and not self.plugged_in

    def open(self) -> None:
        if not self.plugged_in:
            raise AudioOffError("Audio is off: no sound device was found.", "Connect one.")
        self.opened = True

    def close(self) -> None:
        self.opened = False


class Room:
    """A player, its device, what it said, and files to play."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.events: list[Event] = []
        self.player = Player(self.events.append, 60, self._device)

    def _device(self, render: Render, buffer_ms: float) -> Device:
        self.device = HandTurned(render, buffer_ms)
        return self.device

    def take(self, seed: int, start_s: float = 0.0, seconds: float = 1.0) -> Take:
        return Take(write(self.folder / f"{seed}.wav", burst(seed, seconds), SR, "FLOAT"), start_s)

    def play(self, take: Take, *, loop: bool = False, match_db: float = 0.0) -> None:
        """Play, and wait until it would be heard and is decoded to its end."""
        before = len(self.events)
        self.player.play(take, loop=loop, match_db=match_db)
        self.started(take, before)

    def said(self, event: Event, after: int = 0) -> None:
        until(lambda: event in self.events[after:], str(event))

    def started(self, take: Take, after: int = 0) -> None:
        self.said(Started(take), after)
        until(lambda: self.player._cache.get(take), "the whole of it")

    def hear(self, frames: int = 4800) -> FloatArray:
        return np.concatenate([self.device.turn(480) for _ in range(frames // 480)])


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    room = Room(tmp_path)
    yield room
    room.player.close()


def test_a_take_is_heard_from_its_start_to_its_end(room: Room) -> None:
    take = room.take(1)
    room.play(take)
    playing = room.player.playing
    assert playing == take
    assert np.array_equal(room.hear(48_000), burst(1, 1.0))
    room.hear(480)
    room.said(Finished(take))
    assert room.player.playing is None
    assert room.player.position_s is None
    assert room.events == [Started(take), Finished(take)]


def test_a_segment_is_heard_from_where_it_starts(room: Room) -> None:
    room.play(room.take(2, start_s=0.25))
    assert np.array_equal(room.hear()[FADE:], burst(2, 1.0)[12_000 + FADE : 16_800])
    assert room.player.position_s == pytest.approx(0.35)


def test_a_prefetched_take_is_rendered_at_once(room: Room) -> None:
    room.play(room.take(1))
    neighbour = room.take(2)
    room.player.prefetch([neighbour])
    until(lambda: room.player._cache.get(neighbour), "the neighbour")
    room.hear()
    room.player.play(neighbour)
    assert np.array_equal(room.hear()[FADE:], burst(2, 1.0)[FADE:4800]), "in the very next block"


def test_the_last_of_many_key_presses_is_heard(room: Room) -> None:
    takes = [room.take(seed) for seed in range(6)]
    for take in takes[:-1]:
        room.player.play(take)
    room.play(takes[-1])
    assert np.array_equal(room.hear(), burst(5, 1.0)[:4800])
    assert room.player.playing == takes[-1]


def test_looping(room: Room) -> None:
    y = burst(3, 0.1)
    room.play(room.take(3, seconds=0.1), loop=True)
    assert np.array_equal(room.hear(14_400), np.tile(y, (3, 1)))
    room.player.set_loop(False)
    assert np.array_equal(room.hear(), y)
    room.hear(480)
    room.said(Finished(room.take(3, seconds=0.1)))


def test_stopping_and_playing_again(room: Room) -> None:
    take = room.take(4)
    room.play(take)
    room.hear()
    room.player.stop()
    assert room.player.playing is None
    assert not room.hear()[FADE:].any()
    room.play(take)
    assert np.array_equal(room.hear(), burst(4, 1.0)[:4800])
    assert room.events == [Started(take), Started(take)], "a stop is not an end"


def test_seeking(room: Room) -> None:
    y = burst(5, 1.0)
    room.play(room.take(5))
    room.hear()
    room.player.seek(0.5)
    assert np.array_equal(room.hear()[FADE:], y[28_800 + FADE : 33_600])
    room.player.seek(-99.0)
    assert np.array_equal(room.hear()[FADE:], y[FADE:4800])
    room.player.seek(99.0)
    room.hear(480)
    room.said(Finished(room.take(5)))
    room.player.seek(0.1)


def test_seeking_in_a_long_file_leaves_its_minute(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clips, "LONGEST_S", 2)
    y = burst(6, 7.0)
    take = room.take(6, start_s=3.0, seconds=7.0)
    room.play(take)
    room.hear()
    room.player.seek(-2.6)
    until(lambda: len(room.events) == 2 and room.player._cache.get(Take(take.path, 0.5)), "the part before")
    assert room.player.position_s == pytest.approx(3.1), "not yet rendered"
    assert np.array_equal(room.hear()[FADE:], y[24_000 + FADE : 28_800])
    assert room.player.position_s == pytest.approx(0.6)
    room.player.seek(99.0)
    room.started(Take(take.path, 6.0))
    room.hear(48_480)
    room.said(Finished(Take(take.path, 6.0)))


def test_a_long_file_is_heard_to_its_end(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clips, "LONGEST_S", 2)
    y = burst(7, 7.0)
    take = room.take(7, start_s=1.0, seconds=7.0)
    room.play(take)
    heard = []
    for _ in range(6):
        heard.append(room.hear(48_000))
        until(lambda: _follows(room), "the next part")
    assert np.array_equal(np.concatenate(heard)[FADE:], y[48_000 + FADE :])
    room.hear(480)
    room.said(Finished(take))


def _follows(room: Room) -> bool:
    place = room.player._mixer.place
    return place is None or place[0].at_end or place[0].following is not None


def test_loudness_is_matched_until_it_is_to_be_raw(room: Room) -> None:
    y = burst(8, 1.0)
    room.play(room.take(8), match_db=-6.0)
    assert room.hear() == pytest.approx(y[:4800] * 10**-0.3, abs=1e-6)
    room.player.set_matched(False)
    assert np.array_equal(room.hear()[FADE:], y[4800 + FADE : 9600])
    room.player.set_volume(-20.0)
    assert room.hear()[FADE:] == pytest.approx(y[9600 + FADE : 14_400] * 0.1, abs=1e-6)
    room.player.set_matched(True)
    assert room.hear()[FADE:] == pytest.approx(y[14_400 + FADE : 19_200] * 10**-1.3, abs=1e-6)


def test_comparing_with_a_reference_and_back(room: Room) -> None:
    a, b = burst(9, 1.0), burst(10, 1.0)
    sound, reference = room.take(9), room.take(10)
    room.play(sound, loop=True, match_db=-3.0)
    room.hear()
    assert room.player.compare(reference)
    room.started(reference)
    assert np.array_equal(room.hear()[FADE:], b[4800 + FADE : 9600])
    assert not room.player.compare(reference)
    assert room.hear()[FADE:] == pytest.approx(a[9600 + FADE : 14_400] * 10**-0.15, abs=1e-6)
    assert room.player.playing == sound


def test_the_sound_goes_on_until_the_reference_is_there(room: Room) -> None:
    y = burst(9, 1.0)
    room.play(room.take(9))
    before = room.hear()
    reference = room.take(10)
    room.player.compare(reference)
    room.started(reference)
    assert np.array_equal(before, y[:4800])
    assert np.abs(room.hear(480)).min(axis=1).max() > 0


def test_after_a_new_sound_comparing_begins_anew(room: Room) -> None:
    sound, reference, other = room.take(9), room.take(10), room.take(11)
    room.play(sound)
    assert room.player.compare(reference)
    room.started(reference)
    room.play(other)
    assert room.player.compare(reference)


def test_a_reference_alone_is_heard_from_its_start(room: Room) -> None:
    reference = room.take(10, start_s=0.5)
    assert room.player.compare(reference)
    room.started(reference)
    assert np.array_equal(room.hear()[FADE:], burst(10, 1.0)[24_000 + FADE : 28_800])


def test_a_vanished_and_a_broken_file_are_said_and_the_next_is_heard(room: Room) -> None:
    gone, broken = Take(room.folder / "gone.wav"), Take(room.folder / "broken.wav")
    broken.path.write_text("not a sound")
    room.play(room.take(12), loop=True)
    room.hear()
    room.player.play(gone)
    room.said(Failed(gone, "gone.wav is gone: it was moved, renamed or deleted.", "Index its folder again."))
    assert room.player.playing is None
    assert not room.hear()[FADE:].any()
    room.player.play(broken)
    room.said(Failed(broken, "broken.wav cannot be played: not audio, or damaged.", ""))
    room.play(room.take(12))
    assert np.array_equal(room.hear(), burst(12, 1.0)[:4800])


def test_a_reference_that_cannot_be_read_leaves_silence_and_a_word(room: Room) -> None:
    room.play(room.take(13))
    room.hear()
    gone = Take(room.folder / "gone.wav")
    room.player.compare(gone)
    until(lambda: any(isinstance(event, Failed) for event in room.events), "the failure")
    assert not room.hear()[FADE:].any()


def test_without_a_device_it_is_said_once_and_nothing_breaks(room: Room) -> None:
    room.device.plugged_in = False
    for seed in (14, 15):
        room.player.play(room.take(seed))
        until(lambda: room.player.playing is None, "giving up")
    room.player.seek(1.0)
    room.player.set_volume(-3.0)
    until(lambda: room.player.playing is None, "giving up")
    assert room.events == [AudioOff("Audio is off: no sound device was found.", "Connect one.")]
    room.device.plugged_in = True
    room.play(room.take(14))
    assert room.hear().any()


def test_a_device_that_goes_away_is_noticed_and_opened_again(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(player, "WATCH_S", 0.01)
    room.play(room.take(16), loop=True)
    room.hear()
    room.device.plugged_in = False
    room.said(AudioOff("The sound device went away.", "Play again when it is back."))
    assert room.player.playing is None
    assert room.player.position_s is None
    room.device.plugged_in = True
    room.play(room.take(17))
    assert np.array_equal(room.hear(), burst(17, 1.0)[:4800]), "and nothing of before"


def test_closing_is_allowed_at_any_time(tmp_path: Path) -> None:
    acts: tuple[Callable[[Room], None], ...] = (
        lambda _: None,
        lambda room: room.player.play(room.take(1)),
        lambda room: room.play(room.take(2)),
    )
    for act in acts:
        room = Room(tmp_path)
        with room.player:
            act(room)
        assert not room.device.opened
        assert not room.player._thread.is_alive()
