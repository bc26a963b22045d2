"""How well a model finds sounds: text, sound, class, adjectives, loops, spelling; beside baselines and chance.

    python -m benchmarks.eval_retrieval --part validation          # sources of the training corpus kept out
    python -m benchmarks.eval_retrieval --folder ~/Samples --labels labels.jsonl --model compact

A labels file has one JSON object a line: {"path": "kicks/a.wav", "class": "kick", "pack": "a", "kind": "oneshot"}.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.eval_adjectives import adjectives, pairs
from benchmarks.eval_baselines import descriptors, mfcc_statistics, prototypes, standardise
from benchmarks.eval_library import Labelled, Sound, corpus_part, embed, folder
from benchmarks.eval_metrics import (
    Scores,
    judged_classes,
    precision_at,
    sound_to_sound,
    text_to_sound,
    zero_shot,
)
from benchmarks.record import report
from cratedig.models import registry
from cratedig.models.base import EmbeddingModel
from cratedig.paths import default_models

CORPUS = Path(__file__).parents[2] / "shared" / "corpus"
QUERIES = Path(__file__).parents[1] / "data" / "eval" / "queries.json"
LOOPS = ["drum loop", "bass loop", "melodic loop", "percussion loop"]
NAMED = ["kick", "snare", "closed hat", "clap"]
TRAIN_PER_CLASS = 60  # sounds of the training sources that baselines learn their prototypes from


def mean(values: Sequence[float]) -> float | None:
    """Mean, or None where a small library has nothing to judge."""
    return float(np.mean(values)) if values else None


def retrieval(scores: Scores, vectors: Sound, sounds: Sequence[Labelled], names: Sequence[str]) -> dict[str, Any]:
    """Figures of one system: scores of class names over sounds, and vectors of sounds."""
    classes = [s.cls for s in sounds]
    judged = judged_classes(classes)
    text = text_to_sound(scores[[names.index(c) for c in judged]], classes, judged)
    found = sound_to_sound(vectors, classes, [s.pack for s in sounds])
    by_class = {name: float(np.mean(row)) for name, row in found.items()}
    loops = [i for i, s in enumerate(sounds) if s.cls in LOOPS]
    rows = scores[[names.index(c) for c in LOOPS]][:, loops]
    return {
        "text_p10": mean([row["p10"] for row in text.values()]),
        "text_map": mean([row["ap"] for row in text.values()]),
        "sound_p10": mean([p for row in found.values() for p in row]),
        "sound_p10_over_classes": mean(list(by_class.values())),
        "sound_p10_named": {name: by_class.get(name) for name in NAMED},
        "zero_shot": zero_shot(scores, classes, names),
        "loops_top1": zero_shot(rows, [classes[i] for i in loops], LOOPS)["top1"] if loops else None,
        "text_by_class": text,
        "sound_p10_by_class": by_class,
    }


def spelled(
    model: EmbeddingModel, vectors: Sound, sounds: Sequence[Labelled], queries: dict[str, list[str]]
) -> dict[str, Any]:
    """Mean P@10 of other words for a class, by class, where the class is judged."""
    labels = np.array([s.cls or "" for s in sounds])
    judged = set(judged_classes([s.cls for s in sounds]))
    rows = {
        name: {
            text: precision_at(row, labels == name)
            for text, row in zip(texts, model.embed_text(texts) @ vectors.T, strict=True)
        }
        for name, texts in queries.items()
        if name in judged
    }
    return {"mean_p10": mean([p for row in rows.values() for p in row.values()]), "by_class": rows}


def outside(model: EmbeddingModel, vectors: Sound, queries: list[str], names: Sequence[str]) -> dict[str, Any]:
    """Best match, 0 to 1 as people see it, of queries that no sound answers; and of class names, to compare."""
    shown = model.info.calibration["text"]
    best = (model.embed_text(queries) @ vectors.T).max(1)
    inside = (model.embed_text(list(names)) @ vectors.T).max(1)
    return {
        "best_match": {text: round(shown.score(float(c)), 3) for text, c in zip(queries, best, strict=True)},
        "median_best_match_of_classes": round(float(np.median([shown.score(float(c)) for c in inside])), 3),
    }


def baselines(sounds: Sequence[Labelled], train: Sequence[Labelled], names: list[str], seed: int) -> dict[str, Any]:
    """MFCC statistics, descriptors and chance; text is replaced by the class mean of training sounds."""
    rows: dict[str, Any] = {}
    for name, measure in (("mfcc", mfcc_statistics), ("descriptors", descriptors)):
        known = np.stack([measure(s.y) for s in train])
        own = np.stack([measure(s.y) for s in sounds])
        known, own = standardise(known, own)
        scores = prototypes(known, [s.cls for s in train], names) @ own.T
        rows[name] = retrieval(scores, own, sounds, names)
    rng = np.random.default_rng(seed)
    chance = rng.standard_normal((len(sounds), 64)).astype(np.float32)
    chance /= np.linalg.norm(chance, axis=1, keepdims=True)
    rows["random"] = retrieval(rng.random((len(names), len(sounds)), dtype=np.float32), chance, sounds, names)
    return {name: {k: v for k, v in row.items() if not k.endswith("by_class")} for name, row in rows.items()}


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="compact")
    parser.add_argument("--models", type=Path, default=default_models(), help="folder of installed models")
    parser.add_argument("--part", choices=["validation", "test"], default="validation")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--labels", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--no-baselines", action="store_true")
    parser.add_argument("--write", metavar="NAME", help="write the figures to benchmarks/results/NAME.json")
    args = parser.parse_args()
    sounds = folder(args.folder, args.labels) if args.folder else corpus_part(CORPUS, args.part)
    queries = json.loads(QUERIES.read_text())
    model = registry.load(args.model, args.models)
    names = sorted({s.cls for s in sounds if s.cls} | set(queries["classes"]))
    vectors = embed(model, [s.y for s in sounds])
    figures: dict[str, Any] = {
        "model": model.info.key,
        "sounds": len(sounds),
        "packs": len({s.pack for s in sounds}),
        "judged_classes": judged_classes([s.cls for s in sounds]),
        "part": str(args.folder or args.part),
        "seed": args.seed,
        "figures": retrieval(model.embed_text(names) @ vectors.T, vectors, sounds, names),
        "adjectives": adjectives(model, sounds, queries["characters"], args.seed),
        "pairs": pairs(model, sounds, queries["pairs"]),
        "paraphrases": spelled(model, vectors, sounds, queries["paraphrases"]),
        "misspelt": spelled(model, vectors, sounds, queries["misspelt"]),
        "outside": outside(model, vectors, queries["outside"], names),
    }
    if not args.no_baselines:
        train = corpus_part(CORPUS, "train", TRAIN_PER_CLASS)
        figures["baselines"] = baselines(sounds, train, names, args.seed)
    report(args.write or "unwritten", figures, write=args.write is not None)


if __name__ == "__main__":
    main()
