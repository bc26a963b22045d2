"""What the screen says: layout at every size, keys, help, palette, without colour, without Unicode."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest
from rich.cells import cell_len
from textual.command import CommandPalette

from cratedig.config import Settings, load_settings
from tests.folders import CRATEDIG, environment
from tests.library import make_library, write_tone
from tests.tui.driving import driven, settings_in
from tui.actions import ACTIONS, by_group, keys_shown
from tui.screens.browse import BrowseScreen
from tui.screens.review import ReviewScreen
from tui.widgets.columns import COLUMNS, fit, length
from tui.widgets.lines import KeyLine
from tui.widgets.results import cut, cut_end

DOCS = Path(__file__).parents[2] / "docs" / "app.md"

LISTED = """\
> type what it sounds like: dusty kick, warm pad key:Am, kind:loop     6 sounds
  Drop a file on this window to find sounds like it.

     match name              waveform    length kind       bpm key pack
▸          bass one.wav      ⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿   0.20 one-shot           Test Pack
           hat bright.wav    ⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿   0.20 one-shot           Test Pack
           hat high.wav      ⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿   0.20 one-shot           Test Pack
           keys middle.wav   ⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿   0.20 one-shot           Test Pack
           kick deep.wav     ⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿   0.20 one-shot           Test Pack
           kick low.wav      ⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿   0.20 one-shot           Test Pack"""


async def test_layout_of_the_list(settings: Settings) -> None:
    async with driven(settings, size=(80, 24)) as app:
        assert "\n".join(app.lines[:10]) == LISTED
        assert app.lines[15].startswith(" bass one.wav  Test Pack  0.20 s  one-shot")


async def test_marks_stars_and_the_match_have_their_places(settings: Settings) -> None:
    async with driven(settings, size=(80, 24)) as app:
        await app.type("bright")
        await app.press("enter", "f", "x")
        assert app.lines[4].startswith("  ●★")
        assert app.lines[4][5:].split()[1:3] == ["hat", "bright.wav"]
        assert app.lines[5].startswith("▸")


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (60, 15), (400, 100), (20, 8)])
async def test_every_size_shows_the_list_and_the_keys(settings: Settings, size: tuple[int, int]) -> None:
    async with driven(settings, size=size) as app:
        assert all(len(line) <= size[0] for line in app.lines)
        await app.press("enter", "down", "s")
        assert "hat" in "\n".join(app.lines)
        assert "F1" in app.lines[-1] or "?" in app.lines[-1]


@pytest.mark.parametrize("width", [1, 20, 40, 80, 120, 200, 1000])
def test_columns_fit_any_width(width: int) -> None:
    chosen = fit(width)
    assert chosen
    assert sum(cells + 1 for _, cells in chosen) - 1 <= max(width, chosen[0][0].least)
    assert [column for column, _ in chosen] == [column for column in COLUMNS if column in dict(chosen)]


def test_the_name_is_the_last_to_go() -> None:
    assert {column.title for column, _ in fit(45)} >= {"name", "match", "length"}


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0.05, "0.05"), (9.99, "9.99"), (12.34, "12.3"), (72, "1:12"), (3725, "1:02h")]
)
def test_lengths(seconds: float, shown: str) -> None:
    assert length(seconds) == shown


def test_a_list_of_tags_is_cut_at_its_end() -> None:
    assert cut_end("kick, deep, boomy, dark", 14) == "kick, deep.."
    assert cut_end("kick", 14) == "kick"


def test_a_long_name_keeps_its_beginning_and_its_number() -> None:
    assert cut("a very long name of a kick 017.wav", 20) == "a very long..017.wav"
    assert cut("short.wav", 20) == "short.wav"


async def test_the_keys_follow_the_focus(settings: Settings) -> None:
    async with driven(settings, size=(120, 24)) as app:
        assert "enter to the list" in app.lines[-1]
        await app.press("enter")
        for label in ("space play", "l loop", "s similar", "f favourite", "c copy", "/ search", "? help"):
            assert label in app.lines[-1]


async def test_a_key_in_the_key_line_can_be_clicked(settings: Settings) -> None:
    async with driven(settings, size=(120, 24)) as app:
        await app.press("enter")
        at = app.lines[-1].index("l loop")
        await app.pilot.click(KeyLine, offset=(at, 0))
        await app.settle()
        assert "loop on" in app.text("#switches")


async def test_help_says_every_key(settings: Settings) -> None:
    async with driven(settings, size=(120, 200)) as app:
        await app.press("f1")
        text = "\n".join(app.lines)
        for action in ACTIONS:
            assert keys_shown(action) in text
        assert "bpm:" in text
        await app.press("escape")
        assert app.screen == "BrowseScreen"


async def test_everything_is_in_the_command_palette(settings: Settings) -> None:
    async with driven(settings) as app:
        names = {command.title for command in app.app.get_system_commands(app.app.screen)}
        assert {action.label for action in ACTIONS if action.place not in {"map", "review"}} <= names
        await app.press("ctrl+p")
        assert isinstance(app.app.screen, CommandPalette)


async def test_a_command_of_the_palette_does_what_its_key_does(settings: Settings) -> None:
    async with driven(settings) as app:
        [command] = [c for c in app.app.get_system_commands(app.app.screen) if c.title == "favourite"]
        command.callback()
        await app.settle()
        assert "Favourite" in app.text("#said")


def test_every_action_can_be_done() -> None:
    for action in ACTIONS:
        screen = ReviewScreen if action.place == "review" else BrowseScreen
        assert hasattr(screen, f"action_{action.name.partition('(')[0]}"), action.name


def test_no_key_has_two_meanings_in_one_place() -> None:
    for place in ("list", "query", "map", "review"):
        keys = [key for action in ACTIONS if action.place == place for key in action.keys.split(",")]
        assert len(keys) == len(set(keys))


def test_the_docs_say_every_key() -> None:
    text = DOCS.read_text()
    for _, actions in by_group():
        for action in actions:
            assert f"| `{keys_shown(action)}` | {action.help} |" in text


async def test_the_theme_is_kept(settings: Settings) -> None:
    async with driven(settings) as app:
        app.app.theme = "nord"
        await app.settle()
    again = load_settings({"library": settings.library}, {"CRATEDIG_CONFIG": str(settings.config_file)})
    async with driven(again) as app:
        assert app.app.theme == "nord"


async def test_without_colour_the_cursor_still_shows(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with driven(settings) as app:
        await app.press("down")
        assert not app.browser.results.look.colour
        [line] = [line for line in app.lines if line.startswith("▸")]
        assert "hat bright.wav" in line


async def test_an_ascii_terminal_gets_ascii(settings: Settings) -> None:
    async with driven(settings, unicode=False) as app:
        await app.press("enter", "x", "f")
        assert all(line.isascii() for line in app.lines)
        await app.press("question_mark")
        assert all(line.isascii() for line in app.lines)


async def test_wide_and_unprintable_names_keep_the_columns_straight(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    for i, name in enumerate(("太鼓の音.wav", "new\nline.wav", "plain.wav", "\u202eright to left.wav")):
        write_tone(tmp_path / "samples" / name, 440 + i)
    make_library(settings.library, tmp_path / "samples").close()
    async with driven(settings, size=(80, 24)) as app:
        rows = app.lines[4:8]
        assert len({cell_len(line[: line.index("one-shot")]) for line in rows}) == 1


def test_without_a_terminal_the_help_is_printed() -> None:
    done = subprocess.run([CRATEDIG], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True)
    assert "Without a command, the app opens." in done.stdout


def test_before_the_first_paint_nothing_heavy_is_imported() -> None:
    heavy = "{'numpy', 'sqlite3', 'faiss', 'soundfile', 'onnxruntime', 'miniaudio', 'search', 'cratedig.store'}"
    script = f"import sys, tui.cli.main, tui.app; print(*({heavy} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def in_terminal(settings: Settings, *keys: bytes, **variables: str) -> tuple[int, bytes]:
    """Run `cratedig` in a terminal of its own, press keys once the list is there; exit code, and all it wrote."""
    terminal, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    command = [CRATEDIG, "--library", str(settings.library)]
    env = environment(TERM="xterm-256color", CRATEDIG_CONFIG=str(settings.config_file), **variables)
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=env) as process:
        os.close(theirs)
        shown, left = b"", list(keys)
        with contextlib.suppress(OSError):  # how a terminal says that nobody writes any more
            while piece := os.read(terminal, 1 << 16):
                shown += piece
                if left and b"6 sounds" in shown:
                    os.write(terminal, left.pop(0))
    os.close(terminal)
    return process.returncode, shown


def test_it_opens_in_a_real_terminal_and_leaves_it_clean(settings: Settings) -> None:
    code, shown = in_terminal(settings, b"\x11")  # Ctrl-Q
    assert code == 0
    assert b"bass one.wav" in shown
    after = shown.rpartition(b"\x1b[?1049l")[2]  # back from the alternate screen
    assert b"Traceback" not in after
    assert b"cratedig" not in after


def test_a_terminal_that_cannot_show_unicode(settings: Settings) -> None:
    code, shown = in_terminal(settings, b"\x11", PYTHONIOENCODING="ascii")
    assert code == 0
    assert b"bass one.wav" in shown
    assert shown.isascii()


def test_it_can_be_served_to_a_browser(settings: Settings) -> None:
    """`textual serve` starts the app with a driver that speaks in packets, and without a terminal."""
    env = environment(TEXTUAL_DRIVER="textual.drivers.web_driver:WebDriver", CRATEDIG_CONFIG=str(settings.config_file))
    command = [CRATEDIG, "--library", str(settings.library)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"__GANGLION__\n"
        process.kill()
