"""What the recipes list: a sound, the truth about it, and its maker."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from data.demo_pack.loops import Groove
from data.demo_pack.synth import Rng, Wave

__all__ = ["Kind", "Sound"]

Kind = Literal["oneshot", "loop"]


@dataclass(frozen=True, slots=True)
class Sound:
    """One sound: what is true of it, and its maker.

    Attributes
    ----------
    name : str
        Unique, for grooves and seeds; never written to a path.
    cls : str
        Class of the training corpus.
    words : str
        What a producer would say of it, separated by commas.
    make : callable or Groove
        From a random generator to a wave; a groove also needs the pack's one-shots.
    kind : {"oneshot", "loop"} or None
        None for a long recording.
    event_s : float or None
        When the one clear event of a long recording starts.
    """

    name: str
    cls: str
    words: str
    make: Callable[[Rng], Wave] | Groove
    kind: Kind | None = "oneshot"
    bpm: float | None = None
    key: str | None = None
    event_s: float | None = None
