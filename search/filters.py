"""Filters: each turns a value into SQL over content c, analysis a, file f and pack p.

They run before the vector search, so that as many hits come back as were asked for.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from cratedig.analysis.key import NAMES, camelot
from cratedig.errors import QueryError
from cratedig.paths import as_text
from cratedig.store.segments import ANY_FILE, Condition

__all__ = ["FILTERS", "Filter", "condition"]

SECONDS = "1.0 * c.frames / c.sr"
TEMPO_SLACK = 0.5  # beats a minute around a single number
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
    """One filter: its name, an example value for help, and how a value becomes a condition."""

    name: str
    example: str
    help: str
    parse: Callable[[str], Condition]


def _number(text: str) -> float:
    number = float(text)
    if not number >= 0:  # also when it is NaN
        raise ValueError(text)
    return number


def _range(
    column: str, value: str, slack: float | None = None, *, bound: str = "?", highest: float = math.inf
) -> tuple[str, tuple[float, ...]]:
    """Read ``<2``, ``>0.5``, ``0.5..2``, ``0.5..`` or ``..2``; a single number when there is a `slack` around it.

    `bound` is the SQL that a number becomes, `highest` what an open end means.
    """
    if value[:1] in {"<", ">"}:
        return f"{column} {value[0]} {bound}", (_number(value[1:]),)
    low, separator, high = value.partition("..")
    if not separator and slack is not None:
        return f"{column} BETWEEN {bound} AND {bound}", (_number(low) - slack, _number(low) + slack)
    if not separator or not (low or high):
        raise ValueError(value)
    bounds = (_number(low or "0"), _number(high) if high else highest)
    if bounds[0] > bounds[1]:
        raise ValueError(value)
    return f"{column} BETWEEN {bound} AND {bound}", bounds


def _bpm(value: str) -> Condition:
    """Read a tempo; with ``~``, half and double will do."""
    if not value.startswith("~"):
        return _range("a.bpm", value, TEMPO_SLACK)
    octaves = [_range(f"a.bpm * {octave}", value[1:], TEMPO_SLACK) for octave in (0.5, 1, 2)]
    return f"({' OR '.join(sql for sql, _ in octaves)})", tuple(p for _, parameters in octaves for p in parameters)


def _key(value: str) -> Condition:
    """Read a key by name or place on the Camelot wheel; with ``~``, its neighbours on the wheel will do."""
    key = _key_name(value.removeprefix("~"))
    keys = _neighbours(key) if value.startswith("~") else [key]
    return f"a.key IN ({', '.join('?' * len(keys))})", tuple(keys)


def _key_name(text: str) -> str:
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


def _neighbours(key: str) -> list[str]:
    """Return a key, its relative, and the two a fifth away: what mixes in harmony."""
    place = camelot(key)
    hour, mode = int(place[:-1]), place[-1]
    around = {f"{hour}{'A' if mode == 'B' else 'B'}", *(f"{(hour + step) % 12 + 1}{mode}" for step in (-2, -1, 0))}
    return [name for name in NAMES if camelot(name) in around]


def _note(value: str) -> Condition:
    """Read a note with its octave, such as ``F1``, or without, such as ``F#``."""
    match = re.fullmatch(rf"({TONIC})(-?\d)?", value)
    if match is None:
        raise ValueError(value)
    step = NAMES.index(_with_sharp(match[1]))
    if match[2] is None:
        return "a.root_midi % 12 = ?", (step,)
    return "a.root_midi = ?", (step + 12 * int(match[2]) + MIDI_OF_C0,)


def _kind(value: str) -> Condition:
    kind = "one-shot" if value.lower() in {"oneshot", "hit", "shot"} else value.lower()
    if kind not in KINDS:
        raise ValueError(value)
    return "a.kind = ?", (kind,)


def _slider(column: str, value: str) -> Condition:
    """Read percentiles of the library, such as ``>70``, as bounds on the raw descriptor."""
    at = f"(SELECT value FROM scale WHERE descriptor = '{column}' AND percent = ?)"  # noqa: S608  (a name from SLIDERS)
    sql, percents = _range(f"a.{column}", value, bound=at, highest=100.0)
    if max(percents) > 100:
        raise ValueError(value)
    return sql, tuple(round(percent) for percent in percents)


def _contains(column: str, value: str) -> Condition:
    if not value:
        raise ValueError(value)
    return f"instr(lower({column}), lower(?)) > 0", (as_text(value),)


def _added(value: str) -> Condition:
    match = re.fullmatch(r"(\d{1,4})([dwmy])", value.lower())
    if match is None:
        raise ValueError(value)
    return "f.added_at >= datetime('now', ?)", (f"-{int(match[1]) * DAYS[match[2]]} days",)


def _duplicated(value: str) -> Condition:
    if value.lower() not in {"yes", "no"}:
        raise ValueError(value)
    return f"c.files_present {'>' if value.lower() == 'yes' else '='} 1", ()


FILTERS = {
    f.name: f
    for f in (
        Filter("added", "7d", "Added in the last days, weeks (2w), months (3m) or years (1y).", _added),
        Filter("bpm", "118..124", "Tempo: 120, 118..124, ..100, 140..; ~120 also takes half and double.", _bpm),
        Filter("dup", "yes", "With (yes) or without (no) copies elsewhere in the library.", _duplicated),
        Filter("key", "Am", "Key: Am, F#, 8A; ~Am also takes the keys that mix with it.", _key),
        Filter("kind", "loop", "One of one-shot, loop, texture.", _kind),
        Filter("len", "0.5..2", "Length in seconds: 0.5..2, ..2, 0.5.. or <2.", partial(_range, SECONDS)),
        Filter("name", "TEXT", "With this in the file name.", partial(_contains, "f.name")),
        Filter("note", "F1", "Root note of a one-shot: F1 (C4 is MIDI 60), or F in any octave.", _note),
        Filter("pack", "TEXT", "With this in the name of the pack.", partial(_contains, "p.name")),
        Filter("path", "TEXT", "With this in the path.", partial(_contains, "CAST(f.path AS TEXT)")),
        *(
            Filter(name, "70..", f"Percent of this library: {column} 70.., ..30 or 40..60.", partial(_slider, column))
            for name, column in SLIDERS.items()
        ),
    )
}


def condition(values: Mapping[str, str]) -> Condition:
    """Join filters into one condition that all must meet.

    Raises
    ------
    QueryError
        A value cannot be read.
    """
    clauses: list[str] = []
    parameters: tuple[object, ...] = ()
    for name, value in values.items():
        chosen = FILTERS[name]
        try:
            clause, of_clause = chosen.parse(value.strip())
        except ValueError:
            raise QueryError(
                f"{name} cannot be {value!r}.", f"{chosen.help} For example {name}:{chosen.example}"
            ) from None
        clauses.append(clause)
        parameters += of_clause
    return (" AND ".join(clauses), parameters) if clauses else ANY_FILE
