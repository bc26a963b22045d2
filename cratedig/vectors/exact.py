"""A plain NumPy index: slow, obviously right, and therefore the oracle of the tests."""

from __future__ import annotations

import numpy as np

from cratedig.types import FloatArray, IdArray

__all__ = ["ExactIndex"]


class ExactIndex:
    """Vectors rounded to float16, like the store's; cosine by one matrix product."""

    def __init__(self, dim: int) -> None:
        self.dim = dim
        self.ids: IdArray = np.empty(0, dtype=np.int64)
        self._vectors: FloatArray = np.empty((0, dim), dtype=np.float32)

    def reserve(self, n: int) -> None:
        """See `VectorIndex.reserve`; arrays need none."""

    def add(self, ids: IdArray, vectors: FloatArray) -> None:
        """See `VectorIndex.add`."""
        rounded = vectors.astype(np.float16).astype(np.float32)
        self.ids = np.concatenate([self.ids, ids])
        self._vectors = np.concatenate([self._vectors, rounded])

    def remove(self, ids: IdArray) -> None:
        """See `VectorIndex.remove`."""
        kept = ~np.isin(self.ids, ids)
        self.ids, self._vectors = self.ids[kept], self._vectors[kept]

    def vectors(self, ids: IdArray) -> FloatArray:
        """See `VectorIndex.vectors`."""
        position = {int(i): row for row, i in enumerate(self.ids)}
        return self._vectors[[position[int(i)] for i in ids]].reshape(-1, self.dim)

    def search(self, q: FloatArray, k: int, allowed: IdArray | None = None) -> tuple[IdArray, FloatArray]:
        """See `VectorIndex.search`."""
        chosen = np.ones(len(self.ids), bool) if allowed is None else np.isin(self.ids, allowed)
        ids = self.ids[chosen]
        cosines = self._vectors[chosen] @ q
        best = np.argsort(-cosines, kind="stable")[:k]
        return ids[best], cosines[best]
