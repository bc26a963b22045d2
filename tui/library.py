"""The library as the app's one thread holds it: store, model and engine, opened together."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cratedig.config import Settings
from cratedig.errors import AudioError
from cratedig.models import registry
from cratedig.paths import LibraryPaths
from cratedig.store.rows import ModelRow, Sounding
from cratedig.store.store import Store
from search.engine import SearchEngine, SearchRequest
from search.line import ParsedLine
from search.opened import opened
from search.parse import parse_line
from search.query import AnySound
from search.rank import Ranking
from tui.session import Row

if TYPE_CHECKING:
    from tui.mapping import Points

__all__ = ["Library"]

MOST_RANKED = 1000  # by words or a reference: nobody scrolls further
MOST_LISTED = 10_000_000  # by filters alone


@dataclass(frozen=True, slots=True)
class Library:
    """One opening of the library. Another process may put something else in its place: see `replaced`."""

    store: Store
    engine: SearchEngine
    model: ModelRow
    inode: int

    @classmethod
    def open(cls, settings: Settings) -> Library:
        """Open store, model and index.

        Raises
        ------
        LibraryMissingError
            There is no library yet, or nothing in it.
        LibraryError, ModelError
            See `cratedig.errors`.
        """
        store = Store.open(settings.library)
        try:
            own = store.model
            model = registry.load(settings.model_for(None if own is None else own.name), settings.models)
            row = store.require_model(model.info)
            engine = SearchEngine(store, model, settings.names_share, settings.models)
            return cls(store, engine, row, _inode(store.paths))
        except BaseException:
            store.close()
            raise

    def close(self) -> None:
        """Close the store."""
        self.store.close()

    def replaced(self) -> bool:
        """Whether the database is another file now, or serves another model."""
        return _inode(self.store.paths) != self.inode or self.store.model != self.model

    def rank(self, line: str) -> tuple[Ranking, tuple[str, ...]]:
        """Answer a line of the query language, with what is new in the library; an empty one lists everything.

        Returns the ranking, and the filters of the line one by one.
        """
        self.engine.refresh()
        parsed = parse_line(line) if line.strip() else ParsedLine()
        request = SearchRequest.of(parsed, MOST_RANKED)
        if isinstance(request.query, AnySound):
            request = SearchRequest.of(parsed, MOST_LISTED)
        return self.engine.rank(request), tuple(" OR ".join(map(str, group)) for group in parsed.filters)

    def rows(self, ranking: Ranking, start: int, stop: int) -> tuple[Row, ...]:
        """Fetch what the list shows and the player needs; sounds that have gone are left out."""
        hits = self.engine.hits(ranking, start, stop)
        contents = [hit.content for hit in hits]
        pictures, soundings = self.store.measures.picture(contents), self.store.measures.sounding(contents)
        return tuple(Row(hit, pictures.get(hit.content), soundings.get(hit.content)) for hit in hits)

    def sounding_of(self, path: Path) -> Sounding | None:
        """Find or measure what playing any file needs; None when it cannot be read, which the search says."""
        try:
            file = opened(path)
            content = file.sound.content
            stored = self.store.measures.sounding([content.hash])
            if stored or content.silent:
                return stored.get(content.hash)
            loudness = file.analysis.loudness
        except (AudioError, OSError):
            return None
        return Sounding(loudness.lufs, loudness.true_peak_db, None)

    def points(self, ranking: Ranking) -> Points:
        """Read where sounds lie on the map, and see to it that new ones get a place."""
        from indexer.map import start  # noqa: PLC0415  (not before the first answer)
        from tui.mapping import read_points  # noqa: PLC0415

        start(self.store)
        return read_points(self.store, self.model, ranking.ids)


def _inode(paths: LibraryPaths) -> int:
    try:
        return paths.database.stat().st_ino
    except OSError:
        return 0
