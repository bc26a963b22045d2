"""Filters: each turns a value into a test of every sound, or of every file, at once.

They run before the search, so that as many hits come back as were asked for.
"""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Literal, TypeAlias

import numpy as np

from cratedig.analysis.key import NAMES, camelot
from cratedig.errors import VocabularyError
from cratedig.paths import as_text
from cratedig.store.columns import Columns, Mask, Numbers
from cratedig.store.licences import LICENCES
from cratedig.store.measures import DESCRIPTORS
from cratedig.tags.vocabulary import Vocabulary, as_term, read_vocabulary
from search.line import EXACT

__all__ = ["FILTERS", "KINDS", "Filter", "Test", "key_name", "neighbours"]

Test: TypeAlias = Callable[[Columns], Mask]

TEMPO_SLACK = 0.5  # beats a minute around a single number
OCTAVES = (0.5, 1.0, 2.0)
KINDS = ("one-shot", "loop", "texture")
DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}
TONIC = "[A-Ga-g][#b]?"
FLATS = {"Db": "C#", "Eb": "D#", "Gb": "F#", "Ab": "G#", "Bb": "A#"}
MIDI_OF_C0 = 12  # C4 is 60
SLIDERS = {
    "bright": "brightness",
    "warm": "warmth",
    "noisy": "noisiness",
    "tonal": "tonality",
    "attack": "attack",
    "punchy": "punch",
    "decay": "decay",
    "boomy": "boominess",
    "rough": "roughness",
    "wide": "width",
    "reverb": "reverberance",
    "dense": "density",
}


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter.

    Attributes
    ----------
    name, example, help : str
        How it is typed, an example value, and what it does.
    parse : callable
        From a value to the test that it stands for; raises ValueError when it stands for none.
    tests : str
        Whether the test says which sounds pass, or which files.
    choices : tuple of str
        Values worth proposing in place of a bad one.
    several : bool
        Whether it makes sense more than once in a line.
    """

    name: str
    example: str
    help: str
    parse: Callable[[str], Test]
    tests: Literal["sounds", "files"] = "sounds"
    choices: tuple[str, ...] = ()
    several: bool = False


@dataclass(frozen=True, slots=True)
class Range:
    """Numbers from `low` to `high`; the ends may not be part of it."""

    low: float = 0.0
    high: float = math.inf
    closed: bool = True

    def holds(self, values: Numbers) -> Mask:
        """Which values lie in it; NaN never does."""
        if self.closed:
            return (values >= self.low) & (values <= self.high)
        return (values > self.low) & (values < self.high)


def _number(text: str) -> float:
    number = float(text)
    if not number >= 0:  # also when it is NaN
        raise ValueError(text)
    return number


def _range(value: str, slack: float | None = None) -> Range:
    """Read ``<2``, ``>0.5``, ``0.5..2``, ``0.5..`` or ``..2``; a single number when there is a `slack` around it."""
    if value.startswith("<"):
        return Range(-math.inf, _number(value[1:]), closed=False)
    if value.startswith(">"):
        return Range(_number(value[1:]), closed=False)
    low, separator, high = value.partition("..")
    if not separator and slack is not None:
        return Range(_number(low) - slack, _number(low) + slack)
    if not separator or not (low or high):
        raise ValueError(value)
    bounds = Range(_number(low or "0"), _number(high) if high else math.inf)
    if bounds.low > bounds.high:
        raise ValueError(value)
    return bounds


def _length(value: str) -> Test:
    wanted = _range(value)
    return lambda columns: wanted.holds(columns.number("seconds"))


def _bpm(value: str) -> Test:
    """Read a tempo; with ``~``, half and double will do."""
    wanted = _range(value.removeprefix("~"), TEMPO_SLACK)
    octaves = OCTAVES if value.startswith("~") else (1.0,)
    return lambda columns: np.any([wanted.holds(columns.tempo() * octave) for octave in octaves], axis=0)


def _key(value: str) -> Test:
    """Read a key by name or place on the Camelot wheel; with ``~``, its neighbours on the wheel will do."""
    key = key_name(value.removeprefix("~"))
    keys = neighbours(key) if value.startswith("~") else [key]
    return lambda columns: np.isin(columns.words("key"), [name.lower() for name in keys])


def key_name(text: str) -> str:
    """Read a key such as ``A minor``, ``Bbm`` or ``8A`` as one of `NAMES`; ValueError when it is none."""
    for name in NAMES:
        if text.upper() == camelot(name):
            return name
    match = re.fullmatch(rf"({TONIC})\s*(m|min|minor|maj|major|)", text)
    if match is None:
        raise ValueError(text)
    name = _with_sharp(match[1]) + ("m" if match[2] in {"m", "min", "minor"} else "")
    if name not in NAMES:
        raise ValueError(text)
    return name


def _with_sharp(tonic: str) -> str:
    """Spell a tonic as `NAMES` does: upper case, flats as sharps."""
    name = tonic[0].upper() + tonic[1:]
    return FLATS.get(name, name)


def neighbours(key: str) -> list[str]:
    """Return a key, its relative, and the two a fifth away: what mixes in harmony."""
    place = camelot(key)
    hour, mode = int(place[:-1]), place[-1]
    around = {f"{hour}{'A' if mode == 'B' else 'B'}", *(f"{(hour + step) % 12 + 1}{mode}" for step in (-2, -1, 0))}
    return [name for name in NAMES if camelot(name) in around]


def _note(value: str) -> Test:
    """Read a note with its octave, such as ``F1``, or without, such as ``F#``."""
    match = re.fullmatch(rf"({TONIC})(-?\d)?", value)
    if match is None:
        raise ValueError(value)
    step = NAMES.index(_with_sharp(match[1]))
    if match[2] is None:
        return lambda columns: columns.number("root_midi") % 12 == step
    midi = step + 12 * int(match[2]) + MIDI_OF_C0
    return lambda columns: columns.number("root_midi") == midi


def _kind(value: str) -> Test:
    kind = "one-shot" if value.lower() in {"oneshot", "hit", "shot"} else value.lower()
    if kind not in KINDS:
        raise ValueError(value)
    return lambda columns: columns.words("kind") == kind


def _slider(descriptor: str, value: str) -> Test:
    """Read percentiles of the library, such as ``>70``, as bounds on the raw descriptor."""
    percent = _range(value)
    if any(100 < bound < math.inf for bound in (percent.low, percent.high)):
        raise ValueError(value)

    def test(columns: Columns) -> Mask:
        scale, values = columns.scale(descriptor), columns.number(descriptor)
        if not len(scale):
            return np.zeros(len(values), dtype=bool)
        low = scale[round(percent.low)] if percent.low >= 0 else -math.inf
        high = scale[round(percent.high)] if percent.high <= 100 else math.inf
        return Range(low, high, percent.closed).holds(values)

    return test


def _contains(column: str, value: str) -> Test:
    wanted = as_text(value).lower()
    if not wanted:
        raise ValueError(value)

    def test(columns: Columns) -> Mask:
        texts = columns.text(column)
        return np.fromiter((wanted in text for text in texts), bool, len(texts))

    return test


def _exact(value: str) -> Test:
    phrase = as_text(value)
    if not phrase.strip():
        raise ValueError(value)
    return lambda columns: np.isin(columns.file_ids, columns.named(phrase))


def _added(value: str) -> Test:
    match = re.fullmatch(r"(\d{1,4})([dwmy])", value.lower())
    if match is None:
        raise ValueError(value)
    days = datetime.timedelta(int(match[1]) * DAYS[match[2]])

    def test(columns: Columns) -> Mask:
        oldest = datetime.datetime.now(datetime.UTC) - min(days, datetime.timedelta(700_000))
        return columns.words("added") >= oldest.strftime("%Y-%m-%d %H:%M:%S")

    return test


def _yes(value: str, test: Test) -> Test:
    if value.lower() not in {"yes", "no"}:
        raise ValueError(value)
    return test if value.lower() == "yes" else lambda columns: ~test(columns)


def _duplicated(value: str) -> Test:
    return _yes(value, lambda columns: columns.number("files") > 1)


def _favourite(value: str) -> Test:
    return _yes(value, lambda columns: columns.members("favourite"))


def _used(value: str) -> Test:
    """Read yes, no, or the name of a project."""
    if value.lower() in {"yes", "no"}:
        return _yes(value, lambda columns: columns.members("used"))
    return _member("project", value)


def _member(group: str, value: str) -> Test:
    name = as_text(value).lower()
    if not name:
        raise ValueError(value)
    return lambda columns: columns.members(group, name)


def _tag(value: str) -> Test:
    """Read a tag: a term of the library, else what it is another name or abbreviation of."""
    try:
        term = as_term(as_text(value))
    except VocabularyError:
        raise ValueError(value) from None

    def test(columns: Columns) -> Mask:
        known = None if term in columns.terms() else _shipped().find(term)
        return columns.tagged(term if known is None else known.name)

    return test


@lru_cache(maxsize=1)
def _shipped() -> Vocabulary:
    return read_vocabulary(None, DESCRIPTORS)


def _licence(value: str) -> Test:
    if value.lower() not in LICENCES:
        raise ValueError(value)
    return lambda columns: columns.licences() == value.lower()


YES_NO = ("yes", "no")
FILTERS = {
    f.name: f
    for f in (
        Filter("added", "7d", "Added in the last days, weeks (2w), months (3m) or years (1y).", _added, "files"),
        Filter("bpm", "118..124", "Tempo: 120, 118..124, ..100, 140..; ~120 also takes half and double.", _bpm),
        Filter(
            "dup", "yes", "With (yes) or without (no) copies elsewhere in the library.", _duplicated, choices=YES_NO
        ),
        Filter(
            EXACT,
            '"TEXT"',
            'With these words in a row in its name or folders: "dusty kick".',
            _exact,
            "files",
            several=True,
        ),
        Filter("fav", "yes", "Favourites (yes) or the others (no).", _favourite, choices=YES_NO),
        Filter("in", "NAME", "In this collection.", partial(_member, "collection"), several=True),
        Filter("key", "Am", "Key: Am, F#, 8A; ~Am also takes the keys that mix with it.", _key, choices=NAMES),
        Filter("kind", "loop", "One of one-shot, loop, texture.", _kind, choices=KINDS),
        Filter("len", "0.5..2", "Length in seconds: 0.5..2, ..2, 0.5.. or <2.", _length),
        Filter("licence", "cc0", f"One of {', '.join(LICENCES)}.", _licence, choices=LICENCES),
        Filter("name", "TEXT", "With this in the file name.", partial(_contains, "name"), "files", several=True),
        Filter(
            "note", "F1", "Root note of a one-shot: F1 (C4 is MIDI 60), or F in any octave.", _note, choices=NAMES[:12]
        ),
        Filter("pack", "TEXT", "With this in the name of the pack.", partial(_contains, "pack"), "files", several=True),
        Filter("path", "TEXT", "With this in the path.", partial(_contains, "path"), "files", several=True),
        Filter("tag", "kick", "With this tag.", _tag, several=True),
        Filter(
            "used",
            "yes",
            "Used in a project (yes), in none (no), or in the project of this name.",
            _used,
            choices=YES_NO,
            several=True,
        ),
        *(
            Filter(name, "70..", f"Percent of this library: {column} 70.., ..30 or 40..60.", partial(_slider, column))
            for name, column in SLIDERS.items()
        ),
    )
}
