"""Sounds of arcade games by the generators of sfxr, which draw their own settings."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import numpy as np
import pyfxr
import soxr

from train.render.sound import SR, Rendered, one_shot

SOURCE, LICENCE, COUNT = "sfxr (drawn for this model)", "CC0-1.0", 40
GENERATORS: dict[str, tuple[Callable[[], pyfxr.SFX], str, tuple[str, ...]]] = {
    "laser": (pyfxr.laser, "laser", ("zap", "shoot")),
    "explosion": (pyfxr.explosion, "impact", ("explosion",)),
    "pickup": (pyfxr.pickup, "synth fx", ("coin", "bleep", "game")),
    "powerup": (pyfxr.powerup, "synth fx", ("power up", "game")),
    "hurt": (pyfxr.hurt, "synth fx", ("hurt", "game")),
    "jump": (pyfxr.jump, "synth fx", ("jump", "game")),
    "select": (pyfxr.select, "ui click", ("select", "game")),
}


def render_arcade(seed: int) -> Iterator[Rendered]:
    """`COUNT` sounds of each generator."""
    random.seed(seed)
    for name, (generate, cls, words) in GENERATORS.items():
        for number in range(COUNT):
            buffer = generate().build()
            y = np.frombuffer(buffer, np.int16).astype(np.float32) / 2**15
            labels = one_shot(f"sfxr/{name}", number, cls, (*words, "8-bit"))
            y = soxr.resample(y, pyfxr.SAMPLE_RATE, SR)
            yield Rendered(y, labels | {"source": SOURCE, "licence": LICENCE})
