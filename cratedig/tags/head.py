"""What a model's vectors say about classes of sounds, and how far to trust it: fitted by `train.tag_thresholds`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np

from cratedig.types import FloatArray

__all__ = ["HEADS", "Head", "Trust", "load_head", "save_head"]

HEADS = files("cratedig.tags") / "hearing"
NEVER = 2.0  # a threshold that no score reaches


@dataclass(frozen=True, slots=True)
class Trust:
    """How scores of one axis are to be taken.

    A probability p of the head becomes the score ``1 / (1 + exp(-slope * logit(p) - offset))`` (Platt scaling).

    Attributes
    ----------
    slope, offset : float
    precision : float
        Share of right tags that `threshold` stands for, on validation sources.
    threshold : float
        Score from which a term is a tag.
    of_term : mapping
        Thresholds of terms with validation sounds enough for their own.
    """

    slope: float
    offset: float
    precision: float
    threshold: float
    of_term: Mapping[str, float]

    def score(self, probability: FloatArray) -> FloatArray:
        """Calibrated score, same shape."""
        p = np.clip(probability, 1e-6, 1 - 1e-6)
        logit = np.log(p / (1 - p))
        return np.asarray(1 / (1 + np.exp(-self.slope * logit - self.offset)), dtype=np.float32)

    def needed(self, term: str) -> float:
        """Score from which `term` is a tag."""
        return self.of_term.get(term, self.threshold)


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """Multinomial logistic regression on frozen vectors, and the trust in each axis.

    Attributes
    ----------
    classes : tuple of str
        Names or other names of vocabulary terms.
    weights : ndarray, shape (len(classes), dim + 1), float32
        The last column is the bias.
    trust : mapping
        By axis.
    """

    classes: tuple[str, ...]
    weights: FloatArray
    trust: Mapping[str, Trust]

    def logits(self, vectors: FloatArray) -> FloatArray:
        """Shape (n, len(classes)), of unit vectors of shape (n, dim)."""
        return vectors @ self.weights[:, :-1].T + self.weights[:, -1]

    @property
    def fingerprint(self) -> str:
        """Changes whenever a score or threshold would."""
        said = repr((self.classes, sorted(self.trust.items()))).encode() + self.weights.tobytes()
        return hashlib.blake2b(said, digest_size=8).hexdigest()


def load_head(name: str, model_key: str) -> Head | None:
    """Return the head of a model; None when none was fitted on these very weights."""
    file = HEADS / f"{name}.json"
    if not file.is_file():
        return None
    said = json.loads(file.read_text(encoding="utf-8"))
    if said["model"] != model_key:
        return None
    with (HEADS / f"{name}.npy").open("rb") as stored:
        weights = np.load(stored, allow_pickle=False).astype(np.float32)
    trust = {axis: Trust(**numbers) for axis, numbers in said["trust"].items()}
    return Head(tuple(said["classes"]), weights, trust)


def save_head(folder: Path, name: str, model_key: str, head: Head) -> None:
    """Write what `load_head` reads; weights in float16."""
    trust = {
        axis: {
            "slope": round(t.slope, 4),
            "offset": round(t.offset, 4),
            "precision": t.precision,
            "threshold": round(t.threshold, 4),
            "of_term": {term: round(value, 4) for term, value in sorted(t.of_term.items())},
        }
        for axis, t in head.trust.items()
    }
    said = {"model": model_key, "classes": head.classes, "trust": trust}
    (folder / f"{name}.json").write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")
    np.save(folder / f"{name}.npy", head.weights.astype(np.float16))
