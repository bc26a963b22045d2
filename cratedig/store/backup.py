"""What a user made, as one file that moves between machines: it hangs on the audio, not on paths."""

from __future__ import annotations

import contextlib
import json
import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

from cratedig.errors import BackupError
from cratedig.paths import as_text
from cratedig.store.licences import LICENCES
from cratedig.store.user import KEYS, UserData

__all__ = ["Rows", "read_backup", "write_backup"]

VERSION = 1
Rows: TypeAlias = dict[str, list[Mapping[str, object]]]
STATES = ("accepted", "rejected")
COLUMNS = {
    "favourite": {"content", "made_at"},
    "collected": {"collection", "content", "made_at"},
    "verdict": {"content", "term", "state", "made_at"},
    "tempo": {"content", "bpm", "made_at"},
    "used": {"content", "project", "made_at"},
    "licence_note": {"content", "licence", "made_at"},
    "saved_search": {"name", "line", "made_at"},
}


def write_backup(user: UserData, file: Path) -> int:
    """Write all that a user made; equal libraries give equal files, byte for byte.

    Returns
    -------
    int
        Number of rows.

    Raises
    ------
    BackupError
        The file is there already, or cannot be written.
    """
    rows = user.everything()
    text = json.dumps({"cratedig backup": VERSION, **rows}, indent=1, sort_keys=True)
    try:
        with file.open("x", encoding="utf-8") as target:
            try:
                target.write(text + "\n")
                target.flush()
                os.fsync(target.fileno())
            except BaseException:
                with contextlib.suppress(OSError):
                    file.unlink()
                raise
    except FileExistsError:
        raise BackupError(f"{file} is there already.", "Choose another name: a backup is never overwritten.") from None
    except OSError as error:
        raise BackupError(
            f"{file} cannot be written ({error.strerror}).", "Check that its drive is connected and not full."
        ) from None
    return sum(map(len, rows.values()))


def read_backup(file: Path) -> Rows:
    """Read what `write_backup` wrote.

    Raises
    ------
    BackupError
        The file cannot be read, is no backup, or was written by a newer cratedig.
    """
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise BackupError(f"{file} cannot be read ({error.strerror}).") from None
    except (ValueError, RecursionError):
        raise _no_backup(file, "it is not JSON") from None
    if not isinstance(found, dict) or not isinstance(version := found.pop("cratedig backup", None), int):
        raise _no_backup(file, "nothing in it says so")
    if version > VERSION:
        raise BackupError(f"{file} was written by a newer cratedig.", "Update cratedig.")
    for table, rows in found.items():
        if table not in KEYS or not isinstance(rows, list):
            raise _no_backup(file, f"{table!r} is unknown")
        if not all(_is_sound(table, row) for row in rows):
            raise _no_backup(file, f"an entry of {table!r} is damaged")
    return found


def _is_sound(table: str, row: object) -> bool:
    """Whether a row can be stored: the columns of its table, and in each what it holds."""
    if not isinstance(row, dict) or row.keys() != COLUMNS[table]:
        return False
    bpm = row.get("bpm", 1.0)
    texts = [value for column, value in row.items() if column != "bpm"]
    return (
        row.get("state", "accepted") in STATES
        and row.get("licence", "own") in LICENCES
        and isinstance(bpm, float | int)
        and 0 < bpm < math.inf
        and all(isinstance(text, str) and text == as_text(text) for text in texts)
    )


def _no_backup(file: Path, why: str) -> BackupError:
    return BackupError(f"{file} is not a backup of cratedig: {why}.", "Give a file that cratedig backup wrote.")
