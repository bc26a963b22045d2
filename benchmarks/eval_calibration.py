"""Does a match of 80 mean what it says? Reliability of the built-in scores, per query kind.

    python -m benchmarks.eval_calibration --part test --write

Right and wrong pairs weigh the same, as in the fit: a match of 0.5 is where they are equally frequent.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import matplotlib as mpl
import numpy as np
from numpy.typing import NDArray

from benchmarks.eval_library import corpus_part, embed
from benchmarks.eval_retrieval import CORPUS, QUERIES
from benchmarks.record import report
from cratedig.models import registry
from cratedig.types import Calibration

mpl.use("Agg")
from matplotlib import pyplot as plt

PLOT = Path(__file__).parents[1] / "docs" / "models" / "compact-reliability.png"
EDGES = np.linspace(0, 1, 11)


def reliability(cosines: NDArray[np.float32], right: NDArray[np.bool_], shown: Calibration) -> list[dict[str, float]]:
    """Mean match and share of right pairs in each tenth of the scale."""
    match = 1 / (1 + np.exp(-shown.slope * (cosines - shown.midpoint)))
    weight = np.where(right, 0.5 / right.sum(), 0.5 / (~right).sum())
    place = np.clip(np.digitize(match, EDGES) - 1, 0, len(EDGES) - 2)
    rows = []
    for tenth in np.unique(place):
        inside = place == tenth
        total = float(weight[inside].sum())
        rows.append(
            {
                "match": float((match * weight)[inside].sum() / total),
                "right": float(weight[inside & right].sum() / total),
                "weight": total,
            }
        )
    return rows


def expected_error(rows: list[dict[str, float]]) -> float:
    """Expected calibration error: mean gap between match and share of right pairs."""
    return float(sum(row["weight"] * abs(row["match"] - row["right"]) for row in rows))


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="compact")
    parser.add_argument("--part", choices=["validation", "test"], default="validation")
    parser.add_argument("--write", action="store_true", help="write figures and plot")
    args = parser.parse_args()
    model, sounds = registry.load(args.model), [s for s in corpus_part(CORPUS, args.part) if s.cls]
    classes, packs = np.array([str(s.cls) for s in sounds]), np.array([s.pack for s in sounds])
    names = [name for name in json.loads(QUERIES.read_text())["classes"] if name in set(classes)]
    vectors, shown = embed(model, [s.y for s in sounds]), model.info.calibration
    others = np.triu(packs[:, None] != packs[None])
    curves = {
        "text": reliability(
            (model.embed_text(names) @ vectors.T).ravel(),
            (np.array(names)[:, None] == classes[None]).ravel(),
            shown["text"],
        ),
        "audio": reliability(
            (vectors @ vectors.T)[others], (classes[:, None] == classes[None])[others], shown["audio"]
        ),
    }
    errors = {kind: expected_error(rows) for kind, rows in curves.items()}
    report("model-calibration", {"part": args.part, "expected_error": errors, **curves}, write=args.write)
    if args.write:
        _plot(curves, args.part)


def _plot(curves: dict[str, list[dict[str, float]]], part: str) -> None:
    figure, axis = plt.subplots(figsize=(5, 5), constrained_layout=True)
    axis.plot([0, 1], [0, 1], color="0.7", linewidth=1)
    for kind, rows in curves.items():
        axis.plot([row["match"] for row in rows], [row["right"] for row in rows], marker="o", label=f"{kind} queries")
    axis.set(xlabel="match shown", ylabel="share of right answers", title=f"{part} sources")
    axis.legend()
    figure.savefig(PLOT, dpi=110)
    plt.close(figure)


if __name__ == "__main__":
    main()
