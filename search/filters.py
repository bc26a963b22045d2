"""Filters: each turns a value into SQL over content c, file f and pack p. They run before the vector search."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cratedig.errors import QueryError
from cratedig.store.segments import ANY_FILE, Condition

__all__ = ["FILTERS", "Filter", "condition"]


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
    low, high = _bounds(value)
    if not low <= high:  # also when one is NaN
        raise ValueError(value)
    return "1.0 * c.frames / c.sr BETWEEN ? AND ?", (low, high)


def _bounds(value: str) -> tuple[float, float]:
    """Read ``<2``, ``>0.5`` or ``0.5..2`` as bounds."""
    if value.startswith("<"):
        return 0.0, float(value[1:])
    if value.startswith(">"):
        return float(value[1:]), float("inf")
    low, separator, high = value.partition("..")
    if not separator:
        raise ValueError(value)
    return float(low), float(high)


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
