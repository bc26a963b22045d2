"""Sounds made of two: partners of the class and another source, and silence that stays silence."""

from __future__ import annotations

# ruff: noqa: E402 - what the train extra brings is looked for first
import pytest

torch = pytest.importorskip("torch")

from torch import Generator

from train.mixing import layered, of_class, partners_of, restyled, with_drums

PARTNERS = torch.tensor([1, 0])


def draw() -> Generator:
    return Generator().manual_seed(0)


def test_partners_are_of_the_class_and_of_another_source() -> None:
    classes, sources = torch.tensor([0, 0, 0, 1, -1, -1]), torch.tensor([0, 0, 1, 1, 0, 1])
    partners = partners_of(of_class(classes, sources), torch.ones(6, dtype=torch.bool), draw())
    assert partners[0] == partners[1] == 2
    assert int(partners[2]) in {0, 1}
    assert partners[3:].tolist() == [3, 4, 5], "alone in its class, or of no class"


def test_a_sound_that_may_not_mix_is_nobodys_partner() -> None:
    allowed = torch.tensor([True, False])
    partners = partners_of(of_class(torch.tensor([0, 0]), torch.tensor([0, 1])), allowed, draw())
    assert partners.tolist() == [0, 1]


def test_loops_take_drums_and_drums_take_nothing() -> None:
    fits = with_drums(torch.tensor([0, 1, 2, 0]), torch.tensor([0, 1]), drums=2)
    partners = partners_of(fits, torch.ones(4, dtype=torch.bool), draw())
    assert partners.tolist() == [2, 2, 2, 2]


def test_a_layer_lies_under_the_sound_and_no_longer_than_it() -> None:
    x = torch.zeros(2, 8, 4)
    x[0, :4], x[1] = 0.2, 0.9
    mixed = layered(x, PARTNERS, draw())
    assert (mixed[0, :4] > 0.6).all()
    assert not mixed[0, 4:].any()
    assert torch.equal(mixed[1], x[1]), "the louder of the two"


def test_bands_move_between_both_and_silence_stays() -> None:
    x = torch.zeros(2, 8, 1)
    x[0, :4, 0], x[1, :, 0] = torch.tensor([0.1, 0.3, 0.1, 0.3]), torch.tensor([0.5, 0.7] * 4)
    mixed = restyled(x, PARTNERS, draw())
    assert 0.2 < mixed[0, :4].mean() < 0.6
    assert not mixed[0, 4:].any()
