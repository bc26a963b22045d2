"""Filters: each turns a value into SQL over content c, file f and pack p. They run before the vector search."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cratedig.errors import QueryError
from cratedig.store.segments import ANY_FILE, Condition

__all__ = ["FILTERS", "Filter", "condition"]

SECONDS = "1.0 * c.frames / c.sr"


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter: its name, an example value for help, and how a value becomes a condition."""

    name: str
    example: str
    help: str
    parse: Callable[[str], Condition]


def _pack(value: str) -> Condition:
    name = value.encode("utf-8", "replace").decode("utf-8")  # as pack names are stored: undecodable bytes are marks
    return "instr(lower(p.name), lower(?)) > 0", (name,)


def _length(value: str) -> Condition:
    """Read ``<2``, ``>0.5`` or ``0.5..2``."""
    if value[:1] in {"<", ">"}:
        return f"{SECONDS} {value[0]} ?", (_seconds(value[1:]),)
    low, _, high = value.partition("..")
    bounds = (_seconds(low), _seconds(high))
    if bounds[0] > bounds[1]:
        raise ValueError(value)
    return f"{SECONDS} BETWEEN ? AND ?", bounds


def _seconds(text: str) -> float:
    seconds = float(text)
    if not seconds >= 0:  # also when it is NaN
        raise ValueError(text)
    return seconds


FILTERS = {
    f.name: f
    for f in (
        Filter("len", "0.5..2", "Only sounds of this length in seconds: <2, >0.5 or 0.5..2.", _length),
        Filter("pack", "NAME", "Only sounds of packs with this in their name.", _pack),
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
            clause, of_clause = chosen.parse(value)
        except ValueError:
            raise QueryError(f"{name} cannot be {value!r}.", f"Try for example: {chosen.example}") from None
        clauses.append(clause)
        parameters += of_clause
    return (" AND ".join(clauses), parameters) if clauses else ANY_FILE
