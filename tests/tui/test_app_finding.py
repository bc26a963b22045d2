"""Typing, filters, references and the way back."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from cratedig.audio.decode import AudioFile, open_audio
from cratedig.config import Settings
from tests.library import write_tone
from tests.tui.driving import driven
from tui.widgets.query_line import QueryLine


async def test_it_opens_on_the_library_with_the_query_line_ready(settings: Settings) -> None:
    async with driven(settings) as app:
        assert app.app.focused is not None
        assert app.app.focused.id == "query"
        assert app.text("#count") == "6 sounds"
        assert app.names[0] == "bass one.wav"
        assert app.player.played == []


async def test_typing_searches(settings: Settings) -> None:
    async with driven(settings) as app:
        await app.press(*"deep")
        assert app.names[0] == "kick deep.wav"
        await app.press("backspace", "backspace", "backspace", "backspace")
        assert app.names[0] == "bass one.wav"


async def test_a_filter_narrows_and_is_shown(settings: Settings) -> None:
    async with driven(settings) as app:
        await app.type("path:Hats")
        assert app.names == ["hat bright.wav", "hat high.wav"]
        assert app.text("#count") == "2 sounds"
        assert "path:Hats" in app.text("#hint")


async def test_an_unknown_filter_says_so_and_keeps_the_list(settings: Settings) -> None:
    async with driven(settings) as app:
        await app.type("bright pth:Hats")
        carets, message = app.lines[1:3]
        assert carets.index("^^^") == app.lines[0].index("pth")
        assert "There is no filter pth." in message
        assert "path" in message
        assert app.names


async def test_nothing_found_says_what_to_do(settings: Settings) -> None:
    async with driven(settings) as app:
        await app.type("path:nowhere")
        assert app.text("#count") == "0 sounds"
        assert "esc" in app.text("#hint")


async def test_enter_goes_to_the_list_and_slash_back(settings: Settings) -> None:
    async with driven(settings) as app:
        await app.press("enter")
        assert app.app.focused is app.browser.results
        await app.press("slash")
        assert app.app.focused is not None
        assert app.app.focused.id == "query"


async def test_keys_in_the_same_instant_go_where_the_key_before_leads(settings: Settings) -> None:
    async with driven(settings) as app:
        await app.strike(*"deep", "enter", "v")
        assert app.browser.asked.text == "deep"
        assert app.text("#switches") == "as recorded"
        await app.strike("l", "slash", *"er", "enter", "a", "escape", "x")
        assert app.browser.asked.text == "deeperx"
        assert app.text("#switches") == "loop on  autoplay off  as recorded"


async def test_an_arrow_plays_and_typing_goes_on(settings: Settings) -> None:
    async with driven(settings) as app:
        await app.strike("down", "d", "down", "e")
        assert app.browser.asked.text == "de"
        assert len(app.player.played) == 2


async def test_similar_asks_for_the_sound_at_the_cursor(settings: Settings) -> None:
    async with driven(settings) as app:
        await app.type("path:Hats")
        await app.press("enter", "s")
        assert app.at_cursor == "hat bright.wav"
        assert app.text("#count") == "6 sounds"
        assert "hat bright.wav" in app.text("#reference")
        assert app.names[1] == "hat high.wav"


async def test_words_and_filters_go_with_a_reference(settings: Settings) -> None:
    async with driven(settings) as app:
        await app.press("enter", "s", "slash")
        await app.type("path:Hats")
        assert len(app.names) == 2
        assert "bass one.wav" in app.text("#reference")


async def test_escape_empties_the_line_then_drops_the_reference(settings: Settings) -> None:
    async with driven(settings) as app:
        await app.press("enter", "s", "slash")
        await app.type("path:Hats")
        await app.press("escape")
        assert app.browser.asked.text == ""
        assert app.browser.asked.references
        await app.press("escape")
        assert not app.browser.asked.references
        assert app.names[0] == "bass one.wav"


async def test_backspace_in_an_empty_line_drops_the_reference(settings: Settings) -> None:
    async with driven(settings) as app:
        await app.press("enter", "s", "slash", "backspace")
        assert not app.browser.asked.references


async def test_a_dropped_file_becomes_the_reference(settings: Settings, indexed_once: Path) -> None:
    file = indexed_once / "samples" / "Test Pack" / "Hats" / "hat high.wav"
    async with driven(settings) as app:
        await app.type(f"'{file}' ")
        assert app.text("#reference") == "like hat high.wav +"
        assert app.at_cursor == "hat high.wav"


async def test_a_file_typed_as_keys_becomes_the_reference_on_enter(settings: Settings, indexed_once: Path) -> None:
    file = indexed_once / "samples" / "Test Pack" / "Hats" / "hat high.wav"
    async with driven(settings) as app:
        line = app.browser.query_one(QueryLine)
        line.value = str(file).replace(" ", "\\ ")  # as keys would leave it
        await app.press("enter")
        assert app.text("#reference") == "like hat high.wav +"
        assert app.browser.asked.text == ""


async def test_typing_after_a_reference_decodes_it_once(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoded = []

    def counted(path: Path) -> AbstractContextManager[AudioFile]:
        decoded.append(path)
        return open_audio(path)

    monkeypatch.setattr("cratedig.audio.content.open_audio", counted)
    file = write_tone(tmp_path / "elsewhere.wav", 2600)
    async with driven(settings) as app:
        await app.type(f"'{file}' ")
        for letter in "darker":
            await app.press(letter)
        assert app.browser.asked.line == f'like:"{file}" darker'
        assert app.at_cursor.startswith("hat")
    assert decoded == [file]


async def test_pasted_words_are_words_on_one_line(settings: Settings) -> None:
    async with driven(settings) as app:
        await app.type("bright\nhat")
        assert app.browser.asked.text == "bright hat"


async def test_a_reference_that_is_gone_is_said_in_words(settings: Settings, tmp_path: Path) -> None:
    async with driven(settings) as app:
        app.browser.refer_to([tmp_path / "gone.wav"])
        await app.settle()
        assert "gone.wav" in app.text("#hint")


async def test_back_and_forward_walk_the_queries(settings: Settings) -> None:
    async with driven(settings) as app:
        await app.type("deep")
        await app.press("enter", "s")
        reference = app.at_cursor
        await app.press("left_square_bracket")
        assert app.browser.asked.line == "deep"
        await app.press("left_square_bracket")
        assert "first query" in app.text("#said")
        await app.press("right_square_bracket")
        assert app.text("#reference") == f"like {reference} +"
        assert "deep > like" in app.text("#trail")


async def test_the_queries_are_kept_between_sessions(settings: Settings) -> None:
    async with driven(settings) as app:
        await app.type("deep")
        await app.press("enter")
    async with driven(settings) as app:
        assert "deep" in app.text("#trail")
        await app.press("alt+left")
        assert app.browser.asked.line in {"", "deep"}


async def test_carets_stand_right_beside_a_reference(settings: Settings) -> None:
    async with driven(settings) as app:
        await app.press("enter", "s", "slash")
        await app.type("pth:Hats")
        assert app.lines[1].index("^^^") == app.lines[0].index("pth")


async def test_tab_completes_filters_and_values(settings: Settings) -> None:
    async with driven(settings) as app:
        await app.press("k", "i")
        assert "tab kind:" in app.text("#hint")
        await app.press("tab")
        assert app.browser.asked.text == "kind:"
        await app.press("o")
        assert "kind:one-shot" in app.text("#hint")
        await app.press("tab")
        assert app.browser.asked.text == "kind:one-shot"
        assert len(app.names) == 6


async def test_tab_completes_packs_with_spaces(settings: Settings) -> None:
    async with driven(settings) as app:
        await app.type("pack:te")
        await app.press("tab")
        assert app.browser.asked.text == 'pack:"Test Pack"'
        assert len(app.names) == 6


async def test_brackets_in_a_query_are_only_brackets(settings: Settings) -> None:
    async with driven(settings) as app:
        await app.type("name:[b]")
        assert "No sound answers" in app.text("#hint")
        await app.press("enter")
        assert "name:[b]" in app.text("#trail")


async def test_a_query_is_kept_and_asked_again(settings: Settings, indexed_once: Path) -> None:
    file = indexed_once / "samples" / "Test Pack" / "Hats" / "hat high.wav"
    async with driven(settings) as app:
        await app.type(f"'{file}' ")
        await app.type("path:Hats")
        await app.press("enter", "k")
        await app.type("[b]igh hats")
        await app.press("enter")
        assert "Kept as [b]igh hats" in app.text("#said")
    async with driven(settings) as app:
        await app.press("enter", "K")
        assert any("[b]igh hats: like hat high.wav path:Hats" in line for line in app.lines)
        await app.press("enter")
        assert app.browser.asked.line == f'like:"{file}" path:Hats'
        assert app.names == ["hat high.wav", "hat bright.wav"]
        await app.press("u")
        await app.press("K")
        assert "No query is kept yet" in app.text("#said")


async def test_what_is_no_query_is_not_kept(settings: Settings) -> None:
    async with driven(settings) as app:
        await app.press("enter", "k")
        assert "no query to keep" in app.text("#said")
        await app.press("slash")
        await app.type("pth:Hats")
        await app.press("enter", "k")
        await app.type("hats")
        await app.press("enter", "K")
        assert any("There is no filter pth." in toast for toast in app.toasts)
        assert "No query is kept yet" in app.text("#said")
