"""A reference and a word: of two sounds that differ by an effect, the one that the word asks for should come first.

    .venv/bin/python -m benchmarks.blend --part test

Sounds of held-out sources are written to files as they are and once through each effect, and indexed. A reference is
another sound of the same class. A hit is a pair whose right half ranks above the other; without the word, half of the
pairs or fewer are hits, for an effect takes a sound away from its class. `class_p10` is the share of the ten best that
are of the reference's class: words may not lose what the reference is. Effects on mono sounds cannot test width.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile as sf

from benchmarks.eval_library import Labelled, corpus_part
from benchmarks.eval_retrieval import CORPUS
from benchmarks.record import report, write_flag
from cratedig.models import registry
from cratedig.models.compact.frontend import SR
from cratedig.store.store import Store
from indexer.pipeline import IndexRequest, index
from search.engine import SearchEngine, SearchRequest
from search.parse import parse_line
from train.effects import EFFECTS

MODEL = registry.load("compact")
SEED = 11
PAIRS = 60
OTHERS_PER_CLASS = 15
LONGEST_S = 4
QUESTIONS = {  # the effect, and whether the treated sound is the one that is asked for
    "darker": ("dark", True),
    "brighter": ("bright", True),
    "thinner": ("thin", True),
    "wetter": ("reverb", True),
    "shorter": ("short", True),
    "deeper": ("deep", True),
    "higher": ("high", True),
    "noisier": ("noisy", True),
    "punchier": ("punchy", True),
    "softer": ("soft", True),
    "boomier": ("boomy", True),
    "dirtier": ("distorted", True),
    "-dark": ("dark", False),
    "-reverb": ("reverb", False),
    "cleaner": ("noisy", False),
    "longer": ("short", False),
    "-distortion": ("distorted", False),
}


@dataclass(frozen=True, slots=True)
class Pair:
    """File name of a sound, of a reference of the same class, and the class."""

    sound: str
    reference: str
    cls: str


def write_library(folder: Path, sounds: Sequence[Labelled]) -> list[Pair]:
    """Write sounds, and the treated copies of some; returns the pairs to ask about."""
    rng = np.random.default_rng(SEED)
    sounds = [s for s in sounds if s.cls and s.kind != "loop" and len(s.y) > 0.05 * SR]
    by_class: dict[str, list[Labelled]] = {}
    for i in rng.permutation(len(sounds)):
        by_class.setdefault(str(sounds[i].cls), []).append(sounds[i])
    pairs = []
    for cls, members in sorted(by_class.items()):
        for number, sound in enumerate(members[:OTHERS_PER_CLASS]):
            _write(folder / f"{cls} {number:02}.wav", sound.y)
        if len(members) > 1:
            other = next((n for n, s in enumerate(members[1:OTHERS_PER_CLASS], 1) if s.pack != members[0].pack), 1)
            pairs += [Pair(f"{cls} 00", f"{cls} {other:02}", cls), Pair(f"{cls} {other:02}", f"{cls} 00", cls)]
    chosen = [pairs[i] for i in rng.permutation(len(pairs))[:PAIRS]]
    for pair in chosen:
        y, _ = sf.read(folder / f"{pair.sound}.wav", dtype="float32")
        for effect in {effect for effect, _ in QUESTIONS.values()}:
            _write(folder / f"{pair.sound} {effect}.wav", EFFECTS[effect](y, rng))
    return chosen


def _write(file: Path, y: np.ndarray) -> None:
    y = y[: LONGEST_S * SR]
    sf.write(file, y / max(float(np.abs(y).max()), 1e-6) * 0.7, SR, subtype="PCM_16")


def ask(store: Store, engine: SearchEngine, pairs: Sequence[Pair], *, self_reference: bool) -> dict[str, Any]:
    """Figures by word, with it and without; the reference is another sound of the class, or the pair's other half."""
    ids = contents(store)
    hits = store.segments.hits((int(i), -1) for i in store.segments.ids(store.require_model(MODEL.info)))
    names = {i: Path(os.fsdecode(hit.path)).stem for i, hit in hits.items()}
    figures: dict[str, Any] = {}
    for words, (effect, treated_wanted) in QUESTIONS.items():
        rows = []
        for pair in pairs:
            wanted, other = f"{pair.sound} {effect}", pair.sound
            if not treated_wanted:
                wanted, other = other, wanted
            like = ids[other if self_reference else pair.reference]
            for line in (f"like:{like} {words}", f"like:{like}"):
                ranked = [name for name in _ranked(engine, line, names) if ids[name] != like or name == other]
                right_class = [name for name in ranked[:10] if name.startswith(f"{pair.cls} ")]
                rows.append((ranked.index(wanted) < ranked.index(other), len(right_class) / 10))
        (hits, kept), (before, kept_before) = (np.mean(rows[start::2], axis=0) for start in (0, 1))
        figures[words] = {
            "hits": _percent(hits),
            "without_the_word": _percent(before),
            "class_p10": _percent(kept),
            "class_p10_without": _percent(kept_before),
        }
    mean = {key: round(float(np.mean([row[key] for row in figures.values()])), 1) for key in figures["darker"]}
    return {"mean": mean, **figures}


def _ranked(engine: SearchEngine, line: str, names: Mapping[int, str]) -> list[str]:
    return [names[i] for i in engine.rank(SearchRequest.of(parse_line(line), len(names))).ids.tolist()]


def _percent(share: float) -> float:
    return round(100 * float(share), 1)


def contents(store: Store) -> dict[str, str]:
    """Content ids by file name without ending."""
    return {Path(row.stamp.text).stem: sound.hash for row, sound in store.files.present() if not sound.silent}


def open_library(folder: Path, part: str) -> tuple[Store, list[Pair]]:
    """Write and index the sounds; returns the open library, and the pairs of which nothing is silent."""
    samples = folder / "samples"
    samples.mkdir()
    pairs = write_library(samples, corpus_part(CORPUS, part))
    store = Store.create_or_open(folder / "library")
    for _ in index(store, IndexRequest([str(samples)], "compact", jobs=2), lambda: False):
        pass
    heard = contents(store)
    return store, [p for p in pairs if all(f"{p.sound} {effect}" in heard for effect, _ in QUESTIONS.values())]


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", choices=["validation", "test"], default="validation")
    write_flag(parser)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cratedig-blend-") as folder:
        store, pairs = open_library(Path(folder), options.part)
        with store:
            engine = SearchEngine(store, MODEL)
            figures = {
                "seed": SEED,
                "part": options.part,
                "sounds": len(contents(store)),
                "pairs": len(pairs),
                "another_sound_as_reference": ask(store, engine, pairs, self_reference=False),
                "one_of_the_pair_as_reference": ask(store, engine, pairs, self_reference=True),
            }
    report("blend", figures, write=options.write)


if __name__ == "__main__":
    main()
