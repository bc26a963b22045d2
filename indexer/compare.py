"""How far two models agree on the user's own sounds."""

from __future__ import annotations

from collections.abc import Generator
from itertools import islice
from pathlib import Path

import numpy as np

from cratedig.audio.content import open_sound
from cratedig.errors import AudioError
from cratedig.models.base import EmbeddingModel
from cratedig.models.laion.download import Progress
from cratedig.models.laion.quantise import K, rank_agreement
from cratedig.store.store import Store
from cratedig.types import FloatArray

__all__ = ["MOST_FILES", "compare"]

MOST_FILES = 500


def compare(store: Store, exact: EmbeddingModel, quick: EmbeddingModel) -> Generator[Progress, None, float | None]:
    """Embed the first window of the library's first 500 files with two models that take the same windows.

    Returns
    -------
    float, optional
        Share of its ten nearest neighbours that a sound has in both models, on average; None where there are no more
        than ten sounds.
    """
    pairs: list[FloatArray] = []
    total = min(MOST_FILES, store.files.counts().files)
    for row, content in islice(store.files.present(), MOST_FILES):
        if content.silent:
            continue
        try:
            window = next(open_sound(Path(row.stamp.text)).windows(exact.info.sr, exact.info.window_s))
        except (AudioError, OSError):
            continue
        pairs.append(np.concatenate([exact.embed_audio([window.y]), quick.embed_audio([window.y])]))
        yield Progress("comparing on the first files of your library", len(pairs), total)
    if len(pairs) <= K:
        return None
    vectors = np.stack(pairs)
    return rank_agreement(vectors[:, 0], vectors[:, 1])
