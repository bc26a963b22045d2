"""File names in the Universal Category System (UCS, public domain) that film and game editors sort effects by.

A name is ``CatID_FXName_CreatorID_SourceID``: ``DSGNWhsh_Fast Pass_WR_DUST.wav``. Names are proposed; nothing is
renamed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePath

from cratedig.store.licences import PackLicence, Rights
from search.export import portable_name
from search.results import SearchHit

__all__ = ["CATEGORIES", "Proposal", "propose"]

LONGEST_NAME = 40
WORDS = re.compile(r"[^\W_]+(?:[.'][^\W_]+)*")
# Tags by category of UCS 8.2. Music has few categories there: the instrument is then in the name.
TAGS = {
    "DSGNRise": ("riser",),
    "DSGNImpt": ("impact",),
    "DSGNWhsh": ("whoosh", "sweep", "sweep synth", "transition", "downlifter"),
    "DSGNBram": ("braam",),
    "DSGNBass": ("sub drop",),
    "DSGNDron": ("drone",),
    "DSGNStngr": ("stinger",),
    "DSGNGran": ("granular",),
    "DSGNSynth": ("synth fx", "noise", "noise synth"),
    "UIGlitch": ("glitch",),
    "UIClick": ("ui click",),
    "LASRGun": ("laser",),
    "ALRMSirn": ("siren",),
    "METLImpt": ("metallic hit",),
    "GLASMisc": ("glass",),
    "WATRMisc": ("water",),
    "WTHR": ("weather",),
    "CRWDMisc": ("crowd",),
    "MACHMisc": ("machine",),
    "FEETMisc": ("footstep",),
    "AMBMisc": ("ambience",),
    "HMNBrth": ("breath",),
    "VOXScrm": ("scream",),
    "VOXFem": ("female vocal",),
    "VOXMale": ("male vocal",),
    "VOXMisc": ("spoken", "rap", "whisper", "ad-lib", "vocal one-shot"),
    "MUSCChor": ("choir",),
    "MUSCShake": ("shaker", "maracas", "tambourine"),
    "MUSCChim": ("wind chimes",),
    "MUSCStr": ("violin", "viola", "cello", "string ensemble", "pizzicato"),
    "MUSCPluck": (
        "harp",
        "plucked string",
        "banjo",
        "mandolin",
        "ukulele",
        "sitar",
        "koto",
        "acoustic guitar",
        "electric guitar",
        "nylon guitar",
        "muted guitar",
    ),
}
CATEGORIES = {tag: category for category, tags in TAGS.items() for tag in tags}
FAMILIES = {
    "drums": "MUSCPerc",
    "percussion": "MUSCPerc",
    "bass": "MUSCSynth",
    "synth": "MUSCSynth",
    "keys": "MUSCKeyd",
    "guitar": "MUSCPluck",
    "strings": "MUSCStr",
    "brass": "MUSCBrass",
    "woodwind": "MUSCWind",
    "vocal": "VOXMisc",
    "fx": "DSGNMisc",
    "foley": "FOLYMisc",
}


@dataclass(frozen=True, slots=True)
class Proposal:
    """A name for a file, and the tag that its category follows from; both are empty when no tag has a category."""

    path: str
    name: str
    because: str


def propose(
    hits: Iterable[SearchHit], rights_of: Mapping[str, Rights], creator: str | None = None, source: str | None = None
) -> list[Proposal]:
    """Propose a name for each hit; equal names are numbered.

    Parameters
    ----------
    hits, rights_of
        Sounds, and what their packs say, by content.
    creator, source : str, optional
        In place of the initials of vendor and pack.
    """
    taken: Counter[str] = Counter()
    proposals = []
    for hit in hits:
        category, because = _category(hit)
        pack = next(iter(rights_of.get(hit.content, Rights()).packs.values()), PackLicence())
        ends = (_id(creator, pack.vendor or ""), _id(source, pack.title or hit.pack))
        name = _name(category, hit.path, ends, taken) if category else ""
        proposals.append(Proposal(hit.path, name, because))
    return proposals


def _category(hit: SearchHit) -> tuple[str, str]:
    """Category, and the tag it follows from: the surest that has one; a musical loop is a loop before all."""
    for table in (CATEGORIES, FAMILIES):
        for tag in hit.tags:
            if tag in table:
                musical = table[tag].startswith("MUSC")
                return ("MUSCLoop", f"{tag} loop") if musical and hit.kind == "loop" else (table[tag], tag)
    return "", ""


def _name(category: str, path: str, ends: tuple[str, str], taken: Counter[str]) -> str:
    file = PurePath(path)
    words = [word for word in WORDS.findall(file.stem) if word.lower() != category.lower()]
    title = " ".join(word if word.isupper() else word.capitalize() for word in words)[:LONGEST_NAME].strip() or "Sound"
    stem = f"{category}_{title}"
    taken[stem] += 1
    numbered = stem if taken[stem] == 1 else f"{stem} {taken[stem]:02}"
    return portable_name("_".join((numbered, *ends)) + file.suffix)


def _id(given: str | None, name: str) -> str:
    """Return the ID that was given, else initials; an underscore would begin another part."""
    return ("".join(WORDS.findall(given)) if given else _initials(name)) or "NONE"


def _initials(name: str) -> str:
    """``Warm Records`` is WR, ``Dust Vol 2`` is DV2, ``Dust`` is DUST."""
    words: list[str] = WORDS.findall(name)
    if len(words) == 1:
        return words[0][:4].upper()
    return "".join(word if word.isdecimal() else word[0] for word in words).upper()[:8]
