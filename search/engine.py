"""Search: question -> vector -> allowed ids -> nearest segments -> ranked hits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from cratedig.models.base import EmbeddingModel
from cratedig.store.segments import ANY_FILE, Condition
from cratedig.store.store import Store
from cratedig.types import FloatArray, IdArray
from cratedig.vectors.snapshot import open_index, refresh
from search.filters import condition
from search.query import AnySound, Query, QueryContext
from search.rank import best_of_each, to_hits
from search.results import SearchResults

__all__ = ["SearchEngine", "SearchRequest"]


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """A question, how many sounds are wanted, and filter values by filter name."""

    query: Query | AnySound
    k: int = 20
    filters: Mapping[str, str] = field(default_factory=dict)


class SearchEngine:
    """Answers questions about one library.

    Raises
    ------
    ModelMismatchError
        The library was made with another model.
    """

    def __init__(self, store: Store, model: EmbeddingModel) -> None:
        self._store = store
        self._model = model
        self._row = store.require_model(model.info)
        self._index = open_index(store, self._row)

    def refresh(self) -> None:
        """Take in what was indexed since the engine was made."""
        refresh(self._index, self._store, self._row)

    def search(self, request: SearchRequest) -> SearchResults:
        """Answer a question: `k` hits come back whenever `k` sounds that meet the filters exist.

        Raises
        ------
        QueryError
            The question or a filter cannot be understood, or a reference cannot be read.
        """
        wanted = condition(request.filters)
        scores = (
            self._listed(wanted, request.k)
            if isinstance(request.query, AnySound)
            else self._ranked(request.query, request.k, wanted)
        )
        rows = self._store.segments.hits(list(scores), wanted)
        kept = [i for i in scores if i in rows]
        return SearchResults(request.query.title, to_hits([rows[i] for i in kept], [scores[i] for i in kept]))

    def _listed(self, wanted: Condition, k: int) -> dict[int, float | None]:
        """Return the first segment of each sound that meets a condition, by path; without a score."""
        return dict.fromkeys(self._store.segments.first(self._row, wanted, k))

    def _ranked(self, query: Query, k: int, wanted: Condition) -> dict[int, float | None]:
        """Return the score of the best segment of each near sound, best first."""
        q = query.to_vector(QueryContext(self._store, self._model, self._row))
        calibration = self._model.info.calibration[query.kind]
        ids, cosines = self._nearest(q, k, self._allowed(wanted))
        return {i: calibration.score(cosine) for i, cosine in zip(ids, cosines, strict=True)}

    def _allowed(self, wanted: Condition) -> IdArray | None:
        """Ids that may come back; None means all of the index."""
        if wanted != ANY_FILE:
            return self._store.segments.matching(self._row, wanted)
        absent = self._store.segments.absent(self._row)
        return None if len(absent) == 0 else np.setdiff1d(self._index.ids, absent, assume_unique=True)

    def _nearest(self, q: FloatArray, k: int, allowed: IdArray | None) -> tuple[list[int], list[float]]:
        """Return the best segment of each of the `k` nearest contents.

        A long file has many segments: more are asked for until enough contents differ.
        """
        asked = 2 * k
        while True:
            ids, cosines = self._index.search(q, asked, allowed)
            contents = self._store.segments.contents(ids.tolist())
            best = best_of_each(ids.tolist(), contents, k)
            if len(best) == k or len(ids) < asked:
                cosine_of = dict(zip(ids.tolist(), cosines.tolist(), strict=True))
                return best, [cosine_of[i] for i in best]
            asked *= 4
