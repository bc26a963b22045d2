"""How loud a sound is played, so that the louder of two is not taken for the better."""

from __future__ import annotations

__all__ = ["linear", "match_db"]

TARGET_LUFS = -18.0  # where most sounds get without a boost, and none without headroom
CEILING_DB = -1.0  # dBTP that no boost passes
MOST_BOOST_DB = 12.0  # more would only lift noise


def match_db(lufs: float, true_peak_db: float) -> float:
    """Gain in dB that brings a sound to `TARGET_LUFS`, as far as its peaks leave room.

    Parameters
    ----------
    lufs : float
        Integrated loudness, as the library stores it.
    true_peak_db : float
        Highest level between the samples in dB.
    """
    return min(TARGET_LUFS - lufs, CEILING_DB - true_peak_db, MOST_BOOST_DB)


def linear(db: float) -> float:
    """Factor of a gain in dB."""
    return 10 ** (db / 20)
