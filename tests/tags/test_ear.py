"""Hearing terms in vectors: with a head, without one, and with what a user taught."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from cratedig.models import registry
from cratedig.store.measures import DESCRIPTORS
from cratedig.tags import head as heads
from cratedig.tags.ear import ENOUGH, Ear, Lesson
from cratedig.tags.head import NEVER, Head, Trust, load_head, save_head
from cratedig.tags.vocabulary import OWN, read_vocabulary
from cratedig.types import Calibration, FloatArray, ModelInfo

DIM = 4
SHIPPED = read_vocabulary(None, DESCRIPTORS)
INFO = ModelInfo("toy", DIM, 8000, 1.0, "0" * 64, "1", {"text": Calibration(8, 0.5), "audio": Calibration(8, 0.5)})
KICK, SNARE, TUBA, NEW = np.eye(DIM, dtype=np.float32)
CLASSES = ("kick", "snare", "brass")


class Tag(NamedTuple):
    """What is heard of one term."""

    score: float
    sure: bool


def embed_text(texts: Sequence[str]) -> FloatArray:
    """Kick is what it is; any other word is like nothing."""
    nothing = np.full(DIM, 0.5, dtype=np.float32)
    return np.stack([KICK if text == "kick" else nothing for text in texts])


def toy_head(threshold: float = 0.8, **of_term: float) -> Head:
    weights = np.zeros((3, DIM + 1), dtype=np.float32)
    weights[[0, 1, 2], [0, 1, 2]] = 6
    trust = {
        "instrument": Trust(1.0, 0.0, 0.9, threshold, of_term),
        "family": Trust(1.0, 0.0, 0.95, threshold, {}),
    }
    return Head(CLASSES, weights, trust)


def hear(vector: FloatArray, head: Head | None, lessons: Mapping[str, Lesson] | None = None) -> dict[str, Tag]:
    vocabulary = SHIPPED.with_own(lessons or {})
    ear = Ear(vocabulary, INFO, embed_text, head, lessons or {})
    return {term: Tag(float(scores[0]), bool(sure[0])) for term, _, scores, sure in ear.hear(vector[None])}


def taught(accepted: int = 0, rejected: int = 0, at: FloatArray = NEW) -> Lesson:
    return Lesson(at, accepted, at, rejected)


def test_a_kick_is_drums_too() -> None:
    heard = hear(KICK, toy_head())
    assert heard["kick"].sure
    assert heard["drums"].sure
    assert heard["drums"].score >= heard["kick"].score
    assert "brass" not in heard


def test_a_class_that_is_a_family_is_no_instrument() -> None:
    heard = hear(TUBA, toy_head())
    assert heard["brass"].sure
    assert not any(heard[term].sure for term in heard if term != "brass")


def test_what_lies_between_is_unsure_and_shown_as_such() -> None:
    between = (KICK + SNARE) / np.float32(np.sqrt(2))
    heard = hear(between, toy_head())
    assert {term: heard[term].sure for term in ("kick", "snare", "drums")} == {
        "kick": False,
        "snare": False,
        "drums": True,
    }


def test_a_term_may_have_a_threshold_of_its_own() -> None:
    assert not hear(KICK, toy_head(kick=0.9999))["kick"].sure
    assert not hear(KICK, toy_head(kick=NEVER))["kick"].sure


def test_an_exclusive_axis_has_one_sure_term_at_most() -> None:
    between = (KICK + SNARE) / np.float32(np.sqrt(2))
    between[0] += 0.01
    heard = hear(between, toy_head(threshold=0.2))
    assert heard["kick"].sure
    assert not heard["snare"].sure


def test_a_sure_instrument_makes_its_family_sure() -> None:
    head = toy_head()
    strict = dataclasses.replace(head, trust={**head.trust, "family": Trust(1.0, 0.0, 0.95, NEVER, {})})
    heard = hear(KICK, strict)
    assert heard["kick"].sure
    assert heard["drums"].sure
    assert not hear(TUBA, strict)["brass"].sure


def test_without_a_head_words_are_asked_and_nothing_is_sure() -> None:
    heard = hear(KICK, None)
    assert "kick" in heard
    assert not any(tag.sure for tag in heard.values())
    assert {SHIPPED.axis_of(term) for term in heard} <= {"instrument", "family"}


def test_a_rejected_term_is_heard_less_near_what_was_rejected() -> None:
    before, after = hear(KICK, toy_head())["kick"], hear(KICK, toy_head(), {"kick": taught(rejected=10, at=KICK)})
    assert after["kick"].score < before.score


def test_an_accepted_term_is_heard_more_near_what_was_accepted_and_nowhere_else() -> None:
    lessons = {"snare": taught(10)}
    near = (SNARE + 2 * NEW) / np.float32(np.sqrt(5))
    assert hear(near, toy_head(), lessons)["snare"].score > hear(near, toy_head())["snare"].score
    far = (2 * SNARE + NEW) / np.float32(np.sqrt(5))
    assert hear(far, toy_head(), lessons)["snare"].score == hear(far, toy_head())["snare"].score


def test_one_example_says_less_than_ten() -> None:
    near = (SNARE + 2 * NEW) / np.float32(np.sqrt(5))
    once, often = (hear(near, toy_head(), {"snare": taught(n)})["snare"].score for n in (1, 10))
    assert once < often


@pytest.mark.parametrize("term", ["drums", "brass"])
def test_a_family_that_is_taught_is_one_term_still(term: str) -> None:
    lessons = {term: taught(accepted=10, rejected=1, at=KICK)}
    ear = Ear(SHIPPED, INFO, embed_text, toy_head(), lessons)
    assert ear.scores(KICK[None])["family"].terms == ["drums", "brass"]


def test_what_is_taught_of_a_family_without_a_class_shifts_nothing() -> None:
    lesson = {"drums": taught(rejected=10, at=KICK)}
    assert hear(KICK, toy_head(), lesson) == hear(KICK, toy_head())
    assert not Ear(SHIPPED, INFO, embed_text, toy_head(), lesson).touched("drums", KICK[None]).any()


@pytest.mark.parametrize("head", [None, toy_head()])
def test_a_term_of_ones_own_works_after_five_examples(head: Head | None) -> None:
    assert "my thing" not in hear(NEW, head)
    assert not hear(NEW, head, {"my thing": taught(ENOUGH - 1)})["my thing"].sure
    assert hear(NEW, head, {"my thing": taught(ENOUGH)})["my thing"].sure
    assert "my thing" not in hear(KICK, head, {"my thing": taught(ENOUGH)})
    assert SHIPPED.axis_of("my thing") == OWN


def test_what_was_rejected_holds_a_term_of_ones_own_back() -> None:
    lesson = Lesson(NEW, ENOUGH, NEW, ENOUGH)
    assert "my thing" not in hear(NEW, toy_head(), {"my thing": lesson})


def test_what_is_taught_matters_only_to_sounds_alike() -> None:
    lessons = {"snare": taught(10), "my thing": taught(ENOUGH)}
    ear = Ear(SHIPPED.with_own(lessons), INFO, embed_text, toy_head(), lessons)
    sounds = np.stack([NEW, KICK])
    assert ear.touched("snare", sounds).tolist() == [True, False]
    assert ear.touched("my thing", sounds).tolist() == [True, False]
    assert ear.touched("kick", sounds).tolist() == [False, False]
    assert ear.touched("never heard of", sounds).tolist() == [False, False]


def test_a_lesson_is_packed_and_unpacked() -> None:
    again = Lesson.unpack(Lesson(KICK, 7, SNARE, 2).packed)
    assert (again.n_accepted, again.n_rejected) == (7, 2)
    np.testing.assert_array_equal(again.accepted, KICK)
    np.testing.assert_array_equal(again.rejected, SNARE)


def test_no_sounds_are_heard_in_nothing() -> None:
    ear = Ear(SHIPPED, INFO, embed_text, toy_head(), {})
    assert list(ear.hear(np.empty((0, DIM), np.float32))) == []


def test_a_head_is_written_and_read_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    head = toy_head(kick=0.7)
    save_head(tmp_path, "toy", "toy-1", head)
    monkeypatch.setattr(heads, "HEADS", tmp_path)
    found = load_head("toy", "toy-1")
    assert found is not None
    assert found.fingerprint == head.fingerprint
    assert found.trust["instrument"].needed("kick") == 0.7
    assert found.trust["instrument"].needed("snare") == 0.8


def test_a_head_of_other_weights_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save_head(tmp_path, "toy", "toy-1", toy_head())
    monkeypatch.setattr(heads, "HEADS", tmp_path)
    assert load_head("toy", "toy-2") is None
    assert load_head("other", "toy-1") is None


def test_the_shipped_head_belongs_to_the_shipped_model_and_knows_its_words() -> None:
    info = registry.load("compact").info
    head = load_head("compact", info.key)
    assert head is not None, "the weights changed: run python -m train.tag_thresholds"
    assert head.weights.shape == (len(head.classes), info.dim + 1)
    assert all(SHIPPED.find(name) is not None for name in head.classes)
    assert all(trust.threshold >= 0.5 for trust in head.trust.values())
