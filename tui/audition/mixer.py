"""What is heard, as a pure function of what was asked for: no device, no clock.

Any thread asks; the thread of the device calls `Mixer.render`, and only there voices change. A voice that has to make
room fades within 3 ms, so that nothing clicks.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

import numpy as np

from cratedig.types import FloatArray
from tui.audition.clips import CHANNELS, SR, Clip

__all__ = ["Ended", "Entered", "Mixer", "Note", "soft_clip"]

FADE = 3 * SR // 1000  # frames
KNEE = 0.9  # up to here nothing is bent: -0.9 dBFS


@dataclass(frozen=True, slots=True)
class Entered:
    """Playing went on from one minute of a long file into the next, `clip`."""

    clip: Clip
    tag: Any


@dataclass(frozen=True, slots=True)
class Ended:
    """A sound was heard to its end."""

    tag: Any


Note: TypeAlias = Entered | Ended


class Mixer:
    """At most one voice that was asked for, and those that fade.

    Parameters
    ----------
    notify : callable
        Gets a `Note` in the device's thread: it must return at once.
    """

    def __init__(self, notify: Callable[[Note], None] = lambda _: None) -> None:
        self._notify = notify
        self._asked: deque[Callable[[], None]] = deque()
        self._voice: _Voice | None = None
        self._fading: list[_Voice] = []
        self._place: tuple[Clip, int] | None = None

    @property
    def place(self) -> tuple[Clip, int] | None:
        """Clip that is heard and the next frame of it; None in silence. Any thread may look."""
        return self._place

    def play(
        self, clip: Clip, at: int | None = 0, *, loop: bool = False, gain: float = 1.0, tag: object = None
    ) -> None:
        """Let a clip replace what is heard.

        Parameters
        ----------
        clip : Clip
        at : int, optional
            First frame; None is where the voice that it replaces stands, so that two sounds can be compared.
        loop : bool
            From the end of the clip to its beginning, without a gap.
        gain : float
            Linear.
        tag : object
            Comes back in the notes.
        """
        self._asked.append(partial(self._start, clip, at, loop, gain, tag))

    def stop(self) -> None:
        """Fade to silence."""
        self._asked.append(self._release)

    def seek(self, at: int) -> None:
        """Go to a frame of the clip that is heard."""
        self._asked.append(partial(self._jump, at))

    def set_loop(self, loop: bool) -> None:
        """Loop from now on, or let the clip end."""
        self._asked.append(partial(self._change_loop, loop))

    def set_gain(self, gain: float) -> None:
        """Change the linear gain of the clip that is heard, within 3 ms."""
        self._asked.append(partial(self._change_gain, gain))

    def clear(self) -> None:
        """Forget everything at once. Only while nobody renders."""
        self._asked.clear()
        self._fading, self._voice, self._place = [], None, None

    def render(self, frames: int) -> FloatArray:
        """Mix what comes next.

        Parameters
        ----------
        frames : int

        Returns
        -------
        ndarray, shape (frames, 2), float32
            Between -1 and 1, at 48 kHz.
        """
        while self._asked:
            self._asked.popleft()()
        out = np.zeros((frames, CHANNELS), np.float32)
        for voice in self._fading:
            voice.add_to(out)
        self._fading = [voice for voice in self._fading if not voice.ended]
        if self._voice is not None:
            self._advance(self._voice, out)
        self._place = None if self._voice is None else (self._voice.clip, self._voice.at)
        return soft_clip(out)

    def _advance(self, voice: _Voice, out: FloatArray) -> None:
        clip = voice.clip
        voice.add_to(out)
        if voice.ended:
            self._voice = None
            self._notify(Ended(voice.tag))
        elif voice.clip is not clip:
            self._notify(Entered(voice.clip, voice.tag))

    def _start(self, clip: Clip, at: int | None, loop: bool, gain: float, tag: object) -> None:
        if at is None:
            at = 0 if self._voice is None else self._voice.at % clip.capacity
        self._release()
        self._voice = _Voice(clip, at, loop, gain, tag)

    def _release(self) -> None:
        if self._voice is not None:
            if self._voice.heard:
                self._voice.release()
                self._fading.append(self._voice)
            self._voice = None

    def _jump(self, at: int) -> None:
        if self._voice is not None:
            voice = self._voice
            self._start(voice.clip, at, voice.loop, voice.target, voice.tag)

    def _change_loop(self, loop: bool) -> None:
        if self._voice is not None:
            self._voice.loop = loop

    def _change_gain(self, gain: float) -> None:
        if self._voice is not None:
            self._voice.aim(gain)


class _Voice:
    """One clip on its way. A file's own beginning is not faded in: the attack is what is judged."""

    def __init__(self, clip: Clip, at: int, loop: bool, gain: float, tag: object) -> None:
        self.clip, self.at, self.loop, self.tag = clip, at, loop, tag
        self.heard = self.ended = self._leaving = False
        self._level = 0.0
        self.aim(gain)
        if at == 0:
            self._level = self.target

    def aim(self, gain: float) -> None:
        """Move to a gain within `FADE`."""
        self.target = float(np.float32(gain))  # so that the ramp meets it
        self._step = (self.target - self._level) / FADE

    def release(self) -> None:
        """Fade out."""
        self._leaving = True
        self.aim(0.0)

    def add_to(self, out: FloatArray) -> None:
        """Mix the next ``len(out)`` frames into `out`; fewer when the clip ends, or has not been decoded so far."""
        self.heard = True
        y = self._next(len(out))
        out[: len(y)] += y * self._ramp(len(y))
        if self._leaving and (self._level == 0 or len(y) < len(out)):
            self.ended = True

    def _next(self, frames: int) -> FloatArray:
        clip, at = self.clip, self.at
        if self.loop and clip.complete:
            self.at = (at + frames) % clip.filled
            return clip.y.take(np.arange(at, at + frames), axis=0, mode="wrap")
        complete = clip.complete  # before `filled`: what is complete is filled
        y = clip.y[at : min(at + frames, clip.filled)]
        self.at += len(y)
        if len(y) < frames and complete:
            return self._go_on(y, frames)
        return y

    def _go_on(self, y: FloatArray, frames: int) -> FloatArray:
        """Append the beginning of what follows; of a long file that may still be on its way."""
        following = self.clip.following
        if following is not None:
            self.clip.following = None  # else all that was heard of a long file would stay in memory
            self.clip, self.at = following, 0
            return np.concatenate([y, self._next(frames - len(y))])
        self.ended = self.clip.at_end
        return y

    def _ramp(self, frames: int) -> FloatArray | float:
        """Gain of each of the next frames, shape (frames, 1), or one gain for all."""
        if self._level == self.target or not frames:
            return self._level
        ramp: FloatArray = self._level + self._step * np.arange(1, frames + 1, dtype=np.float32)
        ramp = np.minimum(ramp, self.target) if self._step > 0 else np.maximum(ramp, self.target)
        self._level = float(ramp[-1])
        return ramp[:, None]


def soft_clip(y: FloatArray) -> FloatArray:
    """Bend what lies above `KNEE` so that it stays below full scale; the rest is as it was.

    Parameters
    ----------
    y : ndarray, any shape, float32
    """
    level = np.abs(y)
    if level.max(initial=0.0) <= KNEE:
        return y
    bent = KNEE + (1 - KNEE) * np.tanh((level - KNEE) / (1 - KNEE))
    return np.where(level > KNEE, np.copysign(bent, y), y)
