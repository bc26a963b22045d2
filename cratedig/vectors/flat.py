"""Exact search over float16 vectors with FAISS: the index up to about two million segments."""

from __future__ import annotations

from typing import BinaryIO

import faiss
import numpy as np

from cratedig.types import FloatArray, IdArray

__all__ = ["FlatIndex"]

PIECE_BYTES = 1 << 20


class FlatIndex:
    """`IndexIDMap2` over a float16 scalar quantiser with inner product: exact on the store's float16 vectors."""

    def __init__(self, dim: int) -> None:
        quantizer = faiss.ScalarQuantizer.QT_fp16
        flat = faiss.IndexScalarQuantizer(dim, quantizer, faiss.METRIC_INNER_PRODUCT)
        self._index = faiss.IndexIDMap2(flat)

    @classmethod
    def read(cls, file: BinaryIO) -> FlatIndex:
        """Read what `write` wrote, in pieces: the index is never in memory twice.

        Raises
        ------
        ValueError
            There is no such index in the file.
        """
        try:
            loaded = faiss.read_index(faiss.PyCallbackIOReader(file.read, PIECE_BYTES))  # type: ignore[attr-defined]
        except (RuntimeError, MemoryError) as error:  # torn bytes may claim any size
            raise ValueError(str(error)) from None
        if not isinstance(loaded, faiss.IndexIDMap2):
            raise ValueError(f"a {type(loaded).__name__} is not an IndexIDMap2")
        index = cls.__new__(cls)
        index._index = loaded
        return index

    def write(self, file: BinaryIO) -> None:
        """Write the index, in pieces."""
        faiss.write_index(self._index, faiss.PyCallbackIOWriter(file.write, PIECE_BYTES))  # type: ignore[attr-defined]

    @property
    def dim(self) -> int:
        """See `VectorIndex.dim`."""
        return int(self._index.d)

    @property
    def ids(self) -> IdArray:
        """See `VectorIndex.ids`."""
        return faiss.vector_to_array(self._index.id_map)

    def reserve(self, n: int) -> None:
        """See `VectorIndex.reserve`; shrinking the code array again keeps its room, which else doubles as it grows."""
        flat = faiss.downcast_index(self._index.index)
        codes, code_size = flat.codes, flat.code_size  # type: ignore[attr-defined]
        size = codes.size()
        codes.resize(size + n * code_size)
        codes.resize(size)

    def add(self, ids: IdArray, vectors: FloatArray) -> None:
        """See `VectorIndex.add`."""
        self._index.add_with_ids(np.ascontiguousarray(vectors, dtype=np.float32), ids)

    def remove(self, ids: IdArray) -> None:
        """See `VectorIndex.remove`."""
        self._index.remove_ids(faiss.IDSelectorBatch(ids))

    def vectors(self, ids: IdArray) -> FloatArray:
        """See `VectorIndex.vectors`."""
        return self._index.reconstruct_batch(ids) if len(ids) else np.empty((0, self.dim), dtype=np.float32)

    def search(self, q: FloatArray, k: int, allowed: IdArray | None = None) -> tuple[IdArray, FloatArray]:
        """See `VectorIndex.search`."""
        wanted = min(k, self._index.ntotal if allowed is None else len(allowed))
        if wanted == 0:
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32)
        parameters = None
        if allowed is not None:
            parameters = _only(allowed)
        faiss.omp_set_num_threads(1)  # more gain little for one query, and wait for each other on a busy machine
        cosines, ids = self._index.search(q[np.newaxis].astype(np.float32), wanted, params=parameters)
        found = ids[0] >= 0
        return ids[0][found], cosines[0][found]


def _only(ids: IdArray) -> faiss.SearchParameters:
    """FAISS parameters that let only `ids` through, by a bitmap: the cost does not depend on how many they are."""
    bits = np.zeros(int(ids.max()) + 1, dtype=np.uint8)
    bits[ids] = 1
    selector = faiss.IDSelectorBitmap(np.packbits(bits, bitorder="little"))  # type: ignore[call-arg, arg-type]
    return faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
