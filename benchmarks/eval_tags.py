"""How far tags can be believed: precision and coverage of what is heard, by axis, source and class.

    python -m benchmarks.eval_tags --part validation         # what thresholds and head were chosen on
    python -m benchmarks.eval_tags --part test --write       # figures and plots of docs/tags.md

What is heard is judged alone: names and folders of the corpus made its labels, so what they claim is not judged here.
Coverage is the share of the sounds whose label settles the axis that have a sure tag; a sure instrument on a sound
whose label is only a family, such as brass, counts as wrong.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from numpy.typing import NDArray

from benchmarks.heard import arguments, open_part
from benchmarks.record import report
from cratedig.store.measures import DESCRIPTORS
from cratedig.tags.vocabulary import read_vocabulary
from train.corpus import Clip
from train.tag_thresholds import Judged, judge, truth

mpl.use("Agg")
from matplotlib import pyplot as plt

Flags = NDArray[np.bool_]
DOCS = Path(__file__).parents[1] / "docs" / "tags"
TARGETS = {"instrument": (0.90, 0.50), "family": (0.95, 0.80)}  # precision, coverage asked for
FEWEST = 20  # sounds of a source or class that is listed by itself


def figures(judged: Judged, settled: Flags) -> dict[str, float]:
    """Precision and coverage of the sure tags, and share of sounds whose likeliest term is right."""
    return {
        "sounds": int(settled.sum()),
        "precision": round(float(judged.right[judged.sure].mean()), 3) if judged.sure.any() else 1.0,
        "coverage": round(float(judged.sure[settled].mean()), 3),
        "likeliest_right": round(float(judged.right[settled].mean()), 3),
    }


def coverage_at(judged: Judged, settled: Flags, precision: float) -> float:
    """Largest coverage that keeps a precision when one score of these very sounds is the threshold: an upper bound."""
    order = np.argsort(-judged.scores, kind="stable")
    kept = np.cumsum(judged.right[order]) / np.arange(1, len(order) + 1) >= precision
    if not kept.any():
        return 0.0
    return round(float(settled[order][: np.flatnonzero(kept)[-1] + 1].sum() / settled.sum()), 3)


def parts(judged: Judged, settled: Flags, groups: Sequence[str]) -> dict[str, tuple[Judged, Flags]]:
    """Cut out each frequent group."""
    names, found = np.array(groups), {}
    for name in sorted(set(groups)):
        inside = names == name
        if (inside & settled).sum() >= FEWEST:
            columns = (getattr(judged, column.name)[inside] for column in dataclasses.fields(Judged))
            found[name] = (Judged(*columns), settled[inside])
    return found


def plot(axis: str, curves: dict[str, tuple[Judged, Flags]], file: Path) -> None:
    """Draw precision over coverage, of all sounds and of each frequent source."""
    figure, plane = plt.subplots(figsize=(7, 4.5), constrained_layout=True)
    for name, (judged, settled) in curves.items():
        order = np.argsort(-judged.scores, kind="stable")
        precision = np.cumsum(judged.right[order]) / np.arange(1, len(order) + 1)
        coverage = np.cumsum(settled[order]) / settled.sum()
        whole = name == "all sounds"
        plane.plot(coverage, precision, label=name, linewidth=2.5 if whole else 1, color="black" if whole else None)
    precision_asked, coverage_asked = TARGETS[axis]
    plane.plot(coverage_asked, precision_asked, marker="*", markersize=14, color="tab:red", label="asked for")
    plane.set(xlabel="coverage", ylabel="precision", title=f"{axis}, heard", xlim=(0, 1), ylim=(0, 1.02))
    plane.legend(fontsize=7, loc="lower left")
    figure.savefig(file, dpi=110)
    plt.close(figure)


def evaluate(judged: Judged, clips: Sequence[Clip], axis: str, draw_to: Path | None) -> dict[str, Any]:
    """All figures of one axis; `clips` are those that were judged."""
    vocabulary = read_vocabulary(None, DESCRIPTORS)
    settled = np.array([bool(truth(vocabulary, clip.cls, axis)) for clip in clips])
    by_source = parts(judged, settled, [clip.group for clip in clips])
    by_class = parts(judged, settled, [str(clip.cls) for clip in clips])
    precision, coverage = TARGETS[axis]
    if draw_to is not None:
        plot(axis, {"all sounds": (judged, settled), **by_source}, draw_to / f"precision-{axis}.png")
    return {
        "all": figures(judged, settled),
        "target": {"precision": precision, "coverage": coverage},
        "coverage_at_target_precision": coverage_at(judged, settled, precision),
        "by_source": {name: figures(*part) for name, part in by_source.items()},
        "by_class": {name: figures(*part) for name, part in by_class.items()},
    }


def main() -> None:
    """Command line."""
    args = arguments(__doc__)
    heard = open_part(args.model, args.models, args.part)
    vocabulary, found = read_vocabulary(None, DESCRIPTORS), {}
    for axis, judged in judge(heard.model, heard.head, heard.vectors, heard.clips).items():
        of_axis = [clip for clip in heard.clips if truth(vocabulary, clip.cls, axis) is not None]
        found[axis] = evaluate(judged, of_axis, axis, DOCS if args.write else None)
    report(f"tags-{args.part}", {"model": heard.model.info.key, "part": args.part, "axes": found}, write=args.write)


if __name__ == "__main__":
    main()
