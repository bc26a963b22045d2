"""Adjective queries: held-out sounds through the effects of training, found by word."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from benchmarks.eval_library import Labelled, Sound, embed
from benchmarks.eval_metrics import precision_at
from cratedig.models.base import EmbeddingModel
from cratedig.models.compact.frontend import SR, WINDOW_S
from train.effects import EFFECTS

PER_CLASS = 12  # sounds of each noun that go through every character


def _start(y: Sound) -> Sound:
    return y[: int((WINDOW_S + 0.4) * SR)]


def adjectives(
    model: EmbeddingModel, sounds: Sequence[Labelled], queries: Mapping[str, Any], seed: int
) -> dict[str, Any]:
    """P@10 and P@50 of effect words among plain sounds and one treated copy of each, with the base rate."""
    rng = np.random.default_rng(seed)
    chosen = [s for s in sounds if s.kind != "loop"]
    names = rng.permutation(np.resize(sorted(queries), len(chosen)))
    treated = [EFFECTS[name](_start(s.y), rng) for s, name in zip(chosen, names, strict=True)]
    vectors = embed(model, [_start(s.y) for s in chosen] + treated)
    labels = np.concatenate([np.full(len(chosen), ""), names])
    rows: dict[str, Any] = {}
    for character, terms in queries.items():
        relevant = labels == character
        for kind in ("known", "unseen"):
            scores = model.embed_text(terms[kind]) @ vectors.T
            p10 = [precision_at(row, relevant, 10) for row in scores]
            p50 = [precision_at(row, relevant, 50) for row in scores]
            rows.setdefault(character, {})[kind] = {"p10": float(np.mean(p10)), "p50": float(np.mean(p50))}
    base = 0.5 / len(queries)
    means = {k: float(np.mean([row[k]["p10"] for row in rows.values()])) for k in ("known", "unseen")}
    lift = {k: value / base for k, value in means.items()}
    return {"base_rate": base, "mean_p10": means, "times_base": lift, "by_character": rows}


def pairs(model: EmbeddingModel, sounds: Sequence[Labelled], spec: Mapping[str, list[str]]) -> dict[str, Any]:
    """`dusty kick`: share of the first ten that are kicks, dusty, and both, among all nouns through all characters."""
    waveforms: list[Sound] = []
    nouns: list[str] = []
    characters: list[str] = []
    for noun in spec["nouns"]:
        members = [s for s in sounds if s.cls == noun and s.kind != "loop"][:PER_CLASS]
        for sound in members:
            for character in ["", *spec["characters"]]:
                rng = np.random.default_rng(zlib.crc32(f"{noun} {character} {len(waveforms)}".encode()))
                y = _start(sound.y)
                waveforms.append(EFFECTS[character](y, rng) if character else y)
                nouns.append(noun)
                characters.append(character)
    if not waveforms:
        return {"sounds": 0}
    vectors = embed(model, waveforms)
    is_noun, is_character = np.array(nouns), np.array(characters)
    rows = {}
    for noun in sorted(set(nouns)):
        for character in spec["characters"]:
            scores = model.embed_text([f"{character} {noun}"])[0] @ vectors.T
            right_noun, right_character = is_noun == noun, is_character == character
            rows[f"{character} {noun}"] = {
                "noun": precision_at(scores, right_noun),
                "character": precision_at(scores, right_character),
                "both": precision_at(scores, right_noun & right_character),
            }
    return {
        "sounds": len(waveforms),
        "base_rate_both": 1 / (len(set(nouns)) * (len(spec["characters"]) + 1)),
        **{key: float(np.mean([row[key] for row in rows.values()])) for key in ("noun", "character", "both")},
        "by_query": rows,
    }
