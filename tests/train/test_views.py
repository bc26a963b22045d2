"""Views of the bank's pictures: lengths, repeats, and silence that stays silence."""

from __future__ import annotations

# ruff: noqa: E402 - what the train extra brings is looked for first
import pytest

torch = pytest.importorskip("torch")

from torch import Tensor

from cratedig.models.compact.frontend import COLUMN, MAX_FRAMES, N_MELS
from train.config import Config
from train.views import view

SHORT, LONG = 10, 201
FRAMES = torch.tensor([SHORT, LONG])


def pictures() -> Tensor:
    x = torch.zeros(2, MAX_FRAMES, N_MELS)
    x[0, :SHORT] = torch.rand(SHORT, N_MELS, generator=torch.Generator().manual_seed(0)) + 0.1
    x[1, :LONG] = 0.5
    return x


def test_by_default_nothing_changes() -> None:
    x, frames = view(pictures(), FRAMES, Config("test"))
    assert torch.equal(x, pictures())
    assert frames.tolist() == [SHORT, LONG]


@pytest.mark.parametrize(
    ("padding", "frames"),
    [("zero", [MAX_FRAMES, MAX_FRAMES]), ("repeat", [MAX_FRAMES, MAX_FRAMES]), ("repeat to 500 ms", [50, LONG])],
)
def test_padding(padding: str, frames: list[int]) -> None:
    x, counted = view(pictures(), FRAMES, Config("test", padding=padding))
    assert counted.tolist() == frames
    assert torch.equal(x[0, :SHORT], pictures()[0, :SHORT])
    assert torch.equal(x[0, SHORT : 2 * SHORT], torch.zeros(SHORT, N_MELS) if padding == "zero" else x[0, :SHORT])
    assert not x[0, frames[0] :].any()


def test_window_hop_and_bands() -> None:
    x, frames = view(pictures(), FRAMES, Config("test", window=112, hop=2, bands=48))
    assert x.shape == (2, 4 * COLUMN, 48)
    assert frames.tolist() == [5, 56]
    assert x[1, :56].numpy() == pytest.approx(0.5, abs=1e-5)
    assert not x[0, 5:].any()
