"""Sounds with labels to judge a model on: a part of the training corpus, or any folder with a labels file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile as sf
import soxr
from numpy.typing import NDArray

from cratedig.models.base import EmbeddingModel
from cratedig.models.compact.frontend import SR
from train.config import Config
from train.corpus import Clip, Corpus, open_corpus
from train.data import split_clips

Sound = NDArray[np.float32]
CACHE = Path(__file__).parents[1] / "train" / "runs" / "cache"


@dataclass(frozen=True, slots=True)
class Labelled:
    """One sound: waveform at 32 kHz and what is known of it."""

    y: Sound
    cls: str | None
    pack: str
    kind: str | None
    words: tuple[str, ...]


def corpus_part(corpus_folder: Path, part: str, limit_per_class: int | None = None) -> list[Labelled]:
    """Sounds of the training, validation or test sources (data/eval/split.json)."""
    corpus = open_corpus(corpus_folder, CACHE)
    rows = split_clips(corpus.clips, Config("judging"))[part]
    if limit_per_class is not None:
        rows = _at_most(corpus.clips, rows, limit_per_class)
    return [_labelled(corpus, int(i)) for i in rows]


def folder(path: Path, labels: Path) -> list[Labelled]:
    """Sounds of a folder; `labels` has a JSON object a line: path, class, and optionally pack, kind, words."""
    return list(_read(path, [json.loads(line) for line in labels.read_text().splitlines() if line.strip()]))


def windows(y: Sound, sr: int, window_s: float) -> list[Sound]:
    """Windows of the model's length with half overlap; what is left at the end belongs to the last."""
    size, hop = int(window_s * sr), int(window_s * sr / 2)
    starts = range(0, max(1, len(y) - size + hop), hop)
    return [y[start : start + size] for start in starts]


def embed(model: EmbeddingModel, sounds: Sequence[Sound]) -> Sound:
    """One vector a sound: unit mean over its windows; sounds are at 32 kHz."""
    rows = []
    for y in sounds:
        own = y if model.info.sr == SR else np.asarray(soxr.resample(y, SR, model.info.sr), dtype=np.float32)
        mean = model.embed_audio(windows(own, model.info.sr, model.info.window_s)).mean(0)
        rows.append(mean / (np.linalg.norm(mean) + 1e-9))
    return np.stack(rows).astype(np.float32)


def _labelled(corpus: Corpus, i: int) -> Labelled:
    clip = corpus.clips[i]
    return Labelled(corpus.waveform(i), clip.cls, clip.pack, clip.kind, clip.words)


def _at_most(clips: list[Clip], rows: NDArray[np.int64], limit: int) -> NDArray[np.int64]:
    """The first `limit` clips of each class, in an order that mixes packs."""
    seen: dict[str | None, int] = {}
    kept = []
    for i in np.random.default_rng(0).permutation(rows):
        seen[clips[i].cls] = seen.get(clips[i].cls, 0) + 1
        if seen[clips[i].cls] <= limit:
            kept.append(int(i))
    return np.array(sorted(kept))


def _read(path: Path, rows: list[dict[str, str]]) -> Iterator[Labelled]:
    for row in rows:
        y, sr = sf.read(path / row["path"], dtype="float32", always_2d=True)
        mono = np.asarray(soxr.resample(y.mean(axis=1), sr, SR), dtype=np.float32)
        pack = row.get("pack", str(Path(row["path"]).parent))
        yield Labelled(mono, row["class"], pack, row.get("kind"), tuple(row.get("words", "").split()))
