"""Effects make finite sounds from any sound, and do what their word says."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("scipy")
from train.effects import EFFECTS, apply_effects, draw_effects

SR = 32_000


@pytest.mark.parametrize("name", sorted(EFFECTS))
@pytest.mark.parametrize("seconds", [0.05, 0.5, 2.4])
def test_any_effect_on_any_length_is_finite(name: str, seconds: float) -> None:
    y = np.random.default_rng(0).standard_normal(int(seconds * SR)).astype(np.float32)
    out = EFFECTS[name](y, np.random.default_rng(1))
    assert out.dtype == np.float32
    assert len(out) > 0
    assert np.isfinite(out).all()


def _high_share(y: np.ndarray) -> float:
    power = np.abs(np.fft.rfft(y)) ** 2
    return float(power[len(power) // 4 :].sum() / power.sum())


def test_dark_has_less_treble_and_bright_more() -> None:
    y = np.cumsum(np.random.default_rng(0).standard_normal(SR)).astype(np.float32)
    noise = np.random.default_rng(0).standard_normal(SR).astype(np.float32)
    assert _high_share(EFFECTS["dark"](noise, np.random.default_rng(0))) < 0.1 * _high_share(noise)
    assert _high_share(EFFECTS["bright"](y, np.random.default_rng(0))) > _high_share(y)


def test_pitch_changes_length() -> None:
    y = np.ones(SR, np.float32)
    assert (
        len(EFFECTS["deep"](y, np.random.default_rng(0))) > len(y) > len(EFFECTS["high"](y, np.random.default_rng(0)))
    )


def test_effects_are_repeatable() -> None:
    y = np.random.default_rng(0).standard_normal(SR).astype(np.float32)
    names = draw_effects(np.random.default_rng(5))
    first, second = (apply_effects(y, names, np.random.default_rng(6)) for _ in range(2))
    assert np.array_equal(first, second)
