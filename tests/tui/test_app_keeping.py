"""Favourites, collections, marks, copies, exports and undo."""

from __future__ import annotations

import base64
import tomllib
from pathlib import Path

import pytest

from cratedig.config import Settings, load_settings
from cratedig.store.store import Store
from tests.tui.driving import Driven, driven


def favourites(settings: Settings) -> int:
    with Store.open(settings.library) as store:
        return len(store.user.favourites())


def favoured(app: Driven) -> bool:
    """Whether the sound at the cursor has a star."""
    row = app.browser.results.row
    return row is not None and row.hit.favourite


async def test_a_favourite_has_a_star_and_undo_takes_it_back(settings: Settings) -> None:
    async with driven(settings) as app:
        await app.press("enter", "f")
        assert "Favourite: 1 sound" in app.text("#said")
        assert favoured(app)
        assert favourites(settings) == 1
        await app.press("u")
        assert "Undone" in app.text("#said")
        assert not favoured(app)
        assert favourites(settings) == 0
        await app.press("u")
        assert "nothing to undo" in app.text("#said")


async def test_f_again_makes_it_no_favourite(settings: Settings) -> None:
    async with driven(settings) as app:
        await app.press("enter", "f", "f")
        assert favourites(settings) == 0


async def test_marked_sounds_are_taken_together(settings: Settings) -> None:
    async with driven(settings) as app:
        await app.press("enter", "x", "x")
        assert "2 marked" in app.text("#said")
        assert app.at_cursor == "hat high.wav"
        await app.press("f")
        assert favourites(settings) == 2
        await app.press("slash")
        await app.type("fav:yes")
        assert app.names == ["bass one.wav", "hat bright.wav"]


async def test_mark_all_and_none(settings: Settings) -> None:
    async with driven(settings) as app:
        await app.press("enter", "X")
        assert "6 marked" in app.text("#said")
        await app.press("X")
        assert app.browser.results.marks == {}


async def test_marks_stay_when_the_query_changes(settings: Settings) -> None:
    async with driven(settings) as app:
        await app.press("enter", "x", "slash")
        await app.type("path:Hats")
        await app.press("enter", "x")
        assert len(app.browser.results.marks) == 2


async def test_into_a_collection_and_out(settings: Settings) -> None:
    async with driven(settings) as app:
        await app.press("enter", "plus")
        assert app.screen == "Ask"
        await app.type("Song one")
        await app.press("enter")
        assert app.text("#said").startswith("Into Song one: 1 sound")
        await app.press("slash")
        await app.type('in:"Song one"')
        assert app.names == ["bass one.wav"]
        await app.press("enter", "minus")
        assert "There are: Song one" in app.text(".help")
        await app.type("Song one")
        await app.press("enter")
        assert app.text("#said").startswith("Out of Song one")


async def test_a_question_can_be_left(settings: Settings) -> None:
    async with driven(settings) as app:
        await app.press("enter", "plus", "escape")
        assert app.screen == "BrowseScreen"
        with Store.open(settings.library) as store:
            assert store.user.collections() == {}


async def copy_to(app: Driven, folder: Path) -> None:
    """Answer the question for the project folder."""
    line = app.app.screen.query_one("Input")
    line.value = str(folder)  # type: ignore[attr-defined]
    await app.press("enter")


async def test_the_project_folder_is_asked_once_and_kept(settings: Settings, tmp_path: Path) -> None:
    project = tmp_path / "My Song"
    async with driven(settings) as app:
        await app.press("enter", "c")
        await copy_to(app, project)
        assert (project / "bass one.wav").is_file()
        assert f"Copied bass one.wav into {project}" in app.text("#said")
        await app.press("down", "c")
        assert sorted(file.name for file in project.iterdir()) == ["bass one.wav", "hat bright.wav"]
    assert tomllib.loads(settings.config_file.read_text())["project"] == str(project)
    again = load_settings({"library": settings.library}, {"CRATEDIG_CONFIG": str(settings.config_file)})
    async with driven(again) as app:
        await app.press("enter", "end", "c")
        assert (project / "kick low.wav").is_file()


async def test_what_is_copied_counts_as_used(settings: Settings, tmp_path: Path) -> None:
    async with driven(settings) as app:
        await app.press("enter", "c")
        await copy_to(app, tmp_path / "My Song")
        await app.press("slash")
        await app.type("used:yes")
        assert app.names == ["bass one.wav"]


async def test_a_folder_that_cannot_be_written_to_is_said(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "a file").write_text("")
    async with driven(settings) as app:
        await app.press("enter", "c")
        await copy_to(app, tmp_path / "a file")
        assert any("cannot be copied" in toast for toast in app.toasts)


async def test_the_home_of_an_unknown_user_is_a_folder_like_any_other(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with driven(settings) as app:
        await app.press("enter", "c")
        await copy_to(app, Path("~nobody-of-that-name/x"))
        assert (tmp_path / "~nobody-of-that-name" / "x" / "bass one.wav").is_file()


async def test_a_file_that_has_vanished_is_said(settings: Settings, tmp_path: Path, indexed_once: Path) -> None:
    file = indexed_once / "samples" / "Test Pack" / "Basses" / "bass one.wav"
    aside = tmp_path / "aside.wav"
    file.rename(aside)
    try:
        async with driven(settings) as app:
            await app.press("enter", "c")
            await copy_to(app, tmp_path / "My Song")
            assert any("not there any more" in toast for toast in app.toasts)
    finally:
        aside.rename(file)


async def test_the_path_goes_to_the_clipboard(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TMUX", raising=False)
    async with driven(settings) as app:
        written: list[str] = []
        monkeypatch.setattr(app.app._driver, "write", written.append)
        await app.press("enter", "y")
        row = app.browser.results.row
        assert row is not None
        encoded = base64.b64encode(row.hit.path.encode()).decode()
        assert f"\x1b]52;c;{encoded}\a" in written
        assert row.hit.path in app.text("#said")


@pytest.mark.parametrize(("downs", "name"), [(2, "list.m3u8"), (3, "list.csv"), (4, "list.json")])
async def test_the_list_is_exported(settings: Settings, tmp_path: Path, downs: int, name: str) -> None:
    async with driven(settings) as app:
        await app.type("path:Hats")
        await app.press("enter", "e")
        assert app.screen == "Choose"
        await app.press(*["down"] * downs, "enter")
        await copy_to(app, tmp_path / name)
        text = (tmp_path / name).read_text()
        assert "hat bright.wav" in text
        assert "hat high.wav" in text
        assert "bass one.wav" not in text
        assert str(tmp_path / name) in app.text("#said")


async def test_marked_sounds_are_exported_as_links(settings: Settings, tmp_path: Path) -> None:
    async with driven(settings) as app:
        await app.press("enter", "x", "x", "e", "down", "enter")
        await copy_to(app, tmp_path / "links")
        row = app.browser.results.marks.values()
        assert [(tmp_path / "links" / Path(hit.path).name).samefile(hit.path) for hit in row] == [True, True]
