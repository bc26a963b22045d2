"""Curves of a run: losses and validation figures over steps."""

from __future__ import annotations

import json
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")
from matplotlib import pyplot as plt

FIGURES = ("text_p10", "text_map", "sound_p10", "effect_p10", "top1", "top3")
LOSSES = ("caption", "prompt", "class", "sound", "sentence", "outside")


def draw_curves(run: Path) -> None:
    """Draw curves.png from a run's log.jsonl."""
    rows = [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]
    steps = [row["step"] for row in rows]
    figure, axes = plt.subplots(1, 2, figsize=(11, 4), constrained_layout=True)
    for axis, names, title in ((axes[0], LOSSES, "loss terms"), (axes[1], FIGURES, "validation sources")):
        for name in names:
            axis.plot(steps, [row[name] for row in rows], label=name)
        axis.set(title=title, xlabel="step")
        axis.grid(alpha=0.3)
        axis.legend()
    figure.savefig(run / "curves.png", dpi=110)
    plt.close(figure)
