"""From a pack's documents, the names of its folders and what its files state, to the licence it comes under."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from pathlib import Path, PurePath

from cratedig.audio.chunks import read_embedded
from cratedig.paths import as_text
from cratedig.store.licences import Evidence, PackLicence
from cratedig.store.store import Store
from indexer.documents import Document, read_document, worth_reading
from indexer.scan import ScanResult
from indexer.terms import Terms, merged, read_names, read_terms

__all__ = ["pack_licence", "update_licences"]

MOST_DOCUMENTS = 8  # of a pack: those named after licences first, then those nearest to its folder
FILES_ASKED = 3  # for the rights they state, when no document says anything
VERSION = 2  # of these rules: a change reads every document again
USUAL_LETTERS = frozenset("äöüßàâçéèêëîïôùûœáíóúñãõ©")
RIGHTS = ("copyright", "license", "comment", "description")
TECHNICAL = re.compile(
    r"[(\[]?\b(?:wav|aiff?|flac|mp3|rex2?|\d\d ?bit|\d\d(?:\.\d)? ?khz|multi ?format|free)\b[)\]]?", re.IGNORECASE
)


def update_licences(store: Store, roots: Sequence[str], scanned: ScanResult, cancelled: Callable[[], bool]) -> None:
    """Read what is new or changed among the documents of the packs below `roots`, and keep what they say.

    Parameters
    ----------
    store : Store
        The caller is its one writer.
    roots : sequence of str
        The folders that were just walked.
    scanned : ScanResult
        What was found there. A pack with a folder that could not be listed keeps what is known of it.
    cancelled : callable
        Asked between packs.
    """
    known = {os.fsdecode(pack): seen for pack, seen in store.licences.seen().items()}
    of_folder = _by_pack(scanned.documents, known.keys())
    for pack, seen in known.items():
        if cancelled():
            return
        if not any(_is_in(pack, root) for root in roots) or any(_is_in(folder, pack) for folder in scanned.skipped):
            continue
        chosen, files = _chosen(pack, of_folder), store.licences.files(os.fsencode(pack), FILES_ASKED)
        now = _stamps([*chosen, *files])
        if now != seen:
            licence = pack_licence(pack, chosen, files)
            with store.transaction():
                store.licences.save(os.fsencode(pack), licence, now)


def pack_licence(pack: str, documents: Sequence[str], files: Sequence[str] = ()) -> PackLicence:
    """Read documents, and when they say nothing a few audio files; return what they make of a pack.

    Parameters
    ----------
    pack : str
        Folder of the pack: its name may name the vendor.
    documents, files : sequence of str
        Paths.
    """
    read = [_understood(read_document(path)) for path in documents]
    if all(terms.licence == "unknown" for _, _, terms in read):
        read += [_understood(document) for document in map(_stated, files) if document is not None]
    evidence = (
        Evidence(document.path, document.sha256, terms.licence, terms.says or _why_not(document))
        for document, _, terms in read
    )
    title, vendor = _names(pack, "\n".join(text for _, text, _ in read))
    all_terms = merged(terms for _, _, terms in read)
    return PackLicence(all_terms.licence, all_terms.name, title, vendor, all_terms.conditions, tuple(evidence))


def _by_pack(documents: Mapping[str, Sequence[str]], packs: Container[str]) -> dict[str, list[str]]:
    """Gather the documents below each pack; those that lie in no pack stay with their folder."""
    gathered = defaultdict[str, list[str]](list)
    for folder, paths in documents.items():
        owner = next((above for above in _upwards(folder) if above in packs), folder)
        gathered[owner] += paths
    return gathered


def _chosen(pack: str, documents: Mapping[str, list[str]]) -> list[str]:
    """Return the documents to read: the pack's own, else those of the nearest folder above that has any."""
    found = next((documents[folder] for folder in _upwards(pack) if folder in documents), [])
    return sorted(found, key=lambda path: (worth_reading(PurePath(path).name), path.count(os.sep), path))[
        :MOST_DOCUMENTS
    ]


def _is_in(path: str, folder: str) -> bool:
    return PurePath(path).is_relative_to(folder)


def _upwards(folder: str) -> Iterator[str]:
    yield folder
    yield from map(str, PurePath(folder).parents)


def _stamps(paths: Iterable[str]) -> str:
    """Tell sizes and times, in short: equal stamps are unchanged files."""
    stamps: list[object] = [VERSION]
    for path in paths:
        try:
            status = os.stat(path)  # noqa: PTH116  (a path may hold undecodable bytes, as str)
        except OSError as error:
            stamps.append((path, error.errno))
        else:
            stamps.append((path, status.st_size, status.st_mtime_ns))
    return hashlib.sha256(json.dumps(stamps).encode()).hexdigest()


def _understood(document: Document) -> tuple[Document, str, Terms]:
    """Return the text in the right encoding, and what it says: there are the most phrases, then the usual letters."""

    def likely(reading: tuple[str, Terms]) -> tuple[int, int]:
        says = reading[1].says
        return len(says), sum(letter in USUAL_LETTERS for phrase in says for letter in phrase)

    readings = ((text, read_terms(text)) for text in map(as_text, document.readings))
    return document, *max(readings, key=likely, default=("", Terms()))


def _why_not(document: Document) -> tuple[str, ...]:
    return () if document.readings else ("This document cannot be read.",)


def _stated(path: str) -> Document | None:
    """Return what an audio file states about rights as a document; None when it states nothing."""
    try:
        texts = read_embedded(Path(path)).texts
    except OSError:
        return None
    text = "\n\n".join(texts[name] for name in RIGHTS if name in texts)
    return Document(path, hashlib.sha256(text.encode("utf-8", "replace")).hexdigest(), (text,)) if text else None


def _names(pack: str, text: str) -> tuple[str, str | None]:
    """Title and vendor: as the documents state them, else from a folder called ``Vendor - Title (WAV)``."""
    title, vendor = read_names(text)
    plain = " ".join(TECHNICAL.sub(" ", as_text(PurePath(pack).name).replace("_", " ")).split())
    before, dash, after = plain.partition(" - ")
    return title or (after if dash else plain) or pack, vendor or (before if dash else None)
