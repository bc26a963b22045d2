"""Sidecar files: what the library knows of each sound, as JSON for other programs, in a tree of their own."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePath

from cratedig.errors import ExportError
from cratedig.store.licences import Rights
from cratedig.store.tags import TagRow
from search.export import write_again
from search.results import SearchHit

__all__ = ["write_sidecars"]

MARK = '{\n "cratedig sidecar": 1,'  # how each begins: only a file that begins so is ever replaced


def write_sidecars(
    hits: Iterable[SearchHit],
    tags_of: Mapping[str, Sequence[TagRow]],
    rights_of: Mapping[str, Rights],
    roots: Sequence[str],
    folder: Path,
) -> list[Path]:
    """Write one file a sound, such as ``folder/Samples/Pack/kick.wav.json``, in place of older ones.

    Parameters
    ----------
    hits
        Sounds.
    tags_of, rights_of : mapping
        What is known of them, by content.
    roots : sequence of str
        The library's folders: the tree in `folder` begins with the last part of the name of each.
    folder : Path
        Where to; never beside the sounds themselves.

    Raises
    ------
    ExportError
        A file cannot be written, or would lie beside its sound or in place of one that is not ours.
    """
    return [
        _write(
            folder / _below(hit.path, roots), hit, tags_of.get(hit.content, ()), rights_of.get(hit.content, Rights())
        )
        for hit in hits
    ]


def _below(path: str, roots: Sequence[str]) -> str:
    """Path of a sidecar in the tree: from the name of its root on."""
    holding = [root for root in roots if PurePath(path).is_relative_to(root)]
    above = PurePath(max(holding, key=len)).parent if holding else PurePath(path).parent
    return f"{PurePath(path).relative_to(above)}.json"


def _write(file: Path, hit: SearchHit, tags: Sequence[TagRow], rights: Rights) -> Path:
    if file.parent.resolve() == Path(hit.path).parent.resolve():
        raise ExportError(
            f"The sidecars would lie beside the sounds in {file.parent}.", "Choose a folder of their own for them."
        )
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ExportError(
            f"The folder {file.parent} cannot be made ({error.strerror}).", "Choose another folder."
        ) from None
    write_again(file, json.dumps(_content(hit, tags, rights), indent=1) + "\n", MARK)
    return file


def _content(hit: SearchHit, tags: Sequence[TagRow], rights: Rights) -> dict[str, object]:
    known = hit.as_dict()
    about = {name: known[name] for name in ("path", "content", "duration_s", "kind", "bpm", "key", "pack", "favourite")}
    return {
        "cratedig sidecar": 1,
        **about,
        "tags": [{"term": row.term, "score": row.score, "source": row.source, "state": row.state} for row in tags],
        "licence": rights.licence,
        "packs": [
            {"path": path, "title": pack.title, "vendor": pack.vendor, "licence": pack.in_words, "asks for": pack.asks}
            for path, pack in rights.packs.items()
        ],
    }
