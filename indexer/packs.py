"""Which folder is a pack: by what its name says, and by the licence that lies in it."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from functools import cache, lru_cache

from cratedig.paths import as_text
from cratedig.store.measures import DESCRIPTORS
from cratedig.store.names import words_in
from cratedig.store.rows import Pack
from cratedig.tags.vocabulary import read_vocabulary
from indexer.documents import worth_reading

__all__ = ["as_pack", "pack_of"]

# Words that folders inside a pack are named with, beside those of the vocabularies. Moods, colours and genres are not
# among them: packs are called by those.
AXES = frozenset({"form", "family", "instrument", "envelope", "processing"})
WORDS = """
    ableton acoustic aif aiff alt and apple articulation artwork atonal audio bank bit bonus bpm by cd clean closed
    combo construction content demo desktop disc disk documents download drop electric electronic ensemble
    ethnic exs extra file flac folder for format free full group half hard hi high hook hz impulse in instrument
    intro item k key khz kit kontakt left library live lo low main major melodic mid midi minor misc
    miscellaneous mono mp multisample music my n new odd of ogg old one open orchestral original other outro
    part patch pedal preset processed rack raw reference response rex right rx sample sampler section serum set
    sfz side slow soft sound source starter stereo stuff sustain take tempo time tonal top track tuned
    unprocessed various vel velocity verse version vinyl vol volume wav wave with world
"""
NUMBER_OR_KEY = r"\d+|[a-g](?:b|m|min|maj)?|m|min|maj|sharp|flat"
ALONE = re.compile(r"\d{3,}|[A-Ga-g]")  # says nothing: 01 sorts, but 909 is a machine


def pack_of(folder: str, documents: Sequence[str], above: Pack | None, *, name_is_enough: bool) -> Pack | None:
    """Pack of the files in a folder.

    Parameters
    ----------
    folder : str
    documents : sequence of str
        Paths of the documents that lie in it.
    above : Pack, optional
        The pack that the folder around it belongs to, if any.
    name_is_enough : bool
        Whether a name that does more than sort makes a pack. Else it takes a name such as ``Vendor - Title``, or a
        licence of its own.
    """
    pack = as_pack(folder)
    if _sorts(pack.name) or not (name_is_enough or _names_a_vendor(pack.name) or any(map(_is_licence, documents))):
        return above
    return pack


def as_pack(folder: str) -> Pack:
    """Take a folder for a pack, whatever it is called."""
    name = os.path.basename(folder) or folder  # noqa: PTH119  (a path may hold undecodable bytes, as str)
    return Pack(os.fsencode(folder), as_text(name))


@lru_cache(10_000)
def _sorts(name: str) -> bool:
    """Whether a folder's name only says what kind of sounds lie in it, as ``01 Closed Hats`` and ``120 BPM`` do."""
    return ALONE.fullmatch(name) is None and _pattern().fullmatch(" ".join(words_in(name))) is not None


def _names_a_vendor(name: str) -> bool:
    vendor, dash, title = name.replace("_", " ").rpartition(" - ")
    return bool(dash) and not _sorts(vendor) and not _sorts(title)


def _is_licence(document: str) -> bool:
    return worth_reading(os.path.basename(document)) == 1  # noqa: PTH119


@cache
def _pattern() -> re.Pattern[str]:
    """Words in a row, each a known phrase, longest first; possessive, so that no name keeps us busy."""
    terms = [term for term in read_vocabulary(None, DESCRIPTORS).terms.values() if term.axis in AXES]
    texts = [text for term in terms for text in (term.name, *term.names, *term.tokens)]
    phrases = {" ".join(words_in(text)) for text in (*texts, *WORDS.split())}
    known = "|".join(re.sub("y$", "(?:y|ie)", phrase) for phrase in sorted(phrases, key=len, reverse=True))
    return re.compile(rf"(?:(?:{known}|{NUMBER_OR_KEY})(?: ?e?s)?(?: |$))++")
