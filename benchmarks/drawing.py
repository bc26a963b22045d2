"""Drawing in the terminal: waveforms and maps, from what is stored to strips on the screen.

    .venv/bin/python -m benchmarks.drawing

Pictures and places are seeded noise, in which no two neighbours are alike: the costliest there are.
"""

from __future__ import annotations

import argparse
from functools import partial

import numpy as np

from benchmarks.query import milliseconds, spread
from benchmarks.record import report, write_flag
from cratedig.analysis import waveform as picture
from tui.mapping import Points
from tui.widgets import map as map_view
from tui.widgets import waveform

SEED = 7
TIMES = 200
WAVEFORMS = ((200, 8), (80, 4), (24, 1))
MAP_SIZE = (200, 50)
MAPS = (10_000, 50_000, 100_000)
CLASSES = 13


def noisy_picture() -> bytes:
    """Make a picture whose every column differs from the next."""
    rng = np.random.default_rng(SEED)
    shape = (picture.COLUMNS, 3)
    return picture.pack(
        picture.Picture(rng.random(picture.COLUMNS, np.float32), rng.random(shape, np.float32)),
    )


def noisy_points(n: int) -> Points:
    """Make `n` sounds of random place and class, all of them in the list."""
    rng = np.random.default_rng(SEED)
    xy = rng.standard_normal((n, 2), np.float32)
    return Points(xy, rng.integers(0, CLASSES, n), np.arange(n), [f"class {i}" for i in range(CLASSES)])


def main() -> None:
    """Measure, print, and write when asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    write_flag(parser)
    arguments = parser.parse_args()
    packed = noisy_picture()
    figures: dict[str, object] = {"seed": SEED, "times": TIMES}
    for width, height in WAVEFORMS:
        draw = partial(waveform.draw, packed, width, height, playhead=0.4, hit=(0.2, 0.6))
        figures[f"waveform_ms_{width}x{height}"] = spread(milliseconds(draw, TIMES))
    for n in MAPS:
        points = noisy_points(n)
        view = map_view.View.whole(points.xy, *MAP_SIZE)
        show = partial(map_view.draw, points, view, *MAP_SIZE, cursor=(0, 0), here=0)
        size = "x".join(map(str, MAP_SIZE))
        figures[f"map_ms_{size}_{n}_sounds"] = spread(milliseconds(show, TIMES))
        figures[f"nearest_ms_{n}_sounds"] = spread(milliseconds(partial(points.nearest, 0.1, 0.2), TIMES))
    report("drawing", figures, write=arguments.write)


if __name__ == "__main__":
    main()
