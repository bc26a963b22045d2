"""The credit and licence sheet of a selection: who made the sounds, what they ask for, and what to look into."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import PurePath

from cratedig.store.licences import CONDITION_WORDS, CONDITIONS, LICENCE_WORDS, LicenceClass, PackLicence, Rights
from search.results import SearchHit

__all__ = ["Credit", "as_csv", "as_markdown", "credits_of", "warnings"]

MARKUP = re.compile(r"([\\`*_\[\]<>|#&~])")


@dataclass(frozen=True, slots=True)
class Credit:
    """One sound of the sheet.

    Attributes
    ----------
    path, content : str
        The file, and the hash of its audio.
    title, vendor : str
        Of its pack; the vendor may be empty.
    licence : LicenceClass
        The one in force; see `cratedig.store.licences.Rights`.
    name : str
        The licence as its author calls it, else its class in words.
    asks : tuple of str
        Conditions in words.
    says : str
        The sentence that was found, and where; empty when none was.
    warning : str
        What to look into before publishing; empty when there is nothing.
    """

    path: str
    content: str
    title: str
    vendor: str
    licence: LicenceClass
    name: str
    asks: tuple[str, ...]
    says: str
    warning: str

    @property
    def line(self) -> str:
        """The line to print with a release: ``"Dust" by Warm Records, CC-BY-4.0``."""
        by = f" by {self.vendor}" if self.vendor else ""
        return f'"{self.title}"{by}, {self.name}'


def credits_of(hits: Iterable[SearchHit], rights_of: Mapping[str, Rights]) -> list[Credit]:
    """Make the sheet of hits, pack by pack; `rights_of` is by content hash."""
    sheet = [_credit(hit, rights_of.get(hit.content, Rights())) for hit in hits]
    return sorted(sheet, key=lambda credit: (credit.title.casefold(), credit.line, credit.says, credit.path))


def warnings(sheet: Iterable[Credit]) -> list[str]:
    """One line for each thing to look into, with the number of sounds."""
    found = sorted(credit.warning for credit in sheet if credit.warning)
    return [f"{len(list(same))} of the sounds: {warning}" for warning, same in groupby(found)]


def as_markdown(sheet: Sequence[Credit]) -> str:
    """Write the sheet as Markdown, one section a pack; names cannot become markup."""
    lines = ["# Credits and licences", ""]
    lines += [f"**Warning: {warning}**\n" for warning in warnings(sheet)]
    for (line, says), sounds in groupby(sheet, key=lambda credit: (credit.line, credit.says)):
        of_pack = list(sounds)
        asks = ", ".join(sorted({ask for credit in of_pack for ask in credit.asks})) or "nothing"
        lines += [f"## {_plain(line)}", "", f"Asks for: {asks}", ""]
        lines += [f"> {_plain(says)}", ""] if says else []
        lines += [f"- {_plain(PurePath(credit.path).name)}{_marked(credit.warning)}" for credit in of_pack]
        lines.append("")
    return "\n".join(lines)


def as_csv(sheet: Iterable[Credit]) -> str:
    """Write the sheet as CSV, one row a sound."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["file", "pack", "vendor", "licence", "class", "asks for", "says", "warning", "content"])
    for c in sheet:
        asks = ", ".join(c.asks)
        writer.writerow([c.path, c.title, c.vendor, c.name, c.licence, asks, c.says, c.warning, c.content])
    return text.getvalue()


def _credit(hit: SearchHit, rights: Rights) -> Credit:
    pack = _pack_of(hit.path, rights)
    return Credit(
        path=hit.path,
        content=hit.content,
        title=pack.title or hit.pack,
        vendor=pack.vendor or "",
        licence=rights.licence,
        name=pack.in_words if pack.licence == rights.licence else LICENCE_WORDS[rights.licence],
        asks=tuple(CONDITION_WORDS[condition] for condition in CONDITIONS if condition in rights.conditions),
        says=_says(pack, rights),
        warning=_warning(rights),
    )


def _pack_of(path: str, rights: Rights) -> PackLicence:
    """Return what the pack says that set the licence in force; of several, the one that a file lies in."""
    by_fitness = sorted(
        rights.packs.items(),
        key=lambda pack: (pack[1].licence == rights.licence, PurePath(path).is_relative_to(pack[0]), len(pack[0])),
    )
    return by_fitness[-1][1] if by_fitness else PackLicence()


def _says(pack: PackLicence, rights: Rights) -> str:
    if rights.noted:
        return "You noted this licence yourself."
    for document in pack.evidence:
        if document.licence == pack.licence and document.says:
            return f"{document.says[0]} ({PurePath(document.path).name}, SHA-256 {document.sha256[:16]})"
    return ""


def _warning(rights: Rights) -> str:
    if rights.licence == "unknown":
        return "source unknown, no licence found"
    if rights.licence == "nc":
        return "not for commercial use"
    if rights.contradictory and not rights.noted:
        return "sources name different licences, the strictest is taken"
    return ""


def _plain(text: str) -> str:
    """Escape what Markdown would read as markup; control characters and undecodable bytes become marks."""
    shown = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    return MARKUP.sub(r"\\\1", shown)


def _marked(warning: str) -> str:
    return f" ({warning})" if warning else ""
