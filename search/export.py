"""Taking sounds along: lists of them and copies of their files, never the files themselves."""

from __future__ import annotations

import contextlib
import csv
import filecmp
import json
import os
import re
import shutil
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TextIO

from cratedig.errors import ExportError
from search.results import SearchHit

__all__ = [
    "copy_to",
    "numbered_names",
    "portable_name",
    "refuse_others",
    "write_again",
    "write_csv",
    "write_json",
    "write_m3u",
]

NOT_PORTABLE = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f\ud800-\udfff]')
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)  # device names on Windows
HEADINGS = [*SearchHit(0, None, "", 0, 0, 0, "", None, None, None, "").as_dict()]
LONGEST_STEM = 200  # bytes: with its ending and a number a name stays below the 255 of most file systems


def copy_to(paths: Iterable[str | Path], folder: Path, *, link: bool = False) -> list[Path]:
    """Copy files into a folder, which is made when it is not there; nothing in it is ever overwritten.

    A file that lies there already, byte for byte, is not copied again.

    Parameters
    ----------
    paths : iterable of str or Path
        The files.
    folder : Path
        Where to.
    link : bool
        Make hard links where the file system can: no room is taken, but an edit of the link edits the original.

    Returns
    -------
    list of Path
        The files in `folder`, in the order of `paths`.

    Raises
    ------
    ExportError
        A file is gone or cannot be read, or the folder cannot be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _cannot_write("A sound", folder, error) from None
    return [_copy(Path(path), folder, link=link) for path in paths]


def write_csv(hits: Iterable[SearchHit], file: Path) -> None:
    """Write a table of hits, with a line of headings; lists have ``; `` between.

    Raises
    ------
    ExportError
        The file is there already, or cannot be written.
    """
    with _new_text(file) as text:
        rows = [
            {name: "; ".join(value) if isinstance(value, list) else value for name, value in hit.as_dict().items()}
            for hit in hits
        ]
        table = csv.DictWriter(text, HEADINGS)
        table.writeheader()
        table.writerows(rows)


def write_json(hits: Iterable[SearchHit], file: Path) -> None:
    """Write one JSON object a line, as ``cratedig search --json`` prints them.

    Raises
    ------
    ExportError
        See `write_csv`.
    """
    with _new_text(file) as text:
        text.writelines(json.dumps(hit.as_dict()) + "\n" for hit in hits)


def write_m3u(hits: Iterable[SearchHit], file: Path) -> None:
    """Write a playlist with absolute paths.

    Raises
    ------
    ExportError
        See `write_csv`.
    """
    with _new_text(file) as text:
        text.write("#EXTM3U\n")
        for hit in hits:
            if "\n" not in hit.path and "\r" not in hit.path:  # a playlist has no way to write such a name
                text.write(f"#EXTINF:{round(hit.duration_s)},{Path(hit.path).stem}\n{hit.path}\n")


def write_again(file: Path, text: str, mark: str) -> None:
    """Write a text that begins with `mark`, in place of an older one that does, too, and of nothing else.

    Raises
    ------
    ExportError
        Another file is there, or the text cannot be written.
    """
    refuse_others(file, mark)
    unfinished = file.with_name(file.name + ".part")
    try:
        unfinished.write_text(text, encoding="utf-8", errors="surrogateescape", newline="")
        os.replace(unfinished, file)  # noqa: PTH105  (a path may hold undecodable bytes)
    except OSError as error:
        raise _not_written(file, error) from None


def refuse_others(file: Path, mark: str) -> None:
    """Raise ExportError when a file is there that does not begin with `mark`: it is not one of ours."""
    try:
        with file.open("rb") as there:
            ours = there.read(len(mark.encode())) == mark.encode()
    except FileNotFoundError:
        return
    except OSError as error:
        raise _not_written(file, error) from None
    if not ours:
        raise ExportError(f"{file} is there already, and not from cratedig.", "Choose another name.")


@contextlib.contextmanager
def _new_text(file: Path) -> Iterator[TextIO]:
    """Open a new file for text; bytes of paths that are no text are written as they are."""
    try:
        with file.open("x", encoding="utf-8", errors="surrogateescape", newline="") as text:
            yield text
    except FileExistsError:
        raise ExportError(f"{file} is there already.", "Choose another name, or remove it first.") from None
    except OSError as error:
        raise _not_written(file, error) from None


def portable_name(name: str) -> str:
    """Make a file name that every system can hold: no reserved characters or names, not too long."""
    plain = NOT_PORTABLE.sub("_", unicodedata.normalize("NFC", name)).rstrip(" .") or "_"
    if RESERVED.match(plain):
        plain = f"_{plain}"
    path = Path(plain)
    return path.stem.encode()[:LONGEST_STEM].decode(errors="ignore").rstrip(" .") + path.suffix


def _copy(source: Path, folder: Path, *, link: bool) -> Path:
    if not source.is_file():
        raise ExportError(f"{source} is not there any more.", "Bring the library up to date with: cratedig index")
    try:
        taken = {path.name.casefold(): path for path in folder.iterdir()}
        for name in numbered_names(portable_name(source.name)):
            there = taken.get(name.casefold())
            if there is None or (there.is_file() and filecmp.cmp(source, there, shallow=False)):
                break
        return there or _place(source, folder / name, link=link)
    except OSError as error:
        raise _cannot_write(source.name, folder, error) from None


def numbered_names(name: str) -> Iterator[str]:
    """Iterate over ``kick.wav``, ``kick 2.wav``, ``kick 3.wav``..."""
    yield name
    path, number = Path(name), 2
    while True:
        yield f"{path.stem} {number}{path.suffix}"
        number += 1


def _place(source: Path, target: Path, *, link: bool) -> Path:
    if link:
        try:
            os.link(source.resolve(), target)
        except OSError:  # another drive, or a file system without links: a copy says what else may be wrong
            pass
        else:
            return target
    with source.open("rb") as original, target.open("xb") as copy:
        try:
            shutil.copyfileobj(original, copy)
        except BaseException:
            copy.close()
            target.unlink()
            raise
    shutil.copystat(source, target)
    return target


def _not_written(file: Path, error: OSError) -> ExportError:
    return ExportError(
        f"{file} cannot be written ({error.strerror}).",
        "Check that its folder is there, its drive not full, and that you may write in it.",
    )


def _cannot_write(what: str, folder: Path, error: OSError) -> ExportError:
    return ExportError(
        f"{what} cannot be copied into {folder} ({error.strerror}).",
        "Check that its drive is connected and not full, and that you may write there.",
    )
