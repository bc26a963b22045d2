from __future__ import annotations

import pytest

from tui.audition.level import CEILING_DB, MOST_BOOST_DB, TARGET_LUFS, linear, match_db


@pytest.mark.parametrize(("lufs", "peak"), [(-8.0, 0.0), (-18.0, -6.0), (-24.0, -12.0)])
def test_sounds_with_headroom_meet_the_target(lufs: float, peak: float) -> None:
    assert lufs + match_db(lufs, peak) == pytest.approx(TARGET_LUFS)


def test_no_boost_takes_a_peak_over_the_ceiling() -> None:
    assert match_db(-30.0, -5.0) == pytest.approx(CEILING_DB + 5)
    assert match_db(-25.0, 0.5) == pytest.approx(CEILING_DB - 0.5)


def test_noise_is_not_lifted_without_end() -> None:
    assert match_db(-120.0, -120.0) == MOST_BOOST_DB


def test_linear_gain() -> None:
    assert linear(0.0) == 1
    assert linear(-20.0) == pytest.approx(0.1)
    assert linear(6.0) == pytest.approx(2, rel=0.01)
