"""The first run, adding folders, progress, and a library that changes underneath."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cratedig.config import Settings
from cratedig.store import connection
from cratedig.store.store import Store
from tests.library import run_index, write_tone
from tests.tui.driving import Driven, driven, settings_in, tones
from tui.library import Library


async def indexed(app: Driven) -> None:
    """Wait until indexing is over and shown."""
    thread = app.app.indexing._thread
    assert thread is not None
    while thread.is_alive():
        await app.pilot.pause()
    await app.settle()


async def test_the_first_run_asks_for_folders_and_ends_in_the_list(tmp_path: Path) -> None:
    samples = tones(tmp_path / "samples")
    async with driven(settings_in(tmp_path)) as app:
        assert app.screen == "FirstRun"
        await app.type(str(samples))
        await app.press("enter")
        await indexed(app)
        assert app.screen == "BrowseScreen"
        assert app.text("#count") == "6 sounds"
        assert "6 indexed" in app.text("#news")
        assert app.app.focused is not None
        assert app.app.focused.id == "query"


async def test_the_first_run_refuses_a_folder_that_is_not_there(tmp_path: Path) -> None:
    async with driven(settings_in(tmp_path)) as app:
        await app.press("enter")
        assert "Name a folder" in app.text("FirstRun #news")
        await app.type(str(tmp_path / "nowhere"))
        await app.press("enter")
        assert "There is no folder" in app.text("FirstRun #news")
        assert not (tmp_path / "library").exists()


async def test_the_first_run_completes_folders(tmp_path: Path) -> None:
    (tmp_path / "My Samples").mkdir()
    async with driven(settings_in(tmp_path)) as app:
        await app.type(str(tmp_path / "My"))
        await app.press("tab")
        assert app.app.screen.query_one("Input").value == str(tmp_path / "My Samples")  # type: ignore[attr-defined]


async def test_a_folder_without_sounds_is_said(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    async with driven(settings_in(tmp_path)) as app:
        await app.type(str(tmp_path / "empty"))
        await app.press("enter")
        await indexed(app)
        assert app.screen == "FirstRun"
        assert "No sounds" in app.text("FirstRun #news")


async def test_several_folders_may_be_dropped(tmp_path: Path) -> None:
    write_tone(tmp_path / "One" / "a.wav", 100)
    write_tone(tmp_path / "Two" / "b.wav", 900)
    async with driven(settings_in(tmp_path)) as app:
        await app.type(f"{tmp_path / 'One'}\n{tmp_path / 'Two'}")
        await app.press("enter")
        await indexed(app)
        assert app.names == ["a.wav", "b.wav"]


async def test_a_folder_is_added_from_the_list(settings: Settings, tmp_path: Path) -> None:
    write_tone(tmp_path / "New Pack" / "new.wav", 700)
    (tmp_path / "New Pack" / "broken.wav").write_bytes(b"no sound")
    async with driven(settings) as app:
        await app.press("enter", "i")
        assert app.screen == "Ask"
        await app.type(str(tmp_path / "New Pack"))
        await app.press("enter")
        await indexed(app)
        assert "1 indexed" in app.text("#news")
        assert "1 not readable" in app.text("#news")
        assert "new.wav" in app.names


async def test_indexing_again_keeps_the_cursor(settings: Settings) -> None:
    async with driven(settings) as app:
        await app.press("enter", "down", "i", "enter")
        await indexed(app)
        assert "nothing new" in app.text("#news")
        assert app.at_cursor == "hat bright.wav"


async def test_sounds_that_another_program_adds_are_found(settings: Settings, tmp_path: Path) -> None:
    async with driven(settings) as app:
        with Store.open(settings.library) as store:
            run_index(store, write_tone(tmp_path / "more" / "middle two.wav", 620).parent)
        await app.type("middle")
        assert "middle two.wav" in app.names


async def test_a_library_that_is_replaced_is_opened_again(settings: Settings, tmp_path: Path) -> None:
    async with driven(settings) as app:
        with Store.create_or_open(tmp_path / "other") as store:
            run_index(store, write_tone(tmp_path / "more" / "other.wav", 620).parent)
        shutil.rmtree(settings.library)
        (tmp_path / "other").rename(settings.library)
        await app.type("middle")
        assert app.names == ["other.wav"]
        assert "Another program" in app.text("#said")


async def test_a_library_that_is_gone_leads_to_the_first_run(settings: Settings) -> None:
    async with driven(settings) as app:
        shutil.rmtree(settings.library)
        await app.type("deep")
        assert app.screen == "FirstRun"


async def test_rows_that_have_gone_are_said_to_have(settings: Settings) -> None:
    async with driven(settings) as app:
        with Store.open(settings.library) as store, store.transaction():
            store.files.mark_missing([row[0] for row in store._connection.execute("SELECT id FROM file LIMIT 2")])
        app.browser.results.fetch_again()
        await app.settle()
        assert len(app.names) == 4


async def test_a_locked_library_says_so_and_search_goes_on(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "BUSY_S", 0.01)
    async with driven(settings) as app:
        with Store.open(settings.library) as store, store.transaction():
            await app.press("enter", "f")
            assert any("locked by another program" in toast for toast in app.toasts)
            await app.press("slash")
            await app.type("path:Hats")
            assert len(app.names) == 2


async def test_indexing_while_another_indexes_says_so(settings: Settings) -> None:
    async with driven(settings) as app:
        with Store.open(settings.library) as store, store.writing():
            await app.press("enter", "i", "enter")
            await indexed(app)
        assert any("Another cratedig is writing" in toast for toast in app.toasts)


async def test_a_library_that_cannot_be_read_says_so(settings: Settings) -> None:
    (settings.library / "library.db").write_bytes(b"no database" * 1000)
    async with driven(settings) as app:
        assert any("damaged" in toast for toast in app.toasts)


async def test_a_fault_of_ours_is_said_and_the_app_goes_on(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    async with driven(settings) as app:
        with monkeypatch.context() as broken:
            broken.setattr(Library, "rank", lambda *_: 1 / 0)
            await app.type("deep")
            assert any("Something went wrong in cratedig itself" in toast for toast in app.toasts)
        await app.press("escape")
        assert len(app.names) == 6
