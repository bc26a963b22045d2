"""What a vector index can do."""

from __future__ import annotations

from typing import Protocol

from cratedig.types import FloatArray, IdArray

__all__ = ["VectorIndex"]


class VectorIndex(Protocol):
    """Unit vectors by id, searched by cosine. Ids are segment ids: never reused, their vectors never changed."""

    @property
    def dim(self) -> int:
        """Length of a vector."""
        ...

    @property
    def ids(self) -> IdArray:
        """All ids, in the order they were added."""
        ...

    def reserve(self, n: int) -> None:
        """Make room for `n` more vectors: added in batches, they then take no more memory than at once."""
        ...

    def add(self, ids: IdArray, vectors: FloatArray) -> None:
        """Add vectors, shape (n, dim), under new ids."""
        ...

    def remove(self, ids: IdArray) -> None:
        """Remove vectors; unknown ids are ignored."""
        ...

    def vectors(self, ids: IdArray) -> FloatArray:
        """Return vectors as the index holds them; shape (len(ids), dim)."""
        ...

    def search(self, q: FloatArray, k: int, allowed: IdArray | None = None) -> tuple[IdArray, FloatArray]:
        """Find the vectors closest to a query.

        Parameters
        ----------
        q : ndarray, shape (dim,)
            Unit vector.
        k : int
            Number of results wanted.
        allowed : ndarray, optional
            The only ids that may come back. All of them are compared: `k` results come back whenever `k` exist.

        Returns
        -------
        ids, cosines : ndarray, shape (at most k,)
            Best first.
        """
        ...
