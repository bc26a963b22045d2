"""From what a user wants of tags to verdicts on them: planned first, then settled as one step that can be undone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from cratedig.store.store import Store
from cratedig.store.tags import State, TagRow

__all__ = ["Change", "Wish", "forget_all", "plan", "settle"]

Wish: TypeAlias = Literal["add", "remove", "accept", "reject"]


@dataclass(frozen=True, slots=True)
class Change:
    """A tag of a content before and after: accepted, rejected, proposed, or None where there is nothing."""

    content: str
    term: str
    before: State | None
    after: State | None


def plan(store: Store, contents: Sequence[str], wishes: Mapping[Wish, Sequence[str]]) -> list[Change]:
    """Return what wishes change about contents; a wish that is fulfilled already changes nothing.

    Parameters
    ----------
    contents : sequence of str
        Hashes.
    wishes : mapping
        Terms by wish: `add` gives a tag whether proposed or not, `accept` and `reject` settle what is proposed,
        `remove` takes a tag away wherever it comes from.
    """
    ids = store.tags.ids(contents)
    tags = store.tags.of(ids)
    changes: dict[tuple[str, str], Change] = {}
    for sound in store.tags.sounds(ids):
        rows: dict[str, list[TagRow]] = {}
        for row in tags.get(sound.content_id, []):
            rows.setdefault(row.term, []).append(row)
        for wish, terms in wishes.items():
            for term in terms:
                before = rows[term][0].state if term in rows else None
                after = _after(wish, rows.get(term, []))
                if after != before:
                    changes[sound.hash, term] = Change(sound.hash, term, before, after)
    return [*changes.values()]


def _after(wish: Wish, rows: Sequence[TagRow]) -> State | None:
    """State of a tag, given as its rows, once a wish is fulfilled."""
    if wish == "add":
        return "accepted"
    if not rows:
        return None
    if wish == "accept":
        return "accepted"
    if wish == "remove" and all(row.source == "user" for row in rows):
        return rows[0].state if rows[0].state == "rejected" else None
    return "rejected"


def settle(store: Store, changes: Sequence[Change]) -> None:
    """Make changes as one step."""
    with store.user.step(f"tag {len({change.content for change in changes})} sounds"):
        store.user.decide([(c.content, c.term) for c in changes if c.after == "accepted"], "accepted")
        store.user.decide([(c.content, c.term) for c in changes if c.after == "rejected"], "rejected")
        store.user.undecide([(c.content, c.term) for c in changes if c.after is None or c.after == "proposed"])


def forget_all(store: Store) -> None:
    """Drop every verdict as one step."""
    with store.user.step("forget corrections"):
        store.user.undecide([(content, term) for content, term, _ in store.user.verdicts()])
