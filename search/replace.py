"""What can stand in for a loop: another loop whose tempo and key fit."""

from __future__ import annotations

from dataclasses import replace

from search.facts import Facts
from search.line import ParsedLine, Term

__all__ = ["replacing"]

STRETCH = 0.06  # of the tempo: what a loop bears without sounding stretched


def replacing(line: ParsedLine, facts: Facts) -> ParsedLine:
    """Add filters that a replacement for a loop must meet, as far as the line says nothing of them itself."""
    if facts.kind != "loop":
        return line
    given = {term.name for group in line.filters for term in group}
    wanted = [Term("kind", "loop")]
    if facts.bpm is not None:
        wanted.append(Term("bpm", f"~{facts.bpm * (1 - STRETCH):.1f}..{facts.bpm * (1 + STRETCH):.1f}"))
    if facts.key is not None:
        wanted.append(Term("key", f"~{facts.key}"))
    added = tuple((term,) for term in wanted if term.name not in given)
    return replace(line, filters=(*line.filters, *added))
