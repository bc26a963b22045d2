"""`FlatIndex` answers as `ExactIndex` does, whatever is added, removed, asked and allowed."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from cratedig.types import IdArray
from cratedig.vectors.base import VectorIndex
from cratedig.vectors.exact import ExactIndex
from cratedig.vectors.flat import FlatIndex
from tests.library import unit_vectors

DIM = 7
LARGEST = 2**18  # the bitmap of a filter has a byte for every id up to the largest
IDS = st.one_of(st.integers(0, 40), st.integers(0, LARGEST))
ROUNDING = 2e-6


def serialised(index: FlatIndex) -> bytes:
    file = io.BytesIO()
    index.write(file)
    return file.getvalue()


def as_ids(ids: object) -> IdArray:
    return np.fromiter(ids, dtype=np.int64)  # type: ignore[call-overload, no-any-return]


def check_search(flat: VectorIndex, exact: VectorIndex, seed: int, k: int, allowed: IdArray | None) -> None:
    """Compare cosines by rank, and each id with its own cosine: equal cosines may come in any order."""
    q = unit_vectors(1, seed)[0]
    ids, cosines = flat.search(q, k, allowed)
    _, expected = exact.search(q, k, allowed)
    assert cosines.shape == ids.shape == expected.shape
    assert np.allclose(cosines, expected, atol=ROUNDING)
    assert np.allclose(exact.vectors(ids) @ q, cosines, atol=ROUNDING)
    assert len({*ids.tolist()}) == len(ids)
    assert allowed is None or np.isin(ids, allowed).all()


class Congruence(RuleBasedStateMachine):
    """Adds, removes, serialises and searches both."""

    def __init__(self) -> None:
        super().__init__()
        self.flat, self.exact = FlatIndex(DIM), ExactIndex(DIM)

    @rule(ids=st.sets(IDS, max_size=20), seed=st.integers(0, 99))
    def add(self, ids: set[int], seed: int) -> None:
        new = as_ids(ids - {*self.exact.ids.tolist()})
        vectors = unit_vectors(len(new), seed)
        for index in (self.flat, self.exact):
            index.add(new, vectors)

    @rule(ids=st.sets(IDS), share=st.floats(0, 1))
    def remove(self, ids: set[int], share: float) -> None:
        held = self.exact.ids
        gone = np.concatenate([held[: int(share * len(held))], as_ids(ids)])
        for index in (self.flat, self.exact):
            index.remove(gone)

    @rule()
    def save_and_load(self) -> None:
        self.flat = FlatIndex.read(io.BytesIO(serialised(self.flat)))

    @rule(seed=st.integers(0, 99), k=st.integers(0, 60))
    def search(self, seed: int, k: int) -> None:
        check_search(self.flat, self.exact, seed, k, None)

    @rule(seed=st.integers(0, 99), k=st.integers(0, 60), share=st.floats(0, 1), other=st.sets(IDS, max_size=5))
    def search_among(self, seed: int, k: int, share: float, other: set[int]) -> None:
        held = np.sort(self.exact.ids)
        allowed = np.unique(np.concatenate([held[int(share * len(held)) :], as_ids(other)]))
        check_search(self.flat, self.exact, seed, k, allowed)

    @invariant()
    def they_hold_the_same(self) -> None:
        assert self.flat.dim == self.exact.dim == DIM
        assert self.flat.ids.dtype == self.exact.ids.dtype == np.int64
        assert self.flat.ids.tolist() == self.exact.ids.tolist()
        assert np.array_equal(self.flat.vectors(self.flat.ids), self.exact.vectors(self.exact.ids))


Congruence.TestCase.settings = settings(max_examples=40, stateful_step_count=20)
TestCongruence = Congruence.TestCase


@pytest.fixture(params=[FlatIndex, ExactIndex])
def index(request: pytest.FixtureRequest) -> VectorIndex:
    """Fifty vectors with ids 0, 3, 6, ..."""
    made: VectorIndex = request.param(DIM)
    made.add(np.arange(0, 150, 3), unit_vectors(50))
    return made


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 1.0])
def test_k_come_back_whenever_k_exist(share: float) -> None:
    """However few are allowed, and however far they are from the question."""
    index, n = FlatIndex(DIM), 2000
    index.add(np.arange(n), unit_vectors(n))
    q = unit_vectors(1, 9)[0]
    furthest_first = np.argsort(unit_vectors(n) @ q)
    allowed = np.sort(furthest_first[: int(share * n)])
    for k in (1, 7, 20, 500, n, n + 1):
        ids, _ = index.search(q, k, allowed)
        assert len(ids) == min(k, len(allowed))
        assert np.isin(ids, allowed).all()


def test_allowing_nothing_finds_nothing(index: VectorIndex) -> None:
    ids, cosines = index.search(unit_vectors(1)[0], 5, np.empty(0, np.int64))
    assert (ids.shape, cosines.shape) == ((0,), (0,))


def test_allowing_only_strangers_finds_nothing(index: VectorIndex) -> None:
    ids, _ = index.search(unit_vectors(1)[0], 5, np.array([1, 2, 4, 10_000]))
    assert ids.tolist() == []


def test_an_empty_index_finds_nothing() -> None:
    for empty in (FlatIndex(DIM), ExactIndex(DIM)):
        ids, cosines = empty.search(unit_vectors(1)[0], 5)
        assert (ids.shape, cosines.shape, empty.vectors(ids).shape) == ((0,), (0,), (0, DIM))


def test_k_beyond_all_finds_all(index: VectorIndex) -> None:
    ids, cosines = index.search(unit_vectors(1)[0], 10**9)
    assert sorted(ids.tolist()) == list(range(0, 150, 3))
    assert np.all(np.diff(cosines) <= 0)


def test_a_vector_finds_itself_first(index: VectorIndex) -> None:
    for i, vector in zip(index.ids, unit_vectors(50), strict=True):
        ids, cosines = index.search(vector, 1)
        assert ids.tolist() == [i]
        assert cosines[0] == pytest.approx(1.0, abs=2e-3)


def test_removing_strangers_and_nothing_changes_nothing(index: VectorIndex) -> None:
    before = index.ids.tolist()
    for ids in (np.array([1, 2, 2**40]), np.empty(0, np.int64)):
        index.remove(ids)
        assert index.ids.tolist() == before


def test_ids_may_be_large_and_far_apart() -> None:
    index = FlatIndex(DIM)
    ids = np.array([1, 2**31 + 5, 2**40, 2**62])
    index.add(ids, unit_vectors(4))
    assert index.search(unit_vectors(4)[3], 1)[0].tolist() == [2**62]
    index.remove(ids[:1])
    assert FlatIndex.read(io.BytesIO(serialised(index))).ids.tolist() == ids[1:].tolist()


def test_vectors_are_held_as_the_store_holds_them() -> None:
    index = FlatIndex(DIM)
    vectors = unit_vectors(300)
    index.add(np.arange(300), vectors)
    assert np.array_equal(index.vectors(np.array([299, 0])), vectors[[299, 0]])


def test_bytes_that_are_no_such_index() -> None:
    whole = serialised(FlatIndex(DIM))
    for data in (b"", b"nonsense", whole[:-1], whole[:30], b"IxFI" + whole[4:]):
        with pytest.raises(ValueError, match=r"."):
            FlatIndex.read(io.BytesIO(data))


def test_another_kind_of_faiss_index_is_refused() -> None:
    import faiss

    with pytest.raises(ValueError, match="not an IndexIDMap2"):
        FlatIndex.read(io.BytesIO(faiss.serialize_index(faiss.IndexFlatIP(DIM)).tobytes()))
