"""What the audition room tells the app."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from tui.audition.clips import Take

__all__ = ["AudioOff", "Event", "Failed", "Finished", "Started"]


@dataclass(frozen=True, slots=True)
class Started:
    """A take is heard from now on."""

    take: Take


@dataclass(frozen=True, slots=True)
class Finished:
    """A take was heard to its end. Stopping or replacing it says nothing."""

    take: Take


@dataclass(frozen=True, slots=True)
class Failed:
    """A take cannot be heard; `message` names the file and says why, `hint` what to do if anything can be done."""

    take: Take
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class AudioOff:
    """Nothing can be heard, and why; said once, until something is heard again."""

    message: str
    hint: str


Event: TypeAlias = Started | Finished | Failed | AudioOff
