"""The tempo and key of the session: how a sound is changed to fit, and changing it.

Varispeed (tempo and pitch move together, as on a turntable) is resampling and always there. Changing one without the
other needs the extra `stretch`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec

import numpy as np

from cratedig.analysis.key import NAMES
from cratedig.types import FloatArray

__all__ = [
    "AS_IT_IS",
    "CONTEXT",
    "PIECE",
    "Change",
    "Session",
    "can_stretch",
    "fit",
    "stretch",
    "stretch_stream",
    "tempo_ratio",
    "transposition",
]

SR = 48_000
SEAM = SR // 100  # frames
CONTEXT = SR // 4  # frames before and after, so that the edges are not faded: twice the stretcher's window
PIECE = 2 * SR  # frames that a stream is stretched by: what has to be decoded before it can be heard


@dataclass(frozen=True, slots=True)
class Change:
    """How a sound is changed before it is heard.

    Attributes
    ----------
    speed : float
        Varispeed: 2 is twice as fast and an octave up.
    tempo : float
        Times faster at the same pitch.
    semitones : float
        Upwards at the same tempo.
    repeats : bool
        Whether it is a loop: what comes before its beginning is then its end.
    """

    speed: float = 1.0
    tempo: float = 1.0
    semitones: float = 0.0
    repeats: bool = False

    @property
    def stretches(self) -> bool:
        """Whether it needs the extra."""
        return self.tempo != 1 or self.semitones != 0


AS_IT_IS = Change()


@dataclass(frozen=True, slots=True)
class Session:
    """Where a producer's song is. None leaves tempo or key of sounds alone.

    Attributes
    ----------
    bpm : float, optional
        Beats per minute.
    key : str, optional
        One of `cratedig.analysis.key.NAMES`.
    varispeed : bool
        Fit by varispeed, even where the extra is there.
    """

    bpm: float | None = None
    key: str | None = None
    varispeed: bool = False


def can_stretch() -> bool:
    """Whether the extra `stretch` is installed."""
    return find_spec("python_stretch") is not None


def fit(session: Session, bpm: float | None = None, key: str | None = None, root_midi: int | None = None) -> Change:
    """Choose how a sound comes into the session's tempo and key.

    Without stretching, tempo goes before key: a loop out of time is of less use than one out of tune.

    Parameters
    ----------
    session : Session
    bpm, key, root_midi : optional
        Of the sound, as far as they are known; the key goes before the root note.
    """
    ratio = 1.0 if bpm is None or session.bpm is None else tempo_ratio(bpm, session.bpm)
    semitones = 0 if session.key is None else transposition(session.key, key, root_midi)
    if can_stretch() and not session.varispeed:
        return Change(tempo=ratio, semitones=semitones, repeats=bpm is not None)
    return Change(speed=ratio if ratio != 1 else 2 ** (semitones / 12))


def tempo_ratio(bpm: float, session_bpm: float) -> float:
    """Times faster that a sound has to play; of half, same and double tempo the nearest.

    Parameters
    ----------
    bpm, session_bpm : float
        Beats per minute of the sound and of the session; positive.
    """
    octaves = math.log2(session_bpm / bpm)
    return 2 ** (octaves - round(octaves))


def transposition(session_key: str, key: str | None, root_midi: int | None = None) -> int:
    """Semitones, -5 to 6, that bring a sound into a key.

    Relative keys share their notes: a sound in Am needs none in C. A sound that only has a root note goes to the tonic.

    Parameters
    ----------
    session_key, key : str
        Of `cratedig.analysis.key.NAMES`.
    root_midi : int, optional
        Root note of a one-shot.
    """
    if key is not None:
        return _nearest(_scale(session_key) - _scale(key))
    if root_midi is not None:
        return _nearest(NAMES.index(session_key) % 12 - root_midi)
    return 0


def stretch(y: FloatArray, change: Change) -> FloatArray:
    """Change tempo and pitch apart from each other (Signalsmith Stretch).

    Parameters
    ----------
    y : ndarray, shape (n, 2), float32
        At 48 kHz.
    change : Change

    Returns
    -------
    ndarray, shape (round(n / change.tempo), 2), float32

    Raises
    ------
    ImportError
        The extra `stretch` is not installed.
    """
    around = np.pad(y, ((CONTEXT, CONTEXT), (0, 0)), "wrap" if change.repeats else "constant")
    result, onward = _stretch_inside(around, change, max(1, round(len(y) / change.tempo)))
    return _joined(onward, result) if change.repeats else result


def stretch_stream(blocks: Iterable[FloatArray], change: Change) -> Iterator[FloatArray]:
    """Stretch a long sound while it is decoded, in pieces that pass into each other.

    Parameters
    ----------
    blocks : iterable of ndarray, shape (n, channels), float32
        At 48 kHz. Of the first `CONTEXT` frames nothing is returned: they are what comes before.
    change : Change
        Whether it repeats does not count.

    Yields
    ------
    ndarray, shape (round(PIECE / change.tempo), channels), float32
        The last may be shorter.
    """
    held: FloatArray | None = None
    onward: FloatArray | None = None
    for block in blocks:
        held = block if held is None else np.concatenate([held, block])
        while len(held) >= PIECE + 2 * CONTEXT:
            piece, onward = _piece(held[: PIECE + 2 * CONTEXT], change, onward)
            held = held[PIECE:]
            yield piece
    if held is not None and len(held) > CONTEXT:
        yield _piece(np.pad(held, ((0, CONTEXT), (0, 0))), change, onward)[0]


def _piece(around: FloatArray, change: Change, before: FloatArray | None) -> tuple[FloatArray, FloatArray]:
    frames = max(1, round((len(around) - 2 * CONTEXT) / change.tempo))
    piece, onward = _stretch_inside(around, change, frames)
    return (piece if before is None else _joined(before, piece)), onward


def _stretch_inside(around: FloatArray, change: Change, frames: int) -> tuple[FloatArray, FloatArray]:
    """Stretch what lies between two contexts; also how it would go on."""
    from python_stretch import Signalsmith  # noqa: PLC0415 - an extra

    stretcher = Signalsmith.Stretch()
    stretcher.preset(around.shape[1], SR)
    stretcher.setTimeFactor(change.tempo)
    stretcher.setTransposeSemitones(change.semitones)
    changed = np.asarray(stretcher.process(np.ascontiguousarray(around.T)), np.float32).T
    first = round(CONTEXT / change.tempo)
    return changed[first : first + frames].copy(), changed[first + frames :]


def _joined(onward: FloatArray, y: FloatArray) -> FloatArray:
    """Let what would go on pass into `y`, which is changed."""
    seam = min(SEAM, len(y))
    fade = np.linspace(0, 1, seam, dtype=np.float32)[:, None]
    y[:seam] = fade * y[:seam] + (1 - fade) * onward[:seam]
    return y


def _scale(key: str) -> int:
    """Tonic of the major key with the same notes, in semitones above C."""
    return (NAMES.index(key) + (3 if key.endswith("m") else 0)) % 12


def _nearest(semitones: int) -> int:
    return (semitones + 5) % 12 - 5
