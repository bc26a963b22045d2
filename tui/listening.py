"""How the sounds of the list are heard: which take a row is, and the switches a producer has at hand."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from cratedig.errors import QueryError
from search.filters import key_name
from tui.audition.clips import Take
from tui.audition.level import match_db
from tui.audition.stretch import Session, fit

if TYPE_CHECKING:
    from cratedig.store.rows import Sounding
    from tui.audition.player import Player
    from tui.session import Row

__all__ = ["Listening", "read_tuning", "tuning_problem"]

SLOWEST, FASTEST = 20, 400  # bpm
STEP_S, SHARE = 1.0, 8  # a seek moves by a second, or by an eighth of a shorter sound
VOLUME_STEP_DB, LOWEST_DB, HIGHEST_DB = 3.0, -48.0, 6.0


class Listening:
    """The player, and the switches of the session.

    Attributes
    ----------
    autoplay : bool
        Whether a sound plays when the cursor comes to it.
    looping, matched : bool
        Whether sounds loop, and whether they are equally loud.
    tuning : Session
        Tempo and key that sounds are brought to.
    comparing : bool
        Whether the reference is heard in place of the sound.
    """

    def __init__(self, player: Player) -> None:
        self.player = player
        self.autoplay, self.looping, self.matched = True, False, True
        self.volume_db = 0.0
        self.tuning = Session()
        self.comparing = False

    def reach(self, row: Row, neighbours: Iterable[Row]) -> None:
        """Go to a sound: play it if sounds play by themselves, else be silent; and make its neighbours ready."""
        if self.autoplay:
            self.play(row)
        else:
            self.stop()
        self.player.prefetch([self._take(other) for other in neighbours])

    def play(self, row: Row) -> None:
        """Play a sound from where it was found."""
        self.comparing = False
        self.player.play(self._take(row), loop=self.looping, match_db=_gain(row.sounding))

    def play_or_stop(self, row: Row) -> None:
        """Stop what plays; in silence, play."""
        if self.player.playing is None:
            self.play(row)
        else:
            self.stop()

    def stop(self) -> None:
        """Be silent."""
        self.comparing = False
        self.player.stop()

    def toggle_loop(self, row: Row) -> None:
        """Loop, from now on; what is silent begins."""
        self.looping = not self.looping
        self.player.set_loop(self.looping)
        if self.looping and self.player.playing is None:
            self.play(row)

    def toggle_matched(self) -> None:
        """Hear sounds equally loud, or as recorded."""
        self.matched = not self.matched
        self.player.set_matched(self.matched)

    def turn(self, steps: int) -> None:
        """Change the volume."""
        self.volume_db = max(LOWEST_DB, min(HIGHEST_DB, self.volume_db + steps * VOLUME_STEP_DB))
        self.player.set_volume(self.volume_db)

    def seek(self, row: Row, direction: int) -> None:
        """Move in the sound."""
        self.player.seek(direction * min(STEP_S, row.hit.duration_s / SHARE))

    def compare(self, reference: Path, sounding: Sounding | None) -> None:
        """Switch between the sound and the reference, at the same place."""
        self.comparing = self.player.compare(Take(reference), match_db=_gain(sounding))

    def tune(self, text: str, row: Row | None) -> None:
        """Bring sounds to the tempo and key of a text, such as ``122 Am``; what plays begins again."""
        self.tuning = read_tuning(text)
        if row is not None and self.player.playing is not None:
            self.play(row)

    @property
    def tuned(self) -> str:
        """Tempo and key as a text; empty when sounds play as they are."""
        bpm, key = self.tuning.bpm, self.tuning.key
        return " ".join(part for part in (bpm and f"{bpm:g} bpm", key) if part)

    def _take(self, row: Row) -> Take:
        hit, sounding = row.hit, row.sounding
        change = fit(self.tuning, hit.bpm, hit.key, None if sounding is None else sounding.root_midi)
        return Take(Path(hit.path), hit.start_s, change)


def _gain(sounding: Sounding | None) -> float:
    return 0.0 if sounding is None else match_db(sounding.lufs, sounding.true_peak_db)


def read_tuning(text: str) -> Session:
    """Read a tempo, a key, or both.

    Raises
    ------
    QueryError
        A word is neither.
    """
    bpm, key = None, None
    for word in text.split():
        number = word.lower().removesuffix("bpm")
        try:
            if number and not SLOWEST <= (bpm := float(number)) <= FASTEST:
                raise QueryError(f"A tempo lies between {SLOWEST} and {FASTEST}, not at {word}.")
        except ValueError:
            key = key_name(word)
    return Session(bpm, key)


def tuning_problem(text: str) -> str:
    """Say what is wrong with a tempo and key; nothing when they can be read."""
    try:
        read_tuning(text)
    except QueryError as error:
        return error.message
    except ValueError:
        return "A tempo and key look like: 122 Am"
    return ""
