"""How the word at the cursor of a line can go on."""

from __future__ import annotations

import re
from collections.abc import Iterable

from cratedig.store.store import Store
from search.filters import FILTERS
from search.line import EXACT, FIELDS, Term
from search.parse import ASPECTS

__all__ = ["complete"]

MOST = 20
LAST = re.compile(r'(?P<minus>-?)(?:(?P<name>[A-Za-z]+):)?(?P<value>"[^"]*|\S*)$')


def complete(line: str, cursor: int, store: Store) -> list[str]:
    """Return whole lines in which the word at the cursor goes on: names of filters, then their values.

    Parameters
    ----------
    line : str
    cursor : int
        Place in the line; what follows it stays.
    store : Store
        For tags, packs, collections and projects.
    """
    begun, rest = line[:cursor], line[cursor:]
    last = LAST.search(begun)
    if last is None:
        return []
    name, typed = (last["name"] or "").lower(), last["value"].lstrip('"').lower()
    before = begun[: last.start()] + last["minus"]
    if not name:
        known = [name for name in (*FILTERS, *FIELDS) if name != EXACT]
        return [f"{before}{name}:{rest}" for name in known if typed and name.startswith(typed)]
    if name == "by":
        done, _, typed = typed.rpartition(",")
        before += f"by:{done}," if done else "by:"
        return [f"{before}{aspect}{rest}" for aspect in ASPECTS if aspect.startswith(typed)]
    return [f"{before}{Term(name, value)}{rest}" for value in _matching(_values(name, store), typed)]


def _values(name: str, store: Store) -> Iterable[str]:
    match name:
        case "tag":
            with store.columns.reading():
                return store.columns.terms()
        case "pack":
            return store.files.pack_names()
        case "in":
            return store.user.collections()
        case "used":
            return (*FILTERS["used"].choices, *store.user.projects())
    return FILTERS[name].choices if name in FILTERS else ()


def _matching(values: Iterable[str], typed: str) -> list[str]:
    """Return the values that begin with what was typed, then those that have it in them."""
    found = [value for value in values if typed in value.lower()]
    return sorted(found, key=lambda value: not value.lower().startswith(typed))[:MOST]
