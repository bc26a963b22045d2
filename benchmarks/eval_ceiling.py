"""Where the ceiling is: how much of what text misses is the query's fault, and how much the variety of sources.

    python -m benchmarks.eval_ceiling --part validation --write

Three queries ask for each class among the same half of its sounds: its name; the mean vector of training sounds; the
mean vector of the other half, which knows the very sources that are searched. Beside it, text P@10 by the number of
training sources that a class has.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.eval_library import CACHE, Labelled, Sound, corpus_part, embed
from benchmarks.eval_metrics import judged_classes, text_to_sound
from benchmarks.eval_retrieval import CORPUS, TRAIN_PER_CLASS
from benchmarks.record import report
from cratedig.models import registry
from train.config import read_config
from train.data import split_clips
from train.sounds import open_clips

RESULT = "model-ceiling-{part}"
SHIPPED = Path(__file__).parents[1] / "train" / "configs" / "full.toml"
MIN_PER_SOURCE = 3  # sounds that make a source of a class


def centroids(vectors: Sound, labels: list[str | None], names: list[str]) -> Sound:
    """Unit mean vector of each class; zero where it has no sound."""
    rows = np.array([vectors[[label == name for label in labels]].sum(0) for name in names])
    return np.asarray(rows / (np.linalg.norm(rows, axis=1, keepdims=True) + 1e-9), dtype=np.float32)


def figures(queries: Sound, vectors: Sound, classes: list[str | None], names: list[str]) -> dict[str, float]:
    """Mean P@10 and mAP of one query a class."""
    rows = text_to_sound(queries @ vectors.T, classes, names).values()
    return {"p10": float(np.mean([row["p10"] for row in rows])), "map": float(np.mean([row["ap"] for row in rows]))}


def sources_of(permissive_only: bool) -> dict[str | None, int]:
    """Training sources of each class."""
    config = replace(read_config(SHIPPED), permissive_only=permissive_only)
    clips = open_clips(config, CORPUS, CACHE)
    found: dict[str | None, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for i in split_clips(clips, config)["train"]:
        found[clips[i].cls][clips[i].group] += 1
    return {name: sum(n >= MIN_PER_SOURCE for n in groups.values()) for name, groups in found.items()}


def by_coverage(by_class: dict[str, dict[str, float]], sources: dict[str | None, int]) -> dict[str, dict[str, float]]:
    """Text P@10 of classes with few, some and many training sources."""
    groups = {"0 or 1": (0, 1), "2 or 3": (2, 3), "4 or more": (4, 99)}
    rows = {}
    for group, (least, most) in groups.items():
        found = [row["p10"] for name, row in by_class.items() if least <= sources.get(name, 0) <= most]
        rows[group] = {"classes": len(found), "p10": float(np.mean(found)) if found else 0.0}
    return rows


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="compact")
    parser.add_argument("--part", choices=["validation", "test"], default="validation")
    parser.add_argument("--permissive-only", action="store_true", help="count only permissive training sources")
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    model, sounds = registry.load(args.model), corpus_part(CORPUS, args.part)
    train = corpus_part(CORPUS, "train", TRAIN_PER_CLASS)
    half = np.random.default_rng(0).permutation(len(sounds)) % 2 == 0
    vectors, known = embed(model, [s.y for s in sounds]), embed(model, [s.y for s in train])
    names = judged_classes([s.cls for s in sounds])
    asked, other = _classes(sounds, half), _classes(sounds, ~half)
    queries = {
        "name": model.embed_text(names),
        "mean of training sounds": centroids(known, [s.cls for s in train], names),
        "mean of the other half": centroids(vectors[~half], other, names),
    }
    by_class = text_to_sound(queries["name"] @ vectors.T, [s.cls for s in sounds], names)
    result = {
        "model": model.info.key,
        "part": args.part,
        "half": {name: figures(rows, vectors[half], asked, names) for name, rows in queries.items()},
        "by_training_sources": by_coverage(by_class, sources_of(args.permissive_only)),
    }
    report(RESULT.format(part=args.part), result, write=args.write)


def _classes(sounds: list[Labelled], chosen: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> list[str | None]:
    return [sound.cls for sound, wanted in zip(sounds, chosen, strict=True) if wanted]


if __name__ == "__main__":
    main()
