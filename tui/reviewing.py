"""Going through proposed tags, as the library's thread does it: what waits for a verdict, and settling it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cratedig.errors import VocabularyError
from cratedig.models import registry
from cratedig.models.base import EmbeddingModel
from cratedig.store.store import Store
from cratedig.store.tags import Source
from cratedig.tags.vocabulary import as_term
from indexer.tagging import library_vocabulary, tag
from indexer.verdicts import Wish, plan, settle
from search.rank import Ranking

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
    """What waits now: the first proposals by confidence, the number of sounds by term; `said` is what was done."""

    proposals: tuple[Proposed, ...]
    waiting: Mapping[str, int]
    said: str


@dataclass(frozen=True, slots=True)
class Reviewing:
    """What is gone through: one term, or all that are heard or named; the surest first, or the least sure."""

    settings: Settings
    term: str | None = None
    surest_first: bool = True

    def read(self, library: Library, said: str = "") -> Reviewed:
        """List what waits for a verdict."""
        tags = library.store.tags
        found = tags.open(self.term, LISTED, surest_first=self.surest_first)
        ids = np.array([row.segment_id for row in found], dtype=np.int64)
        rows = library.rows(Ranking("review", np.unique(ids)), 0, len(ids))
        row_of = {row.hit.content: row for row in rows}
        listed = (
            Proposed(row_of[of.content], of.term, of.sources, of.score, of.sure) for of in found if of.content in row_of
        )
        return Reviewed(tuple(listed), tags.open_terms(), said)

    def decide(self, library: Library, contents: Sequence[str], wishes: Mapping[Wish, Sequence[str]]) -> Reviewed:
        """Settle tags as one step, and list what waits then: what was taught counts at once."""
        changes = plan(library.store, contents, wishes)
        settle(library.store, changes)
        self._follow(library.store)
        return self.read(library, f"{len(changes)} {'tag' if len(changes) == 1 else 'tags'} settled. u takes it back.")

    def replace(self, library: Library, content: str, term: str, by: str) -> Reviewed:
        """Put another tag in place of a proposed one."""
        known = library_vocabulary(library.store, self.settings.vocabularies).find(by)
        return self.decide(
            library, [content], {"reject": [term], "add": [as_term(by) if known is None else known.name]}
        )

    def undo(self, library: Library) -> Reviewed:
        """Take back the last change."""
        step = library.store.user.undo()
        self._follow(library.store)
        return self.read(library, "There is nothing to undo." if step is None else f"Undone: {step.label}")

    def _follow(self, store: Store) -> None:
        """Bring the proposals that can be seen up to date; the rest follows when the screen is left."""
        found = store.tags.open(self.term, LISTED, surest_first=self.surest_first)
        self._tag(store, store.tags.ids([*dict.fromkeys(row.content for row in found)]))

    def finish(self) -> None:
        """Bring all proposals up to date, with a connection of its own: it may take seconds."""
        with Store.open(self.settings.library) as store, store.writing():
            self._tag(store, None)

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
