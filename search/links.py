"""Folders of links: one folder a tag, pack or kind, with links to the sounds where they lie."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterable
from pathlib import Path

from cratedig.errors import ExportError
from search.export import numbered_names, portable_name
from search.results import SearchHit

__all__ = ["GROUPS", "link_by"]

GROUPS: dict[str, Callable[[SearchHit], tuple[str, ...]]] = {
    "tag": lambda hit: hit.tags or ("no tag",),
    "pack": lambda hit: (hit.pack,),
    "kind": lambda hit: (hit.kind or "silent",),
}


def link_by(hits: Iterable[SearchHit], group: str, folder: Path, roots: Iterable[str]) -> int:
    """Make folders of links; what lies there already stays, and a link to the same sound is not made twice.

    Parameters
    ----------
    hits
        Sounds.
    group : str
        One of `GROUPS`: what the folders are named after.
    folder : Path
        Where to.
    roots : iterable of str
        The library's folders, in which links would be indexed as copies.

    Returns
    -------
    int
        Number of links, old and new.

    Raises
    ------
    ExportError
        A link cannot be made, or would lie in one of `roots`.
    """
    links = [(Path(hit.path), folder / portable_name(name)) for hit in hits for name in GROUPS[group](hit)]
    _refuse_inside({target for _, target in links}, [Path(root).resolve() for root in roots])
    for sound, target in links:
        _link(sound, target)
    return len(links)


def _refuse_inside(folders: Iterable[Path], roots: Iterable[Path]) -> None:
    for folder, root in itertools.product(folders, roots):
        if folder.resolve().is_relative_to(root):
            raise ExportError(
                f"The links would lie among the sounds in {root}, and be taken for copies of them.",
                "Choose a folder of their own for them, outside of what is indexed.",
            )


def _link(sound: Path, folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in numbered_names(portable_name(sound.name)):
            link = folder / name
            if not os.path.lexists(link):
                _make(sound, link)
                return
            if link.exists() and link.samefile(sound):
                return
    except OSError as error:
        raise ExportError(
            f"No link to {sound.name} can be made in {folder} ({error.strerror}).",
            "Check that you may write there; on Windows, switch on the developer mode or choose the sounds' own drive.",
        ) from None


def _make(sound: Path, link: Path) -> None:
    """Link by name; where only administrators may, as on Windows, a second name for the same file will do."""
    try:
        link.symlink_to(sound)
    except (OSError, NotImplementedError):
        os.link(sound, link)
