"""What tagging hears of every clip of the corpus: one vector of a model."""

from __future__ import annotations

from functools import partial
from multiprocessing import Pool
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray

from cratedig.audio.window import cut
from cratedig.models import registry
from cratedig.models.compact.frontend import SR
from train.corpus import HALF_FULL_SCALE, Corpus, open_corpus

FloatArray = NDArray[np.float32]
CLIPS_PER_TASK = 500


def vectors_of(corpus: Corpus, model_name: str, models: Path, corpus_folder: Path, cache: Path) -> FloatArray:
    """Unit mean of each clip's windows, as tagging takes it, shape (clips, dim); cached by the model's key."""
    key = registry.load(model_name, models).info.key
    file = cache / f"vectors-{key.replace(':', '-')}.npy"
    if not file.exists():
        embed = partial(_embed, model_name=model_name, models=models, corpus_folder=corpus_folder, cache=cache)
        rows = np.arange(len(corpus.clips))
        with Pool(2) as pool:
            parts = pool.map(embed, np.array_split(rows, -(-len(rows) // CLIPS_PER_TASK)), chunksize=1)
        np.save(file, np.concatenate(parts))
    return np.asarray(np.load(file), dtype=np.float32)


def _embed(rows: NDArray[np.int64], model_name: str, models: Path, corpus_folder: Path, cache: Path) -> FloatArray:
    model, corpus = registry.load(model_name, models), open_corpus(corpus_folder, cache)
    out = np.empty((len(rows), model.info.dim), dtype=np.float32)
    for place, i in enumerate(rows.tolist()):
        own = np.asarray(soxr.resample(corpus.waveform(i) / HALF_FULL_SCALE, SR, model.info.sr), dtype=np.float32)
        windows = cut([own], model.info.sr, model.info.window_s)
        mean = model.embed_audio([window.y for window in windows]).mean(axis=0)
        out[place] = mean / np.linalg.norm(mean)
    return out
