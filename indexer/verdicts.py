"""From what a user wants of tags to verdicts on them: planned first, then settled as one step that can be undone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from cratedig.errors import QueryError
from cratedig.store.store import Store
from cratedig.store.tags import State, TagRow
from cratedig.tags.vocabulary import Vocabulary

__all__ = ["Change", "Wish", "forget_all", "plan", "settle"]

Wish: TypeAlias = Literal["add", "remove", "accept", "reject"]


@dataclass(frozen=True, slots=True)
class Change:
    """A tag of a content before and after: accepted, rejected, proposed, or None where there is nothing."""

    content: str
    term: str
    before: State | None
    after: State | None


def plan(
    store: Store, vocabulary: Vocabulary, contents: Sequence[str], wishes: Mapping[Wish, Sequence[str]]
) -> list[Change]:
    """Return what wishes change about contents; a wish that is fulfilled already changes nothing.

    A tag that is accepted takes the place of another accepted one of its axis, if that is exclusive.

    Parameters
    ----------
    contents : sequence of str
        Hashes.
    wishes : mapping
        Terms by wish: `add` gives a tag whether proposed or not, `accept` and `reject` settle what is proposed,
        `remove` takes a tag away wherever it comes from.

    Raises
    ------
    QueryError
        The wishes contradict each other.
    """
    _check(wishes)
    ids = store.tags.ids(contents)
    tags = store.tags.of(ids)
    changes: list[Change] = []
    for sound in store.tags.sounds(ids):
        rows: dict[str, list[TagRow]] = {}
        for row in tags.get(sound.content_id, []):
            rows.setdefault(row.term, []).append(row)
        before = {term: of_term[0].state for term, of_term in rows.items()}
        wished = {term: _after(wish, rows.get(term, [])) for wish, terms in wishes.items() for term in terms}
        after = _displaced(rows, [term for term, state in wished.items() if state == "accepted"], vocabulary) | wished
        changes += [
            Change(sound.hash, term, before.get(term), state)
            for term, state in after.items()
            if state != before.get(term)
        ]
    return changes


def _check(wishes: Mapping[Wish, Sequence[str]]) -> None:
    """Refuse to give and take the same tag."""
    given = {*wishes.get("add", ()), *wishes.get("accept", ())}
    for term in sorted(given & {*wishes.get("remove", ()), *wishes.get("reject", ())}):
        raise QueryError(f"A sound cannot have the tag {term} and not have it.", "Say one of the two.")


def _displaced(
    rows: Mapping[str, Sequence[TagRow]], accepted: Sequence[str], vocabulary: Vocabulary
) -> dict[str, State | None]:
    """States of the tags of a sound that give way to those it gets: accepted ones of the same exclusive axis."""
    by_axis: dict[str, str] = {}
    for term in accepted:
        axis = vocabulary.axis_of(term)
        if vocabulary.exclusive(axis) and by_axis.setdefault(axis, term) != term:
            raise QueryError(
                f"A sound has one {axis} at most: {by_axis[axis]} or {term}, not both.",
                "Name the one that is right.",
            )
    return {
        term: None if all(row.source == "user" for row in of_term) else "proposed"
        for term, of_term in rows.items()
        if of_term[0].state == "accepted" and term not in accepted and vocabulary.axis_of(term) in by_axis
    }


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
    sounds = len({change.content for change in changes})
    with store.user.step(f"tag {sounds} {'sound' if sounds == 1 else 'sounds'}"):
        store.user.decide([(c.content, c.term) for c in changes if c.after == "accepted"], "accepted")
        store.user.decide([(c.content, c.term) for c in changes if c.after == "rejected"], "rejected")
        store.user.undecide([(c.content, c.term) for c in changes if c.after is None or c.after == "proposed"])


def forget_all(store: Store) -> None:
    """Drop every verdict as one step."""
    with store.user.step("forget corrections"):
        store.user.undecide([(content, term) for content, term, _ in store.user.verdicts()])
