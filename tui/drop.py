"""Files dropped on a terminal: it types their paths, each terminal quoted in its own way."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote_to_bytes

__all__ = ["files_in", "readings"]

SPACE = " \t\r\n"  # what shells split at: a no-break space belongs to a name
PASTE_STARTS, PASTE_ENDS = "\x1b[200~", "\x1b[201~"
URI = re.compile(r"file:(?://(?:localhost)?)?(/.*)", re.IGNORECASE | re.DOTALL)
STARTS = r"(?:['\"]?(?:/|~/|[A-Za-z]:\\|\\\\)|file:)"  # what a path begins with


def files_in(pasted: str) -> list[Path]:
    """Return the files that a pasted text names, in order; none when it is anything but absolute, existing paths."""
    for candidates in readings(pasted):
        paths = [_path(candidate) for candidate in candidates]
        if paths and all(path.is_absolute() and os.path.exists(path) for path in paths):  # noqa: PTH110
            return paths
    return []


def readings(pasted: str) -> Iterator[list[str]]:
    """Iterate over the ways to read a text as quoted names, the most literal first."""
    text = pasted.removeprefix(PASTE_STARTS).removesuffix(PASTE_ENDS)
    stripped = text.strip(SPACE)
    if not re.match(STARTS, stripped):
        return
    yield [text]
    yield [re.sub(rf"[{SPACE}]\Z", "", text)]
    yield [stripped]
    lines = [line for line in re.split(r"[\r\n]+", text) if line and not line.startswith("#")]
    yield lines
    yield [line.strip(SPACE) for line in lines if line.strip(SPACE)]
    yield _shell_words(text)
    yield [word.replace("\\ ", " ") for word in re.findall(rf"(?:\\ |[^{SPACE}])+", text)]  # only spaces are escaped
    yield [quoted or bare for quoted, bare in re.findall(rf'"([^"]*)"|([^{SPACE}]+)', text)]  # as Windows does
    yield re.split(rf"[{SPACE}]+(?={STARTS})", stripped)  # not quoted at all


def _shell_words(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:  # a quotation mark without its other half
        return []


def _path(candidate: str) -> Path:
    uri = URI.fullmatch(candidate)
    if uri is None:
        return Path(os.path.expanduser(candidate))  # noqa: PTH111  (pathlib's raises for a user who does not exist)
    path = os.fsdecode(unquote_to_bytes(os.fsencode(uri[1])))
    return Path(path[1:] if re.match(r"/[A-Za-z]:", path) and os.name == "nt" else path)
