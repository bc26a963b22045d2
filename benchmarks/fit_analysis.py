"""Fit the weights of the tempo and kind estimators on the development sources, and print them.

    .venv/bin/python -m benchmarks.fit_analysis ../shared/corpus --cache train/runs/cache

Nothing of the reported sources is read. Loops are fitted as they are, with a tail, between silences, and cut
short, so that the length of a file is evidence but not proof. The kind uses the score of the tempo: run it again
after copying new tempo weights.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from benchmarks.known_sounds import Labelled, corpus_rows, variants
from cratedig.analysis.kind import loop_features
from cratedig.analysis.onsets import onset_strength, onset_times
from cratedig.analysis.spectrum import SR, Spectrum
from cratedig.analysis.tempo import candidates, estimate_tempo

MOST_OF_A_SOURCE = 150
REGULARISATION = 2e-4
RIGHT = 0.012


def fit_tempo(rows: list[Labelled]) -> NDArray[np.float64]:
    """Conditional logit: the right tempo among all candidates of a loop."""
    losses = []
    for row in rows:
        for name, y in variants(row):
            bpm, features = candidates(onset_strength(Spectrum(y)), len(y) / SR)
            right = np.abs(bpm / row.bpm - 1) < RIGHT
            losses.append((torch.tensor(features), torch.tensor(right), 2.0 if name == "as it is" else 1.0))
    weights = torch.zeros(losses[0][0].shape[1], dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([weights], max_iter=150, line_search_fn="strong_wolfe")

    def step() -> torch.Tensor:
        optimiser.zero_grad()
        total = REGULARISATION * len(losses) * (weights**2).sum()
        for features, right, share in losses:
            score = features @ weights
            missed = torch.logsumexp(score, 0) - torch.logsumexp(score[right], 0) if right.any() else 20.0
            total = total + share * min(missed, torch.tensor(20.0))
        (total / len(losses)).backward()
        return total / len(losses)

    optimiser.step(step)
    fitted: NDArray[np.float64] = weights.detach().numpy()
    return fitted


def fit_kind(rows: list[Labelled]) -> tuple[NDArray[np.float64], float]:
    """Logistic regression: loop or not."""
    sounds = [(y, row.kind == "loop", share) for row in _even(rows) for y, share in _cuts(row)]
    features = np.array([_features(y) for y, _, _ in sounds])
    centre, spread = features.mean(axis=0), features.std(axis=0)
    model = LogisticRegression(max_iter=1000).fit(
        (features - centre) / spread, [loop for _, loop, _ in sounds], [share for _, _, share in sounds]
    )
    weights: NDArray[np.float64] = model.coef_[0] / spread
    return weights, float(model.intercept_[0] - centre @ weights)


def _even(rows: list[Labelled]) -> Iterator[Labelled]:
    """At most `MOST_OF_A_SOURCE` of each source and kind."""
    rng = random.Random(0)
    groups: dict[tuple[str, str], list[Labelled]] = {}
    for row in rows:
        groups.setdefault((row.group, row.kind), []).append(row)
    for group in groups.values():
        yield from rng.sample(group, min(len(group), MOST_OF_A_SOURCE))


def _cuts(row: Labelled) -> Iterator[tuple[NDArray[np.float32], float]]:
    """A one-shot as it is; a loop as it is, and two and four beats of it."""
    yield row.y, 2.0 if row.kind == "loop" else 1.0
    if row.kind == "loop" and row.bpm:
        beat = 60 / row.bpm * SR
        for beats in (2, 4):
            if len(row.y) >= 2 * beats * beat:
                yield row.y[int(beats * beat) : int(2 * beats * beat)], 1.0


def _features(y: NDArray[np.float32]) -> NDArray[np.float64]:
    spectrum = Spectrum(y)
    strength = onset_strength(spectrum)
    tempo = estimate_tempo(strength, len(y) / SR)
    return loop_features(spectrum, onset_times(strength), len(y) / SR, tempo.score if tempo else 0.0)


def main() -> None:
    """Fit and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--cache", type=Path, required=True, help="where the decoded corpus is kept")
    args = parser.parse_args()
    torch.set_num_threads(1)
    rows = corpus_rows(args.corpus, args.cache, reported=False)
    print("tempo", np.round(fit_tempo([row for row in rows if row.bpm]), 2).tolist())
    weights, bias = fit_kind([row for row in rows if row.kind in {"loop", "one-shot"}])
    print("kind", np.round(weights, 3).tolist(), round(bias, 3))


if __name__ == "__main__":
    main()
