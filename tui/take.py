"""Taking a sound out of the app: show it in the file manager, put its path on the clipboard."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote_from_bytes

from cratedig.errors import ExportError

__all__ = ["osc52", "reveal"]

PATIENCE_S = 3.0  # a file manager that has not failed by then is open


def osc52(text: str, environ: Mapping[str, str] = os.environ) -> str:
    """Return the control sequence that asks the terminal, also at the other end of ssh, to put text on the clipboard.

    tmux hears the plain sequence where ``set-clipboard`` is on and passes the wrapped one through where
    ``allow-passthrough`` is: both are sent.
    """
    encoded = base64.b64encode(text.encode("utf-8", "surrogateescape")).decode()
    plain = f"\x1b]52;c;{encoded}\a"
    if "TMUX" not in environ:
        return plain
    escaped = plain.replace("\x1b", "\x1b\x1b")
    return f"{plain}\x1bPtmux;{escaped}\x1b\\"


def reveal(path: Path, environ: Mapping[str, str] = os.environ) -> None:
    """Show a file in the file manager, selected where the platform can. It may take seconds: not for the UI thread.

    Raises
    ------
    ExportError
        The file is gone, or no file manager answers.
    """
    if not path.exists():
        raise ExportError(f"{path} is not there any more.", "Bring the library up to date with: cratedig index")
    if not any(_works(command) for command in _commands(path, sys.platform, environ)):
        raise ExportError(
            f"No file manager answered. The sound lies at {path}.", "Over ssh there is none: copy the path instead."
        )


def _commands(path: Path, platform: str, environ: Mapping[str, str]) -> list[list[str]]:
    """Command lines that show a file, to be tried in order."""
    if platform == "darwin":
        return [["open", "-R", str(path)]]
    if platform == "win32":
        return [["explorer", f"/select,{path}"]]
    if not environ.keys() & {"DISPLAY", "WAYLAND_DISPLAY"}:  # xdg-open would start a browser for terminals
        return []
    uri = "file://" + quote_from_bytes(os.fsencode(path))
    show = "org.freedesktop.FileManager1.ShowItems"
    bus = ["dbus-send", "--session", "--print-reply", "--dest=org.freedesktop.FileManager1"]
    return [
        [*bus, "/org/freedesktop/FileManager1", show, f"array:string:{uri}", "string:"],
        ["xdg-open", str(path.parent)],
    ]


def _works(command: list[str]) -> bool:
    silent = subprocess.DEVNULL
    try:
        process = subprocess.Popen(command, stdin=silent, stdout=silent, stderr=silent, start_new_session=True)
    except OSError:
        return False
    try:
        failed = process.wait(PATIENCE_S) != 0
    except subprocess.TimeoutExpired:
        return True
    return not failed or command[0] == "explorer"  # its exit code is 1 whatever happens
