"""What else could be made of the same vectors at search time: each way beside plain cosine.

    python -m benchmarks.eval_ranking --part validation --write

Text: synonyms averaged, the library's mean removed, the first hits added to the query (Rocchio). Sound: the mean
removed, the first hits added, descriptors blended into the distance.
"""

from __future__ import annotations

import argparse
import tomllib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.eval_baselines import descriptors, standardise
from benchmarks.eval_library import Labelled, Sound, corpus_part, embed
from benchmarks.eval_metrics import Scores, judged_classes, sound_to_sound, text_to_sound
from benchmarks.eval_retrieval import CORPUS
from benchmarks.record import report
from cratedig.models import registry
from train import vocabulary

FIRST = (3, 5, 10)  # hits that are added
SHARES = (0.05, 0.1, 0.2)  # of descriptors in the distance


def unit(vectors: Sound) -> Sound:
    """Rows of unit length."""
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True), dtype=np.float32)


def expanded(queries: Sound, vectors: Sound, k: int) -> Sound:
    """Queries with the unit mean of their k best hits added."""
    best = np.argsort(-(queries @ vectors.T), axis=1, kind="stable")[:, :k]
    return unit(queries + unit(vectors[best].mean(1)))


def text_figures(scores: Scores, sounds: Sequence[Labelled], judged: list[str]) -> dict[str, float]:
    """Mean P@10 and mAP of one query a class."""
    rows = text_to_sound(scores, [s.cls for s in sounds], judged).values()
    return {"p10": float(np.mean([row["p10"] for row in rows])), "map": float(np.mean([row["ap"] for row in rows]))}


def sound_figures(queries: Sound, vectors: Sound, sounds: Sequence[Labelled]) -> dict[str, float]:
    """P@10 over sounds and over classes, the query's own pack removed."""
    found = sound_to_sound(vectors, [s.cls for s in sounds], [s.pack for s in sounds], queries=queries)
    return {
        "p10": float(np.mean([p for row in found.values() for p in row])),
        "p10_over_classes": float(np.mean([np.mean(row) for row in found.values()])),
    }


def by_text(
    names: Sound, synonyms: Sound, vectors: Sound, sounds: Sequence[Labelled], judged: list[str]
) -> dict[str, dict[str, float]]:
    """Figures of text queries, by way."""
    centred = unit(vectors - vectors.mean(0))
    ways = {"plain": names @ vectors.T, "synonyms": synonyms @ vectors.T, "mean removed": names @ centred.T}
    ways |= {f"first {k} added": expanded(names, vectors, k) @ vectors.T for k in FIRST}
    return {way: text_figures(scores, sounds, judged) for way, scores in ways.items()}


def by_sound(vectors: Sound, sounds: Sequence[Labelled]) -> dict[str, dict[str, float]]:
    """Figures of sound queries, by way."""
    own = np.stack([descriptors(s.y) for s in sounds])
    measured, _ = standardise(own, own)
    ways = {"plain": (vectors, vectors)}
    centred = unit(vectors - vectors.mean(0))
    ways["mean removed"] = (centred, centred)
    ways |= {f"first {k} added": (expanded(vectors, vectors, k + 1), vectors) for k in FIRST}
    for share in SHARES:
        blend = np.concatenate([(1 - share) ** 0.5 * vectors, share**0.5 * measured], axis=1)
        ways[f"descriptors {share}"] = (blend, blend)
    return {way: sound_figures(queries, searched, sounds) for way, (queries, searched) in ways.items()}


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="compact")
    parser.add_argument("--part", choices=["validation", "test"], default="validation")
    parser.add_argument("--write", action="store_true", help="write benchmarks/results/model-ranking.json")
    args = parser.parse_args()
    model, sounds = registry.load(args.model), corpus_part(CORPUS, args.part)
    vectors, judged = embed(model, [s.y for s in sounds]), judged_classes([s.cls for s in sounds])
    terms = tomllib.loads(Path(vocabulary.__file__).with_suffix(".toml").read_text())["classes"]
    synonyms = unit(np.stack([model.embed_text(terms[name]).mean(0) for name in judged]))
    figures = {
        "model": model.info.key,
        "part": args.part,
        "text": by_text(model.embed_text(judged), synonyms, vectors, sounds, judged),
        "sound": by_sound(vectors, sounds),
    }
    report("model-ranking", figures, write=args.write)


if __name__ == "__main__":
    main()
