"""From wishes to verdicts: what would change is known before it does, and one undo takes it back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cratedig.errors import QueryError
from cratedig.store.measures import DESCRIPTORS
from cratedig.store.store import Store
from cratedig.store.tags import Proposal
from cratedig.tags.vocabulary import read_vocabulary
from indexer.verdicts import Change, Wish, forget_all, plan, settle
from tests.library import content, indexed, save, stored_library

KICK = content("kick").hash
VOCABULARY = read_vocabulary(None, DESCRIPTORS)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """One sound: a kick for sure, perhaps a tom, said to be dusty by its user, who does not call it a snare."""
    store, model = stored_library(tmp_path / "library")
    save(store, model, indexed("/packs/one/kick.wav", content("kick")))
    (kick,) = store.tags.ids([KICK])
    with store.transaction():
        proposals = [Proposal(kick, "kick", "heard", 0.9, True), Proposal(kick, "tom", "heard", 0.4, False)]
        store.tags.replace([kick], [*proposals, Proposal(kick, "snare", "path", 0.9, True)], "b")
    store.user.decide([(KICK, "dusty")], "accepted")
    store.user.decide([(KICK, "snare")], "rejected")
    with store:
        yield store


@pytest.mark.parametrize(
    ("wish", "term", "before", "after"),
    [
        ("add", "kick", "proposed", "accepted"),
        ("add", "new", None, "accepted"),
        ("add", "snare", "rejected", "accepted"),
        ("accept", "tom", "proposed", "accepted"),
        ("reject", "kick", "proposed", "rejected"),
        ("reject", "dusty", "accepted", "rejected"),
        ("remove", "kick", "proposed", "rejected"),
        ("remove", "dusty", "accepted", None),
    ],
)
def test_a_wish_changes_one_tag(store: Store, wish: Wish, term: str, before: str | None, after: str | None) -> None:
    changes = plan(store, VOCABULARY, [KICK], {wish: [term]})
    assert changes == [Change(KICK, term, before, after)]  # type: ignore[arg-type]
    settle(store, changes)
    assert plan(store, VOCABULARY, [KICK], {wish: [term]}) == []


@pytest.mark.parametrize(
    ("wish", "term"), [("accept", "new"), ("reject", "new"), ("remove", "new"), ("add", "dusty"), ("reject", "snare")]
)
def test_a_wish_that_is_fulfilled_or_finds_nothing_changes_nothing(store: Store, wish: Wish, term: str) -> None:
    assert plan(store, VOCABULARY, [KICK], {wish: [term]}) == []


def test_sounds_the_library_does_not_have_are_left_out(store: Store) -> None:
    assert plan(store, VOCABULARY, ["f" * 40], {"add": ["kick"]}) == []


def test_a_later_accepted_tag_takes_the_place_of_an_earlier_one(store: Store) -> None:
    settle(store, plan(store, VOCABULARY, [KICK], {"accept": ["kick"]}))
    changes = plan(store, VOCABULARY, [KICK], {"add": ["clap"]})
    assert changes == [Change(KICK, "kick", "accepted", "proposed"), Change(KICK, "clap", None, "accepted")]
    settle(store, changes)
    changes = plan(store, VOCABULARY, [KICK], {"add": ["conga", "dreamy"]})
    assert Change(KICK, "clap", "accepted", None) in changes
    settle(store, changes)
    assert {term for _, term, state in store.user.verdicts() if state == "accepted"} == {"conga", "dreamy", "dusty"}


def test_a_tag_that_is_rejected_for_another_stays_rejected(store: Store) -> None:
    settle(store, plan(store, VOCABULARY, [KICK], {"accept": ["kick"]}))
    changes = plan(store, VOCABULARY, [KICK], {"reject": ["kick"], "add": ["clap"]})
    assert Change(KICK, "kick", "accepted", "rejected") in changes


@pytest.mark.parametrize(
    ("wishes", "said"),
    [
        ({"add": ["kick", "clap"]}, "one instrument at most: kick or clap"),
        ({"add": ["clap"], "accept": ["tom"]}, "one instrument at most: clap or tom"),
        ({"add": ["kick"], "reject": ["kick"]}, "the tag kick and not have it"),
        ({"accept": ["kick"], "remove": ["kick"]}, "the tag kick and not have it"),
    ],
)
def test_wishes_that_contradict_each_other_are_refused(store: Store, wishes: dict[Wish, list[str]], said: str) -> None:
    with pytest.raises(QueryError, match=said):
        plan(store, VOCABULARY, [KICK], wishes)


def test_several_terms_of_an_axis_are_accepted_where_each_is_proposed_alone(store: Store) -> None:
    assert plan(store, VOCABULARY, [KICK], {"accept": ["kick", "conga"]}) == [
        Change(KICK, "kick", "proposed", "accepted")
    ]


def test_several_wishes_are_one_step(store: Store) -> None:
    before = [*store.user.verdicts()]
    settle(store, plan(store, VOCABULARY, [KICK], {"add": ["clap"], "reject": ["kick"], "remove": ["dusty"]}))
    assert {(term, state) for _, term, state in store.user.verdicts()} == {
        ("clap", "accepted"),
        ("kick", "rejected"),
        ("snare", "rejected"),
    }
    step = store.user.undo()
    assert step is not None
    assert step.label == "tag 1 sound"
    assert [*store.user.verdicts()] == before


def test_corrections_are_forgotten_as_one_step(store: Store) -> None:
    before = [*store.user.verdicts()]
    forget_all(store)
    assert [*store.user.verdicts()] == []
    store.user.undo()
    assert [*store.user.verdicts()] == before
