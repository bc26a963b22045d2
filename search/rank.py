"""An order of sounds, best first, that rows are fetched from as they come into sight."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cratedig.store.columns import Mask, Numbers
from cratedig.types import FloatArray, IdArray

__all__ = ["Ranking", "Reason"]


@dataclass(frozen=True, slots=True, eq=False)
class Reason:
    """Something that speaks for the sounds of a ranking: a number for each, and how it is said; empty is not said."""

    values: Numbers
    say: Callable[[float], str]

    def take(self, places: IdArray) -> Reason:
        """Return the reason of these places."""
        return Reason(self.values[places], self.say)


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """Sounds in order, one segment each.

    Attributes
    ----------
    title : str
        The question in words.
    ids : ndarray of int64, shape (n,)
        Segments, best first.
    scores : ndarray of float32, shape (n,), optional
        Calibrated match of each; None when there is none.
    files : ndarray of int64, shape (n,), optional
        Id of the file to show for each; -1, or None for all: the first present one.
    by_name : ndarray of bool, shape (n,), optional
        Which owe their place to words in their name or tags.
    reasons : tuple of Reason
        Why each sound is there, besides its score.
    note : str
        What the user should know of the question; mostly nothing.
    """

    title: str
    ids: IdArray
    scores: FloatArray | None = None
    files: IdArray | None = None
    by_name: Mask | None = None
    reasons: tuple[Reason, ...] = ()
    note: str = ""

    def __len__(self) -> int:
        return len(self.ids)

    def why(self, place: int) -> tuple[str, ...]:
        """Say in short phrases why a sound is there."""
        said = [reason.say(float(reason.values[place])) for reason in self.reasons]
        if self.scores is not None:
            said.insert(0, f"meaning {100 * self.scores[place]:.0f}")
        if self.by_name is not None and self.by_name[place]:
            said.append("by name")
        return tuple(filter(None, said))

    def take(self, places: IdArray) -> Ranking:
        """Return the sounds of these places, in the order of `places`."""
        return Ranking(
            self.title,
            self.ids[places],
            None if self.scores is None else self.scores[places],
            None if self.files is None else self.files[places],
            None if self.by_name is None else self.by_name[places],
            tuple(reason.take(places) for reason in self.reasons),
            self.note,
        )
