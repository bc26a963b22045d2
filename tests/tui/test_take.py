"""Taking a sound out of the app: real subprocesses stand in for the platform's programs."""

from __future__ import annotations

import base64
import os
from pathlib import Path

import pytest

from cratedig.errors import ExportError
from tui.take import _commands, osc52, reveal

DESKTOP = {"DISPLAY": ":0"}


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder on PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr("tui.take.sys.platform", "linux")
    return folder


def program(folder: Path, name: str, code: int) -> Path:
    """Put a program on PATH that notes its arguments; returns where."""
    noted = folder / f"{name}.said"
    (folder / name).write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > "{noted}"\nexit {code}\n')
    (folder / name).chmod(0o755)
    return noted


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    path = tmp_path / "a, b ü" / "kick 1.wav"
    path.parent.mkdir()
    path.touch()
    return path


def test_the_file_manager_selects_the_sound(programs: Path, sound: Path) -> None:
    said = program(programs, "dbus-send", 0)
    other = program(programs, "xdg-open", 0)
    reveal(sound, DESKTOP)
    assert "org.freedesktop.FileManager1.ShowItems" in said.read_text()
    assert "a%2C%20b%20%C3%BC/kick%201.wav\n" in said.read_text()  # a comma would end the first item
    assert not other.exists()


def test_without_the_bus_its_folder_is_opened(programs: Path, sound: Path) -> None:
    program(programs, "dbus-send", 1)
    said = program(programs, "xdg-open", 0)
    reveal(sound, DESKTOP)
    assert said.read_text() == f"{sound.parent}\n"


@pytest.mark.parametrize("environ", [DESKTOP, {}])
def test_no_file_manager_is_said(programs: Path, sound: Path, environ: dict[str, str]) -> None:
    if environ:
        program(programs, "xdg-open", 3)
    with pytest.raises(ExportError, match="No file manager") as caught:
        reveal(sound, environ)
    assert str(sound) in caught.value.message


def test_over_ssh_nothing_is_started(programs: Path, sound: Path) -> None:
    said = program(programs, "xdg-open", 0)
    with pytest.raises(ExportError):
        reveal(sound, {"SSH_TTY": "/dev/pts/1"})
    assert not said.exists()


def test_a_vanished_sound_is_said(sound: Path) -> None:
    sound.unlink()
    with pytest.raises(ExportError, match=r"kick 1\.wav is not there any more"):
        reveal(sound, DESKTOP)


def test_other_platforms() -> None:
    path = Path("/samples/a b.wav")
    assert _commands(path, "darwin", {}) == [["open", "-R", "/samples/a b.wav"]]
    assert _commands(path, "win32", {}) == [["explorer", "/select,/samples/a b.wav"]]


@pytest.mark.parametrize("text", ["/samples/kick.wav", "/ü/日本.wav", os.fsdecode(b"/caf\xe9.wav"), ""])
def test_the_clipboard_gets_the_very_bytes(text: str) -> None:
    sequence = osc52(text, {})
    assert sequence.startswith("\x1b]52;c;")
    assert sequence.endswith("\a")
    assert base64.b64decode(sequence[7:-1]) == os.fsencode(text)


def test_tmux_passes_it_through() -> None:
    plain = osc52("/kick.wav", {})
    assert osc52("/kick.wav", {"TMUX": "default,1,0"}) == (
        plain + "\x1bPtmux;\x1b\x1b]52;c;" + plain[7:-1] + "\a\x1b\\"
    )
