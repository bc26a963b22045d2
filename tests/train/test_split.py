"""Which clips train, choose and judge."""

from __future__ import annotations

# ruff: noqa: E402 - what the train extra brings is looked for first
import json

import pytest

torch = pytest.importorskip("torch")

from train.config import Config
from train.corpus import Clip
from train.data import SPLIT, is_permissive, split_clips
from train.losses import contrast, likeness, satisfied


def _clip(source: str, licence: str = "CC0-1.0") -> Clip:
    return Clip("a", source, licence, "pack", (), "kick", "oneshot")


def test_a_source_is_in_one_part() -> None:
    spec = json.loads(SPLIT.read_text())
    assert not set(spec["validation"]) & set(spec["test"])


def test_loops_stay_with_their_source() -> None:
    clips = [_clip("LMMS/lmms"), _clip("LMMS/lmms (sequenced loop)"), _clip("ccrma/chuck"), _clip("another")]
    parts = {name: rows.tolist() for name, rows in split_clips(clips, Config("test")).items()}
    assert parts == {"train": [3], "held out": [], "validation": [2], "test": [0, 1]}


def test_further_sources_are_kept_out() -> None:
    parts = split_clips([_clip("a"), _clip("b")], Config("test", held_out=("b",)))
    assert parts["train"].tolist() == [0]
    assert parts["held out"].tolist() == [1]


def test_permissive_only_leaves_copyleft_out() -> None:
    clips = [_clip("a", "CC0-1.0"), _clip("b", "GPL-3.0"), _clip("c", "CC-BY-SA-4.0")]
    assert split_clips(clips, Config("test", permissive_only=True))["train"].tolist() == [0]


@pytest.mark.parametrize(
    ("licence", "permissive"),
    [
        ("CC0-1.0", True),
        ("CC-BY-3.0", True),
        ("CC-BY-SA-3.0", False),
        ("CC-BY-SA (version unstated)", False),
        ("GPL-2.0-or-later", False),
        ("MIT / GPL-2.0", True),
        ("CC-BY-SA-3.0 / CC0 / CC-BY (per file, all open)", False),
        ("Public domain (stated)", True),
    ],
)
def test_licences(licence: str, permissive: bool) -> None:
    assert is_permissive(licence) is permissive


def test_a_sound_satisfies_a_caption_if_it_has_all_that_is_asked() -> None:
    asked = torch.tensor([[1.0, 0, 0], [1, 1, 0], [0, 0, 0]])
    true = torch.tensor([[1.0, 0, 1], [1, 1, 0]])
    assert satisfied(asked, true).tolist() == [[1, 1], [0, 1], [0, 0]]


def test_contrast_is_least_at_its_targets() -> None:
    targets = torch.tensor([[1.0, 1, 0], [0, 0, 0]])
    right = contrast(torch.tensor([[9.0, 9, -9], [0, 0, 0]]), targets)
    wrong = contrast(torch.tensor([[-9.0, -9, 9], [0, 0, 0]]), targets)
    assert float(right) == pytest.approx(0.6931, abs=1e-3)
    assert float(wrong) > 10


def test_likeness_is_none_where_neighbourhoods_agree() -> None:
    torch.manual_seed(0)
    theirs = torch.nn.functional.normalize(torch.randn(12, 6), dim=1)
    turned = theirs @ torch.linalg.qr(torch.randn(6, 6))[0]  # other axes, the same neighbours
    assert float(likeness(turned, theirs)) == pytest.approx(0, abs=1e-5)
    assert float(likeness(theirs.flip(0), theirs)) > 0.1
