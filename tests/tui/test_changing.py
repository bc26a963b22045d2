"""What the user changes while another program holds the library's lock."""

from __future__ import annotations

import pytest

from cratedig.config import Settings
from cratedig.paths import LibraryPaths
from cratedig.store.store import Store
from tests.tui.driving import driven, locked


def favourites(settings: Settings) -> int:
    with Store.open(settings.library) as store:
        return len(store.user.favourites())


async def test_searching_goes_on_while_a_change_waits(settings: Settings) -> None:
    async with driven(settings) as app:
        with locked(settings):
            await app.pilot.press("enter", "f", "slash", *"deep")
            await app.until(lambda: app.names[0] == "kick deep.wav")
            assert "Favourite" not in app.text("#said")
        await app.until(lambda: "Favourite: 1 sound" in app.text("#said"))
    assert favourites(settings) == 1


async def test_what_could_not_be_written_is_said(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cratedig.store.connection.BUSY_S", 0.05)
    async with driven(settings) as app:
        with locked(settings):
            await app.press("enter", "f")
            assert any("Favourite of 1 sound: not written." in toast for toast in app.toasts)
            assert any("locked by another program" in toast for toast in app.toasts)
        await app.press("f")
        assert "Favourite: 1 sound" in app.text("#said")
    assert favourites(settings) == 1


async def test_what_waits_is_written_before_the_app_is_left(settings: Settings) -> None:
    async with driven(settings) as app:
        with locked(settings):
            await app.pilot.press("enter", "f", "down", "f")
    assert favourites(settings) == 2


async def test_a_library_that_has_gone_is_said(settings: Settings) -> None:
    async with driven(settings) as app:
        await app.press("enter")
        LibraryPaths(settings.library).database.unlink()
        app.browser.changes.favour(app.browser.results.chosen())
        await app.settle()
        assert any("not written. There is no library" in toast for toast in app.toasts)
