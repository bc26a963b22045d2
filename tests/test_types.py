"""The value types that everything speaks."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cratedig.types import SILENCE_PEAK, Calibration, Content, ModelInfo

INFO = ModelInfo("m", 7, 8000, 1.0, "ab" * 32, "1", {"text": Calibration(8, 0.5), "audio": Calibration(8, 0.5)})


def test_lengths_in_seconds() -> None:
    assert Content("h", 44_100, 2, 22_050, 0.5).duration_s == 0.5
    assert Content("h", 44_100, 1, 1, 0.5).duration_s == 1 / 44_100


@pytest.mark.parametrize(("peak", "silent"), [(0.0, True), (0.99e-4, True), (SILENCE_PEAK, False), (1e9, False)])
def test_silence_is_below_minus_80_dbfs(peak: float, silent: bool) -> None:
    assert Content("h", 44_100, 2, 100, peak).silent is silent


CALIBRATIONS = st.builds(Calibration, st.floats(0.5, 50), st.floats(-0.5, 0.9))


@given(CALIBRATIONS, st.floats(-1, 1), st.floats(-1, 1))
def test_scores_lie_between_0_and_1_and_grow_with_the_cosine(calibration: Calibration, a: float, b: float) -> None:
    low, high = sorted((calibration.score(a), calibration.score(b)))
    assert 0.0 <= low <= high <= 1.0
    assert (calibration.score(min(a, b)), calibration.score(max(a, b))) == (low, high)


@given(CALIBRATIONS)
def test_the_midpoint_is_a_half(calibration: Calibration) -> None:
    assert calibration.score(calibration.midpoint) == 0.5
    assert calibration.score(calibration.midpoint + np.log(9) / calibration.slope) == pytest.approx(0.9)


@pytest.mark.parametrize("change", [{"name": "n"}, {"dim": 8}, {"weights_sha256": "cd" * 32}, {"preprocessing": "2"}])
def test_another_vector_space_has_another_key(change: dict[str, object]) -> None:
    other = dataclasses.replace(INFO, **change)  # type: ignore[arg-type]
    assert other.key != INFO.key
    assert other != INFO


def test_the_key_is_stable_and_fit_for_a_file_name() -> None:
    """Libraries keep these keys: another spelling would refuse them all."""
    assert INFO.key == "m-bc57fce79852"
    assert dataclasses.replace(INFO, name="laion").key.startswith("laion-")


def test_calibration_changes_no_identity() -> None:
    other = dataclasses.replace(INFO, calibration={})
    assert other == INFO
    assert other.key == INFO.key


@pytest.mark.parametrize("value", [Content("h", 1, 1, 1, 0.0), Calibration(1, 0), INFO])
def test_values_do_not_change(value: object) -> None:
    name = dataclasses.fields(value)[0].name  # type: ignore[arg-type]
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(value, name, 1)
