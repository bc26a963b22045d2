"""A new pack: index it, and say what it is, what it may be used for, what is in it and what of it is owned already."""

from __future__ import annotations

import dataclasses
import os
from collections import defaultdict
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from itertools import groupby, islice

from cratedig.store.licences import CONDITIONS, PackLicence
from cratedig.store.rows import SoundRow
from cratedig.store.store import Store
from cratedig.store.tags import TagRow
from cratedig.tags.vocabulary import Vocabulary
from indexer.events import Event, FileFailed, HeardOtherwise, IndexFinished, IntakeFinished, PackFound, SoundFound
from indexer.pipeline import IndexRequest, index
from indexer.tagging import conflicts, library_vocabulary

__all__ = ["intake"]

MOST_PLACES = 10  # that are named of one sound: a pack may hold ten thousand files of silence


def intake(
    store: Store,
    request: IndexRequest,
    cancelled: Callable[[], bool],
    versions: Callable[[Store], Mapping[str, Sequence[str]]] = lambda _: {},
) -> Generator[Event, None, None]:
    """Index one folder, then report on everything in it: packs, sounds, and a last word.

    A cancelled run ends with its `IndexFinished`, without a report. The generator must be run to its end, or closed.

    Parameters
    ----------
    store, request, cancelled
        See `indexer.pipeline.index`; the request has one path.
    versions : callable
        Gives, by content, the files of other contents that are the same recording; asked once all is indexed.

    Raises
    ------
    CratedigError
        See `indexer.pipeline.index`.
    """
    (folder,) = request.paths
    for event in index(store, dataclasses.replace(request, packs=True), cancelled):
        if isinstance(event, IndexFinished):  # what is missing elsewhere is no news of this folder
            gone = sum(row.missing for row in store.files.under(os.fsencode(folder)))
            event = dataclasses.replace(event, missing=gone)  # noqa: PLW2901
        yield event
        if isinstance(event, IndexFinished) and event.cancelled:
            return
    sounds = list(store.files.sounds_under(os.fsencode(folder)))
    yield from _packs(store.licences.of_packs(), sounds)
    tags = store.tags.of({sound.content_id for sound in sounds})
    against = _conflicts(store, library_vocabulary(store, request.vocabularies), sounds)
    owned = untagged = conflicting = 0
    for sound in _described(sounds, tags, against, _elsewhere(store, sounds), versions(store)):
        owned += bool(sound.owned)
        untagged += not any(row.in_force for row in sound.tags)
        conflicting += bool(sound.conflicts)
        yield sound
    below = {row.stamp.path for row in store.files.under(os.fsencode(folder))}
    failed = (row for row in store.files.failed() if row.stamp.path in below)
    yield IntakeFinished(
        folder=folder,
        packs=len({sound.pack for sound in sounds}),
        sounds=len(sounds),
        owned=owned,
        untagged=untagged,
        conflicts=conflicting,
        failed=tuple(FileFailed(row.stamp.text, row.error or "") for row in failed),
    )


def _packs(said: Mapping[bytes, PackLicence], sounds: Iterable[SoundRow]) -> Generator[Event, None, None]:
    of_pack = defaultdict[bytes, list[SoundRow]](list)
    for sound in sounds:
        of_pack[sound.pack].append(sound)
    for path, inside in sorted(of_pack.items()):
        licence = said.get(path, PackLicence())
        yield PackFound(
            path=os.fsdecode(path),
            title=licence.title or os.path.basename(os.fsdecode(path)),  # noqa: PTH119
            vendor=licence.vendor,
            licence=licence.licence,
            name=licence.in_words,
            conditions=tuple(condition for condition in CONDITIONS if condition in licence.conditions),
            asks=licence.asks,
            contradictory=licence.contradictory,
            evidence=licence.evidence,
            sounds=len(inside),
            seconds=round(sum(sound.duration_s for sound in inside), 3),
        )


def _elsewhere(store: Store, sounds: Iterable[SoundRow]) -> dict[str, list[str]]:
    """Paths of every file of the contents that lie in several places, by content."""
    taken_in = {sound.content_hash for sound in sounds}
    return {
        content: [row.stamp.text for row in rows] for content, rows in store.files.duplicates() if content in taken_in
    }


def _conflicts(
    store: Store, vocabulary: Vocabulary, sounds: Iterable[SoundRow]
) -> dict[int, tuple[HeardOtherwise, ...]]:
    """What names say against the ear, by content."""
    contents = store.tags.sounds(list(dict.fromkeys(sound.content_id for sound in sounds)))
    return {
        content_id: tuple(HeardOtherwise(c.axis, c.named, c.heard, c.score) for c in found)
        for content_id, found in groupby(conflicts(store, vocabulary, contents), key=lambda c: c.sound.content_id)
    }


def _described(
    sounds: Sequence[SoundRow],
    tags: Mapping[int, Sequence[TagRow]],
    against: Mapping[int, tuple[HeardOtherwise, ...]],
    places: Mapping[str, Sequence[str]],
    versions: Mapping[str, Sequence[str]],
) -> Generator[SoundFound, None, None]:
    inside = {os.fsdecode(sound.path) for sound in sounds}
    owned = {content: [path for path in paths if path not in inside] for content, paths in places.items()}
    copies = {content: [path for path in paths if path in inside] for content, paths in places.items()}
    said = set[str]()  # each pair of versions is named once
    for sound in sounds:
        path = os.fsdecode(sound.path)
        said.add(path)
        yield SoundFound(
            path=path,
            pack=os.fsdecode(sound.pack),
            content=sound.content_hash,
            duration_s=round(sound.duration_s, 3),
            kind=sound.kind,
            bpm=None if sound.bpm is None else round(sound.bpm, 2),
            key=sound.key,
            tags=tuple(tags.get(sound.content_id, ())),
            conflicts=against.get(sound.content_id, ()),
            owned=tuple(owned.get(sound.content_hash, ())[:MOST_PLACES]),
            versions=tuple(islice((v for v in versions.get(sound.content_hash, ()) if v not in said), MOST_PLACES)),
            copies=tuple(islice((other for other in copies.get(sound.content_hash, ()) if other != path), MOST_PLACES)),
        )
