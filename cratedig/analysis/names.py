"""Tempo, key, note and kind that producers write into file and folder names.

What a name says is a claim: `cratedig.analysis.facts` believes it when the audio agrees.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePath

from cratedig.analysis.key import NAMES
from cratedig.analysis.kind import KindName

__all__ = ["Claims", "key_name", "read_name"]

SLOWEST, FASTEST = 40.0, 300.0
MACHINES = frozenset({101, 202, 303, 404, 505, 606, 626, 700, 707, 727, 808, 909})
FOLDERS = 3  # above the file that may speak for it

BPM = r"(?<!\d)(?<!\d\.)(\d{2,3}(?:\.\d{1,2})?)"
STATED_BPM = re.compile(rf"{BPM}[\s_-]*bpm|bpm[\s_=-]*{BPM}(?![\d.])", re.I)
BARE_NUMBER = re.compile(r"(?<![\w.#])(\d{2,3})(?![\w.#])")
COUNTED = re.compile(r"(?:vol(?:ume)?|pt|part|take|no|nr|ver|version|layer|velocity|vel|track|v|#)\.?[\s_-]*$", re.I)
ACCIDENTAL = r"(#|♯|b|♭|[\s_-]?sharp|[\s_-]?flat)?"
KEY = re.compile(rf"(?<![A-Za-z0-9#])([A-G]){ACCIDENTAL}(?:[\s_-]?((?i:minor|major|min|maj))|(m))\d?(?![A-Za-z0-9#])")
TONIC = re.compile(r"(?<![A-Za-z0-9#'])([A-G])(#|♯|b|♭)(?![A-Za-z0-9#'])")
NOTE = re.compile(r"(?<![A-Za-z0-9#])([A-Ga-g])(#|♯|b|♭|s)?(-1|[0-8])(?![A-Za-z0-9#.])")
STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z])(?:{pattern})(?![a-z])", re.I)


KIND_WORDS: tuple[tuple[KindName, re.Pattern[str]], ...] = (
    ("one-shot", _words(r"one[\s_-]?shots?|hits?")),
    ("loop", _words("[a-z]*loops?|breaks?|[a-z]*beats?|grooves?")),
    ("texture", _words("textures?|ambien(?:ce|t)s?|atmos(?:phere)?s?|drones?|soundscapes?")),
)


@dataclass(frozen=True, slots=True)
class Claims:
    """What a name says; None where it says nothing.

    Attributes
    ----------
    bpm : float
        Tempo. `bpm_stated` tells whether the name says "bpm", or just holds a number that may be one.
    key, tonic : str
        A key with its mode, one of `NAMES`; or only a tonic (``A#``) whose mode the name leaves open.
    note_midi : int
        A note with its octave, C4 = 60.
    kind : str
        One-shot, loop or texture.
    """

    bpm: float | None = None
    bpm_stated: bool = False
    key: str | None = None
    tonic: str | None = None
    note_midi: int | None = None
    kind: KindName | None = None


def read_name(path: PurePath) -> Claims:
    """Read a path's file name first, then its nearest folders."""
    names = [path.stem, *list(reversed(path.parts[:-1]))[:FOLDERS]]
    kind = next((spoken for name in names if (spoken := _kind(name))), None)
    stated = next(filter(None, map(_stated_bpm, names)), None)
    key = next(filter(None, map(_key, names)), None)
    tonic = TONIC.search(path.stem)
    return Claims(
        bpm=stated or (_bare_bpm(path.stem) if kind != "one-shot" else None),
        bpm_stated=stated is not None,
        key=key,
        tonic=_name(tonic[1], tonic[2]) if tonic and not key else None,
        note_midi=_note(path.stem),
        kind=kind,
    )


def key_name(text: str) -> str | None:
    """Spell a key as `NAMES` does: ``Bbmin``, ``A# minor`` and ``A#m`` are ``A#m``; None if it is no key."""
    text = text.strip()
    return _key(text) or (_name(text[:1], text[1:]) if re.fullmatch(r"[A-G][#♯b♭]?", text) else None)


def _stated_bpm(name: str) -> float | None:
    for match in STATED_BPM.finditer(name):
        bpm = float(match[1] or match[2])
        if SLOWEST <= bpm <= FASTEST:
            return bpm
    return None


def _bare_bpm(stem: str) -> float | None:
    """A number that could be a tempo, and is no drum machine, volume or take; None if there are several."""
    numbers = [
        int(match[1])
        for match in BARE_NUMBER.finditer(stem.replace("_", " "))
        if not match[1].startswith("0") and not COUNTED.search(stem[: match.start()])
    ]
    likely = [number for number in numbers if 60 <= number <= 200 and number not in MACHINES]
    return float(likely[0]) if len(likely) == 1 else None


def _key(name: str) -> str | None:
    match = KEY.search(name)
    if match is None:
        return None
    minor = match[4] == "m" or (match[3] or "").lower().startswith("min")
    return _name(match[1], match[2]) + ("m" if minor else "")


def _note(stem: str) -> int | None:
    match = NOTE.search(stem)
    return None if match is None else 12 * (int(match[3]) + 1) + _step(match[1].upper(), match[2])


def _name(letter: str, accidental: str | None) -> str:
    return NAMES[_step(letter, accidental) % 12]


def _step(letter: str, accidental: str | None) -> int:
    mark = (accidental or "").strip(" _-").lower()
    return STEPS[letter] + (mark in {"#", "♯", "sharp", "s"}) - (mark in {"b", "♭", "flat"})


def _kind(name: str) -> KindName | None:
    """The kind a name speaks of; None if it speaks of several, such as "Loops and One Shots"."""
    spoken = [kind for kind, pattern in KIND_WORDS if pattern.search(name)]
    return spoken[0] if len(spoken) == 1 else None
