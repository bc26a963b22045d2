"""The library's thread without a screen: numbers, replacing, faults."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from queue import SimpleQueue

import pytest

from cratedig.config import Settings
from tests.tui.driving import settings_in
from tui.changing import Changes
from tui.library import Library
from tui.session import Broken, Changed, Event, Found, NoLibrary, Opened, Refused, Rows, Selected, Session


class Told:
    """A session, and the events it tells."""

    def __init__(self, settings: Settings) -> None:
        self.events: SimpleQueue[Event] = SimpleQueue()
        self.session = Session(settings, self.events.put)
        self.changes = Changes(settings, self.events.put)

    def next(self) -> Event:
        return self.events.get(timeout=30)

    def found(self) -> Found:
        event = self.next()
        assert isinstance(event, Found), event
        return event


@pytest.fixture
def told(settings: Settings) -> Iterator[Told]:
    told = Told(settings)
    yield told
    told.changes.close()
    told.session.close()


def test_the_answer_carries_the_number_and_the_first_rows(told: Told) -> None:
    number = told.session.search("path:Hats")
    found = told.found()
    assert (found.number, found.total, found.filters) == (number, 2, ("path:Hats",))
    assert [row.hit.rank for row in found.rows] == [1, 2]
    assert all(row.picture and row.sounding for row in found.rows)


def test_opening_tells_history_and_collections(told: Told) -> None:
    told.changes.remember("dusty kick")
    told.changes.close()
    told.session.open()
    assert told.next() == Opened(("dusty kick",), ())


def test_a_search_that_has_not_begun_is_replaced(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on = threading.Event(), threading.Event()
    lines: list[str] = []
    rank = Library.rank

    def slow(library: Library, line: str) -> object:
        lines.append(line)
        begun.set()
        go_on.wait(30)
        return rank(library, line)

    monkeypatch.setattr(Library, "rank", slow)
    told.session.search("d")
    begun.wait(30)
    for line in ("de", "dee", "deep"):
        number = told.session.search(line)
    go_on.set()
    told.found()  # of "d", which had begun: the app drops it by its number
    assert told.found().number == number
    assert lines == ["d", "deep"]


def test_rows_of_an_older_search_are_not_fetched(told: Told) -> None:
    told.session.search("")
    told.session.rows(0, 3)
    told.session.search("deep")
    events = [told.next(), told.next()]
    assert [type(event) for event in events] in ([Found, Found], [Found, Rows])
    assert all(event.number == 1 for event in events if isinstance(event, Rows))


def test_what_is_kept_is_never_replaced(told: Told) -> None:
    told.session.search("")
    hits = [row.hit for row in told.found().rows]
    for hit in hits:
        told.changes.favour([hit])
    assert [type(told.next()) for _ in hits] == [Changed] * len(hits)
    told.session.search("fav:yes")
    assert told.found().total == len(hits)


def test_all_hits_can_be_had(told: Told) -> None:
    told.session.search("")
    told.found()
    told.session.select()
    selected = told.next()
    assert isinstance(selected, Selected)
    assert len(selected.hits) == 6


def test_a_bad_query_is_refused_under_its_number(told: Told) -> None:
    number = told.session.search("bpm:quick")
    refused = told.next()
    assert isinstance(refused, Refused)
    assert refused.number == number
    assert "bpm" in refused.message


def test_a_fault_is_told_and_the_thread_lives_on(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(Library, "rank", lambda *_: 1 / 0)
        told.session.search("deep")
        fault = told.next()
    assert isinstance(fault, Broken)
    assert isinstance(fault.error, ZeroDivisionError)
    told.session.search("deep")
    assert told.found().total == 6


def test_no_library_is_no_error(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("empty")
    told = Told(settings_in(folder))
    told.session.open()
    assert told.next() == NoLibrary(folder / "library")
    told.session.close()
