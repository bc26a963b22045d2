"""What evaluations of hearing open: a model, its head, and the clips of one part of the corpus with their vectors."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.record import write_flag
from cratedig.models import registry
from cratedig.models.base import EmbeddingModel
from cratedig.paths import default_models
from cratedig.tags.head import Head, load_head
from cratedig.types import FloatArray
from train.config import Config
from train.corpus import Clip, open_corpus
from train.data import split_clips
from train.tag_features import vectors_of
from train.tag_thresholds import CACHE, CORPUS

__all__ = ["Heard", "arguments", "open_part"]


@dataclass(frozen=True, slots=True)
class Heard:
    """A model with its head, and clips with their vectors, shape (len(clips), dim)."""

    model: EmbeddingModel
    head: Head
    clips: Sequence[Clip]
    vectors: FloatArray


def arguments(description: str | None) -> argparse.Namespace:
    """Read ``--model``, ``--models``, ``--part`` and ``--write``."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="compact")
    parser.add_argument("--models", type=Path, default=default_models(), help="folder of installed models")
    parser.add_argument("--part", choices=["validation", "test"], default="validation")
    write_flag(parser)
    return parser.parse_args()


def open_part(name: str, models: Path, part: str) -> Heard:
    """Open a model and one part of the corpus; without a head for its weights there is nothing to evaluate."""
    model, corpus = registry.load(name, models), open_corpus(CORPUS, CACHE)
    head = load_head(name, model.info.key)
    if head is None:
        raise SystemExit(f"No head was fitted on {model.info.key}: python -m train.tag_thresholds --model {name}")
    rows = split_clips(corpus.clips, Config("tags"))[part]
    return Heard(model, head, [corpus.clips[i] for i in rows], vectors_of(corpus, name, models, CORPUS, CACHE)[rows])
