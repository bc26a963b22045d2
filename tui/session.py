"""What the app knows, without a screen: one thread that owns store and engine, and answers with events.

Searches are numbered: a newer one replaces an older one that has not begun, and rows of an older one are not fetched.
What a user changes is written elsewhere: see `tui.changing`. Nothing heavy is imported before `Session.open`: the
first paint comes first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from cratedig.config import Settings
from cratedig.errors import CratedigError, LibraryMissingError, QueryError

if TYPE_CHECKING:
    import indexer.events
    from cratedig.store.rows import Sounding
    from cratedig.store.user import UserData
    from search.rank import Ranking
    from search.results import SearchHit
    from tui.library import Library
    from tui.mapping import Points

__all__ = [
    "Broken",
    "Changed",
    "Completed",
    "Event",
    "Found",
    "KeptQueries",
    "Mapped",
    "NoLibrary",
    "Opened",
    "Progress",
    "Referred",
    "Refused",
    "Reopened",
    "Row",
    "Rows",
    "Selected",
    "Session",
]

FIRST_ROWS = 64  # come with the ranking: a screenful


@dataclass(frozen=True, slots=True)
class Row:
    """One sound of the list: the hit, its waveform's picture and what playing it needs, as far as they are known."""

    hit: SearchHit
    picture: bytes | None
    sounding: Sounding | None


@dataclass(frozen=True, slots=True)
class Opened:
    """The library is open. `history` is the query history, oldest first; `collections` are names."""

    history: tuple[str, ...]
    collections: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reopened:
    """Another process had put something else in the library's place: that is open now."""


@dataclass(frozen=True, slots=True)
class NoLibrary:
    """There is nothing to search yet."""

    folder: Path


@dataclass(frozen=True, slots=True)
class Found:
    """A search has an answer: `total` sounds, of which `rows` are the first; `filters` were in its line."""

    number: int
    total: int
    filters: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows that the list asked for, from place `first` to before `end`. One that is not there has gone."""

    number: int
    first: int
    end: int
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Selected:
    """All hits of a search, asked for to mark or export them."""

    number: int
    hits: tuple[SearchHit, ...]


@dataclass(frozen=True, slots=True)
class Mapped:
    """Where the sounds of a search lie on the map."""

    number: int
    points: Points


@dataclass(frozen=True, slots=True)
class Referred:
    """What playing a reference needs; None where that cannot be known."""

    path: Path
    sounding: Sounding | None


@dataclass(frozen=True, slots=True)
class Completed:
    """How the word at the cursor of `line` can go on; each completion is a whole line."""

    line: str
    completions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KeptQueries:
    """Lines by the name they are kept under."""

    lines: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Changed:
    """Something the user keeps has changed; `message` says what, `collections` are those there are now."""

    message: str
    collections: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """Something the user can mend. `number` is that of the search, if it was one."""

    message: str
    hint: str
    pointer: tuple[str, ...] = ()
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Broken:
    """A fault of ours in the library's thread, which goes on."""

    error: Exception


@dataclass(frozen=True, slots=True)
class Progress:
    """News of indexing."""

    event: indexer.events.Event


Event: TypeAlias = (
    Opened
    | Reopened
    | NoLibrary
    | Found
    | Rows
    | Selected
    | Mapped
    | Referred
    | Completed
    | KeptQueries
    | Changed
    | Refused
    | Broken
    | Progress
)


class Session:
    """The library as the app uses it. No method waits; `tell` gets events in the library's thread."""

    def __init__(self, settings: Settings, tell: Callable[[Event], None]) -> None:
        self._settings = settings
        self._tell = tell
        self._pool = ThreadPoolExecutor(1, "library")
        self._waiting: dict[str, Future[None]] = {}
        self._number = 0
        self._library: Library | None = None
        self._ranking: Ranking | None = None

    def open(self) -> None:
        """Open store, model and index."""
        self._submit(self._open)

    def close(self) -> None:
        """Let what was asked for end, and close the library."""
        self._pool.submit(self._close)
        self._pool.shutdown()

    def search(self, line: str) -> int:
        """Ask a question; an empty line lists everything. Returns the number that the answer carries."""
        self._number += 1
        self._submit(self._search, self._number, line, replacing="search")
        return self._number

    def rows(self, start: int, stop: int) -> None:
        """Fetch rows of the last search."""
        self._submit(self._rows, self._number, start, stop, replacing="rows")

    def select(self) -> None:
        """Fetch every hit of the last search."""
        self._submit(self._select, self._number)

    def map(self) -> None:
        """Ask where the sounds of the last search lie on the map, which is brought up to date behind the app."""
        self._submit(self._map, self._number, replacing="map")

    def complete(self, line: str, cursor: int) -> None:
        """Ask how the word at the cursor can go on."""
        self._submit(self._complete, line, cursor, replacing="completion")

    def refer_to(self, path: Path) -> None:
        """Ask what playing a reference needs."""
        self._submit(lambda: self._tell(Referred(path, self._opened().sounding_of(path))))

    def kept_queries(self) -> None:
        """Ask which queries are kept under a name."""
        self._submit(lambda: self._tell(KeptQueries(self._user().saved_searches())))

    def run(self, work: Callable[[Library], None]) -> None:
        """Do work with the library, in its thread."""
        self._submit(lambda: work(self._opened()))

    # In the library's thread

    def _submit(self, work: Callable[..., None], *args: object, replacing: str | None = None) -> None:
        future = self._pool.submit(self._guarded, work, *args)
        if replacing is not None:
            before = self._waiting.get(replacing)
            self._waiting[replacing] = future
            if before is not None:
                before.cancel()

    def _guarded(self, work: Callable[..., None], *args: object) -> None:
        """Do work; whatever goes wrong is told, and the thread lives on."""
        from cratedig.paths import LibraryPaths  # noqa: PLC0415
        from cratedig.store.connection import plain_errors  # noqa: PLC0415

        try:
            with plain_errors(LibraryPaths(self._settings.library).database):
                work(*args)
        except LibraryMissingError:
            self._close()
            self._tell(NoLibrary(self._settings.library))
        except CratedigError as error:
            pointer = error.pointer if isinstance(error, QueryError) else ()
            number = int(str(args[0])) if work == self._search else None
            self._tell(Refused(error.message, error.hint, pointer, number))
        except Exception as error:
            self._tell(Broken(error))

    def _open(self) -> None:
        user = self._user()
        self._tell(Opened(tuple(user.history()), tuple(user.collections())))

    def _opened(self) -> Library:
        """Return the library, opened again when another process put something else in its place."""
        from tui.library import Library  # noqa: PLC0415

        replaced = self._library is not None and self._library.replaced()
        if replaced:
            self._close()
        if self._library is None:
            self._library = Library.open(self._settings)
        if replaced:
            self._tell(Reopened())
        return self._library

    def _close(self) -> None:
        if self._library is not None:
            self._library.close()
            self._library = None

    def _user(self) -> UserData:
        return self._opened().store.user

    def _search(self, number: int, line: str) -> None:
        if number != self._number:
            return
        library = self._opened()
        self._ranking, filters = library.rank(line)
        rows = library.rows(self._ranking, 0, FIRST_ROWS)
        self._tell(Found(number, len(self._ranking), filters, rows))

    def _rows(self, number: int, start: int, stop: int) -> None:
        if number == self._number and self._ranking is not None:
            self._tell(Rows(number, start, stop, self._opened().rows(self._ranking, start, stop)))

    def _select(self, number: int) -> None:
        if number == self._number and self._ranking is not None:
            hits = self._opened().engine.hits(self._ranking, 0, len(self._ranking))
            self._tell(Selected(number, hits))

    def _map(self, number: int) -> None:
        if number == self._number and self._ranking is not None:
            self._tell(Mapped(number, self._opened().points(self._ranking)))

    def _complete(self, line: str, cursor: int) -> None:
        from search.complete import complete  # noqa: PLC0415  (not before the first paint)

        ways = complete(line, cursor, self._opened().store)
        self._tell(Completed(line, tuple(way for way in ways if way != line)))
