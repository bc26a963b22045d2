"""Downloading a large file: with progress, from where it stopped, whole or not at all."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cratedig.errors import ModelError

__all__ = ["Progress", "fetch"]

PIECE_BYTES = 1 << 20
TIMEOUT_S = 30.0
RANGE_REFUSED = 416


@dataclass(frozen=True, slots=True)
class Progress:
    """A step of long work; `total` is 0 where it has no measure."""

    step: str
    done: int = 0
    total: int = 0


def fetch(url: str, target: Path) -> Iterator[Progress]:
    """Download to `target`; what a stopped download left beside it is continued.

    Raises
    ------
    ModelError
        The place cannot be reached, or breaks off. The hint says what to fetch by hand and where to put it.
    """
    if target.is_file():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.part")
    held = part.stat().st_size if part.is_file() else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={held}-"} if held else {})  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310  (an https address of ours)
            continued = answer.status == http.HTTPStatus.PARTIAL_CONTENT
            total = int(answer.headers["Content-Length"] or 0) + (held if continued else 0)
            with part.open("ab" if continued else "wb") as file:
                while piece := answer.read(PIECE_BYTES):
                    file.write(piece)
                    yield Progress(f"downloading {target.name}", file.tell(), total)
                done = file.tell()
    except (OSError, http.client.HTTPException) as error:
        if isinstance(error, urllib.error.HTTPError):
            error.close()
            if error.code == RANGE_REFUSED:  # the part is longer than the file
                part.unlink()
        reason = getattr(error, "reason", error)
        raise ModelError(
            f"{url} cannot be downloaded ({reason}).",
            f"Try again: it continues where it stopped. Or fetch it by hand and put it at {target}",
        ) from None
    if done < total:
        raise ModelError(f"The download of {url} broke off.", "Run the command again: it continues where it stopped.")
    part.replace(target)
