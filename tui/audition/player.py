"""The audition room: one object that the app talks to."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from queue import Empty, SimpleQueue
from threading import Lock, Thread

from tui.audition.clips import Clip, ClipCache, Take
from tui.audition.device import AudioOffError, Device, Render
from tui.audition.events import AudioOff, Event, Failed, Finished, Started
from tui.audition.level import linear
from tui.audition.loader import Loader, in_words
from tui.audition.mixer import Ended, Entered, Mixer, Note

__all__ = ["Player"]

WATCH_S = 1.0  # between looks whether the device is still there, while a sound is heard


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """What the user wants to hear. Compared by identity: each key press is another."""

    take: Take
    match_db: float
    in_place: bool = False  # go on where the sound that it replaces stands


class Player:
    """Plays one sound at a time. No method waits for a file or a device.

    Close it, or use it as a context manager: an open device hangs the interpreter's exit.

    Parameters
    ----------
    on_event : callable
        Gets every `Event`, in a thread of the player's own.
    buffer_ms : float
        What is queued ahead, in milliseconds: less answers sooner, more survives a busier machine.
    output : callable
        Makes the device.
    """

    def __init__(
        self,
        on_event: Callable[[Event], None],
        buffer_ms: float,
        output: Callable[[Render, float], Device] = Device,
    ) -> None:
        self._notes: SimpleQueue[Event | Note | None] = SimpleQueue()
        self._mixer = Mixer(self._notes.put)
        self._output = output(self._mixer.render, buffer_ms)
        self._cache = ClipCache()
        self._loader = Loader(self._cache)
        self._lock = Lock()
        self._asked: _Asked | None = None  # None after a stop and at the end
        self._compared: _Asked | None = None  # what A/B goes back to
        self._loop, self._matched, self._volume_db = False, True, 0.0
        self._said = ""
        self._thread = Thread(target=self._deliver, args=(on_event,), name="audition events", daemon=True)
        self._thread.start()

    def __enter__(self) -> Player:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def playing(self) -> Take | None:
        """What was asked for and has not ended."""
        asked = self._asked
        return None if asked is None else asked.take

    @property
    def position_s(self) -> float | None:
        """Second of the file that is heard; None in silence."""
        place = self._mixer.place
        return None if place is None else place[0].second(place[1])

    def play(self, take: Take, *, loop: bool = False, match_db: float = 0.0) -> None:
        """Replace what is heard, from the take's start.

        Parameters
        ----------
        take : Take
        loop : bool
            Over and over without a gap: the whole file, or of a long one the minute from the start on.
        match_db : float
            Gain that matches its loudness, of `tui.audition.level.match_db`.
        """
        self._loop, self._compared = loop, None
        self._ask(_Asked(take, match_db))

    def prefetch(self, takes: Iterable[Take]) -> None:
        """Decode what may be played next, the likeliest first; earlier wishes are forgotten."""
        self._loader.prefetch(takes)

    def stop(self) -> None:
        """Fade to silence."""
        with self._lock:
            self._asked = self._compared = None
            self._mixer.stop()

    def compare(self, reference: Take, *, match_db: float = 0.0) -> bool:
        """Switch to the reference at the same place, or back from it. Returns whether it is the reference now."""
        back, self._compared = self._compared, None
        if back is None:
            self._compared = self._asked
            self._ask(_Asked(reference, match_db, in_place=self._asked is not None))
            return True
        self._ask(dataclasses.replace(back, in_place=True))
        return False

    def seek(self, delta_s: float) -> None:
        """Move by seconds of the file; beyond its beginning is its beginning."""
        asked, place = self._asked, self._mixer.place
        if asked is None or place is None:
            return
        clip, at = place
        second = max(0.0, clip.second(at) + delta_s)
        if clip.covers(second):
            self._mixer.seek(clip.frame(second))
        else:
            self._ask(_Asked(dataclasses.replace(asked.take, start_s=clip.within_file(second)), asked.match_db))

    def set_loop(self, loop: bool) -> None:
        """Loop what is heard from now on, or let it end."""
        self._loop = loop
        self._mixer.set_loop(loop)

    def set_matched(self, matched: bool) -> None:
        """Play at matched loudness, or raw."""
        self._matched = matched
        self._update_gain()

    def set_volume(self, db: float) -> None:
        """Volume of everything that is played; 0 is as it is."""
        self._volume_db = db
        self._update_gain()

    def close(self) -> None:
        """Close the device and end the threads. The player cannot be used any more."""
        with self._lock:
            self._asked = None  # from now on nothing is given to the loader
        self._loader.close()
        self._output.close()
        self._notes.put(None)
        self._thread.join()

    def _update_gain(self) -> None:
        with self._lock:
            if self._asked is not None:
                self._mixer.set_gain(self._gain(self._asked))

    def _gain(self, asked: _Asked) -> float:
        return linear(self._volume_db + (asked.match_db if self._matched else 0.0))

    def _ask(self, asked: _Asked) -> None:
        with self._lock:
            self._asked = asked
        clip = self._cache.get(asked.take)
        if clip is not None and self._output.running:
            self._hear(asked, clip)
            return
        if not asked.in_place:
            self._mixer.stop()
        self._loader.load(asked.take, partial(self._open_and_hear, asked), partial(self._fail, asked))

    def _open_and_hear(self, asked: _Asked, clip: Clip) -> None:
        try:
            self._output.open()
        except AudioOffError as error:
            self._forget(asked)
            self._say_off(error.message, error.hint)
            return
        self._said = ""
        self._hear(asked, clip)

    def _hear(self, asked: _Asked, clip: Clip) -> None:
        with self._lock:
            if asked is not self._asked:
                return  # another key was pressed meanwhile
            at = None if asked.in_place else clip.frame(asked.take.start_s)
            self._mixer.play(clip, at, loop=self._loop, gain=self._gain(asked), tag=asked)
            self._notes.put(Started(asked.take))
            self._loader.follow(clip, asked.take)

    def _fail(self, asked: _Asked, error: Exception) -> None:
        if self._forget(asked):
            self._notes.put(Failed(asked.take, *in_words(asked.take.path, error)))

    def _forget(self, asked: _Asked) -> bool:
        """Fall silent after what cannot be heard or has ended; False when something else is asked for already."""
        with self._lock:
            if asked is not self._asked:
                return False
            self._asked = None
            self._mixer.stop()
            return True

    def _say_off(self, message: str, hint: str) -> None:
        if message != self._said:
            self._said = message
            self._notes.put(AudioOff(message, hint))

    def _deliver(self, on_event: Callable[[Event], None]) -> None:
        while True:
            try:
                note = self._notes.get(timeout=None if self._asked is None else WATCH_S)
            except Empty:
                self._watch()
                continue
            if note is None:
                return
            self._handle(note, on_event)

    def _handle(self, note: Event | Note, on_event: Callable[[Event], None]) -> None:
        if isinstance(note, Entered):
            with self._lock:
                asked = self._asked
                if asked is not None and asked is note.tag:
                    self._loader.follow(note.clip, asked.take)
        elif isinstance(note, Ended):
            if self._forget(note.tag):
                on_event(Finished(note.tag.take))
        else:
            on_event(note)

    def _watch(self) -> None:
        """Notice that the device went away: it does not say so."""
        with self._lock:
            if self._asked is not None and self._output.lost:
                self._loader.run(self._give_up)  # where the device is opened: one after the other

    def _give_up(self) -> None:
        if self._output.lost:
            self._output.close()
            self._mixer.clear()
            with self._lock:
                self._asked = None
            self._say_off("The sound device went away.", "Play again when it is back.")
