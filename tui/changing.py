"""What the user changes, written in a thread and a connection of its own: searching goes on while it waits.

Another program may hold the library's lock for a while. What could not be written in that time is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from cratedig.config import Settings
from cratedig.errors import CratedigError
from tui.session import Broken, Changed, Event, Refused

if TYPE_CHECKING:
    from cratedig.store.store import Store
    from cratedig.store.user import UserData
    from search.results import SearchHit

__all__ = ["Changes"]


class Changes:
    """Favourites, collections, use, kept queries, verdicts, undo. No method waits; `tell` gets events in the thread."""

    def __init__(self, settings: Settings, tell: Callable[[Event], None]) -> None:
        self._settings = settings
        self._tell = tell
        self._pool = ThreadPoolExecutor(1, "changes")

    def close(self) -> None:
        """Let what was asked for be written."""
        self._pool.shutdown()

    def favour(self, hits: Iterable[SearchHit]) -> None:
        """Make sounds favourites; when all are, none."""
        contents = [hit.content for hit in hits]

        def change(user: UserData) -> str:
            if user.favourites() >= set(contents):
                user.unfavour(contents)
                return f"No favourite any more: {_sounds(contents)}"
            user.favour(contents)
            return f"Favourite: {_sounds(contents)}. u takes it back; fav:yes lists them."

        self._submit(f"Favourite of {_sounds(contents)}", change)

    def collect(self, collection: str, hits: Iterable[SearchHit], *, out: bool = False) -> None:
        """Put sounds into a collection, or take them out."""
        contents = [hit.content for hit in hits]
        what = f"{'Out of' if out else 'Into'} {collection}: {_sounds(contents)}"

        def change(user: UserData) -> str:
            if out:
                user.uncollect(collection, contents)
            else:
                user.collect(collection, contents)
            return f"{what}. u takes it back."

        self._submit(what, change)

    def use(self, hits: Iterable[SearchHit], project: str) -> None:
        """Note that sounds are used in a project."""
        contents = [hit.content for hit in hits]
        self._submit(f"Use in {project}", lambda user: user.use(contents, project))

    def keep_query(self, name: str, line: str) -> None:
        """Keep a query under a name, in place of another of that name."""

        def change(user: UserData) -> str:
            from search.parse import parse_line  # noqa: PLC0415  (not before the first paint)

            parse_line(line)  # what cannot be asked is not kept
            user.save_search(name, line)
            return f"Kept as {name}. K calls it up again; u takes it back."

        self._submit(f"Query {name}", change)

    def remember(self, line: str) -> None:
        """Add a line to the query history."""
        self._submit("Query history", lambda user: user.remember(line))

    def undo(self) -> None:
        """Take back the last change."""

        def change(user: UserData) -> str:
            step = user.undo()
            return "There is nothing to undo." if step is None else f"Undone: {step.label}"

        self._submit("Undo", change)

    def write(self, what: str, change: Callable[[Store], str | None], done: Callable[[str], object]) -> None:
        """Make any change; `done` gets in the thread what it says of itself, nothing when it could not be made."""
        self._pool.submit(self._write, what, change, done)

    def _submit(self, what: str, change: Callable[[UserData], str | None]) -> None:
        self.write(what, lambda store: change(store.user), lambda _: None)

    def _write(self, what: str, change: Callable[[Store], str | None], done: Callable[[str], object]) -> None:
        """Make a change, and tell what it says of itself, or why it could not be made."""
        from cratedig.store.store import Store  # noqa: PLC0415  (not before the first paint)

        said = None
        try:
            with Store.open(self._settings.library) as store:
                said, collections = change(store), tuple(store.user.collections())
        except CratedigError as error:
            self._tell(Refused(f"{what}: not written. {error.message}", error.hint))
        except Exception as error:
            self._tell(Broken(error))
        else:
            if said:
                self._tell(Changed(said, collections))
        finally:
            done(said or "")


def _sounds(contents: list[str]) -> str:
    return "1 sound" if len(contents) == 1 else f"{len(contents)} sounds"
