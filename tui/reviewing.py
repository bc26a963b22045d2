"""Going through proposed tags: what waits for a verdict, as the library's thread reads it, and settling it."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cratedig.errors import LibraryBusyError, VocabularyError
from cratedig.models import registry
from cratedig.models.base import EmbeddingModel
from cratedig.store.store import Store
from cratedig.store.tags import Source
from cratedig.tags.vocabulary import Vocabulary, as_term
from indexer.tagging import library_vocabulary, tag
from indexer.verdicts import Wish, plan, settle
from search.rank import Ranking
from tui.asking import Asked

if TYPE_CHECKING:
    from cratedig.config import Settings
    from tui.library import Library
    from tui.session import Row

__all__ = ["Proposed", "Reviewed", "Reviewing", "problem_with"]

LISTED = 200


@dataclass(frozen=True, slots=True)
class Proposed:
    """One tag that waits for a verdict, and the sound it is about."""

    row: Row
    term: str
    sources: tuple[Source, ...]
    score: float
    sure: bool


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What waits now, and what was done.

    Attributes
    ----------
    proposals : tuple of Proposed
        The first, by confidence.
    total : int
        How many there are.
    waiting : mapping
        Number of sounds by term, whatever is gone through.
    within : list of int, optional
        Segments that the query finds; None for the whole library.
    vocabulary : Vocabulary
    said : str
    """

    proposals: tuple[Proposed, ...]
    total: int
    waiting: Mapping[str, int]
    within: list[int] | None
    vocabulary: Vocabulary
    said: str


@dataclass(frozen=True, slots=True)
class Reviewing:
    """What is gone through: of the sounds that answer `asked`, one term, or all that are heard or named."""

    settings: Settings
    asked: Asked
    term: str | None = None
    surest_first: bool = True

    def read(self, library: Library, said: str = "") -> Reviewed:
        """List what waits for a verdict."""
        store = library.store
        within = library.rank(self.asked.line)[0].ids.tolist() if self.asked.line else None
        found = store.tags.open(self.term, LISTED, surest_first=self.surest_first, within=within)
        ids = np.array([row.segment_id for row in found], dtype=np.int64)
        rows = library.rows(Ranking("review", np.unique(ids)), 0, len(ids))
        row_of = {row.hit.content: row for row in rows}
        listed = tuple(
            Proposed(row_of[of.content], of.term, of.sources, of.score, of.sure) for of in found if of.content in row_of
        )
        vocabulary = library_vocabulary(store, self.settings.vocabularies)
        counts = store.tags.open_terms(within)
        waiting = {term: count.sounds for term, count in counts.items()}
        total = waiting.get(self.term, 0) if self.term else sum(count.unmeasured for count in counts.values())
        return Reviewed(listed, total, waiting, within, vocabulary, said)

    # In the thread of `tui.changing`

    def decide(
        self, store: Store, seen: Reviewed, contents: Sequence[str], wishes: Mapping[Wish, Sequence[str]]
    ) -> str:
        """Settle tags as one step; what was taught counts at once for what can be `seen`."""
        changes = plan(store, seen.vocabulary, contents, wishes)
        settle(store, changes)
        self._follow(store, seen)
        return f"{len(changes):,} {'tag' if len(changes) == 1 else 'tags'} settled. u takes it back."

    def decide_all(self, store: Store, seen: Reviewed, term: str, wish: Wish) -> str:
        """Settle a term for every sound that waits, listed or not."""
        return self.decide(store, seen, store.tags.open_contents(term, seen.within), {wish: [term]})

    def undo(self, store: Store, seen: Reviewed) -> str:
        """Take back the last change."""
        step = store.user.undo()
        self._follow(store, seen)
        return "There is nothing to undo." if step is None else f"Undone: {step.label}"

    def finish(self, store: Store) -> None:
        """Let all proposals follow what was taught; while the library is being indexed, that ends with it."""
        with contextlib.suppress(LibraryBusyError), store.writing():
            self._tag(store, None)

    def _follow(self, store: Store, seen: Reviewed) -> None:
        found = store.tags.open(self.term, LISTED, surest_first=self.surest_first, within=seen.within)
        self._tag(store, store.tags.ids([*dict.fromkeys(row.content for row in found)]))

    def _tag(self, store: Store, only: Sequence[int] | None) -> None:
        own = store.model
        model = _model(self.settings.model_for(None if own is None else own.name), self.settings.models)
        tag(store, model, library_vocabulary(store, self.settings.vocabularies), only=only)


@lru_cache(maxsize=1)
def _model(name: str, models: Path) -> EmbeddingModel:
    """The model, loaded once: it is asked after every verdict."""
    return registry.load(name, models)


def problem_with(text: str) -> str:
    """Say what is wrong with a tag; nothing when it can be one."""
    try:
        as_term(text)
    except VocabularyError as error:
        return f"{error.message} {error.hint}"
    return ""
