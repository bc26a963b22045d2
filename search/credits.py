"""The credit and licence sheet of a selection: who made the sounds, what they ask for, and what to look into."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import PurePath

from cratedig.store.licences import LicenceClass, PackLicence, Rights
from search.results import SearchHit

__all__ = ["HEADINGS", "TITLE", "Credit", "as_csv", "as_markdown", "credits_of", "warnings"]

TITLE = "# Credits and licences\n"
HEADINGS = "file,pack,vendor,licence,class,asks for,says,warning,content\n"
MARKUP = re.compile(r"([\\`*_\[\]<>|#&~])")


@dataclass(frozen=True, slots=True)
class Credit:
    """One sound of the sheet, as it comes with one pack.

    Attributes
    ----------
    path, content : str
        The file, and the hash of its audio.
    title, vendor : str
        Of the pack; the vendor may be empty.
    licence : LicenceClass
        What the pack states, or your note.
    name : str
        The licence as its author calls it, else its class in words.
    asks : tuple of str
        Conditions in words.
    says : str
        The sentence that was found, and where; empty when none was.
    warnings : tuple of str
        What to look into before publishing, whichever pack the sound was taken from.
    """

    path: str
    content: str
    title: str
    vendor: str
    licence: LicenceClass
    name: str
    asks: tuple[str, ...]
    says: str
    warnings: tuple[str, ...]

    @property
    def line(self) -> str:
        """The line to print with a release: ``"Dust" by Warm Records, CC-BY-4.0``."""
        by = f" by {self.vendor}" if self.vendor else ""
        return f'"{self.title}"{by}, {self.name}'


def credits_of(hits: Iterable[SearchHit], rights_of: Mapping[str, Rights]) -> list[Credit]:
    """Make the sheet of hits, pack by pack; `rights_of` is by content hash.

    Where packs with the same audio state licences, each of them is named with what it asks for.
    """
    sheet = []
    for hit in hits:
        rights = rights_of.get(hit.content, Rights())
        sheet += [_credit(hit, rights, path, pack) for path, pack in _named(hit, rights).items()]
    return sorted(sheet, key=lambda credit: (credit.title.casefold(), *_section(credit), credit.path))


def warnings(sheet: Iterable[Credit]) -> list[str]:
    """One line for each thing to look into, with the number of sounds."""
    found = {(credit.content, warning) for credit in sheet for warning in credit.warnings}
    counts = Counter(warning for _, warning in found)
    return [f"{count} of the sounds: {warning}" for warning, count in sorted(counts.items())]


def as_markdown(sheet: Sequence[Credit]) -> str:
    """Write the sheet as Markdown, one section a pack; names cannot become markup."""
    lines = [TITLE]
    lines += [f"**Warning: {warning}**\n" for warning in warnings(sheet)]
    for (line, says, asks), sounds in groupby(sheet, key=_section):
        lines += [f"## {_plain(line)}", "", f"Asks for: {', '.join(asks) or 'nothing'}", ""]
        lines += [f"> {_plain(says)}", ""] if says else []
        lines += [f"- {_plain(PurePath(credit.path).name)}{_marked(credit.warnings)}" for credit in sounds]
        lines.append("")
    return "\n".join(lines)


def as_csv(sheet: Iterable[Credit]) -> str:
    """Write the sheet as CSV, one row a sound and pack."""
    text = io.StringIO()
    text.write(HEADINGS)
    writer = csv.writer(text, lineterminator="\n")
    for c in sheet:
        asks, warned = ", ".join(c.asks), "; ".join(c.warnings)
        writer.writerow([c.path, c.title, c.vendor, c.name, c.licence, asks, c.says, warned, c.content])
    return text.getvalue()


def _credit(hit: SearchHit, rights: Rights, path: str, pack: PackLicence) -> Credit:
    return Credit(
        path=hit.path,
        content=hit.content,
        title=pack.title or PurePath(path).name,
        vendor=pack.vendor or "",
        licence=pack.licence,
        name=pack.in_words,
        asks=pack.asks,
        says=_says(pack, rights),
        warnings=tuple(_warnings(rights)),
    )


def _named(hit: SearchHit, rights: Rights) -> Mapping[str, PackLicence]:
    """Return by path the packs to name: all that state a licence; where none does, or your note counts, one."""
    stated = {path: pack for path, pack in rights.packs.items() if pack.licence != "unknown"}
    if stated and not rights.noted:
        return stated
    by_fitness = sorted(
        rights.packs.items(),
        key=lambda pack: (pack[1].licence == rights.licence, PurePath(hit.path).is_relative_to(pack[0]), len(pack[0])),
    )
    path, pack = by_fitness[-1] if by_fitness else (hit.pack, PackLicence())
    if rights.noted:
        name = pack.name if pack.licence == rights.licence else None
        pack = replace(pack, licence=rights.licence, name=name, conditions=rights.conditions)
    return {path: pack}


def _section(credit: Credit) -> tuple[str, str, tuple[str, ...]]:
    """What the sounds of one section of the sheet have in common."""
    return credit.line, credit.says, credit.asks


def _says(pack: PackLicence, rights: Rights) -> str:
    if rights.noted:
        return "You noted this licence yourself."
    for document in pack.evidence:
        if document.licence == pack.licence and document.says:
            return f"{document.says[0]} ({PurePath(document.path).name}, SHA-256 {document.sha256[:16]})"
    return ""


def _warnings(rights: Rights) -> Iterator[str]:
    if rights.licence == "unknown":
        yield "source unknown, no licence found"
    if rights.licence == "nc":
        yield "not for commercial use"
    if rights.contradictory and not rights.noted:
        yield "sources name different licences, the strictest is taken"


def _plain(text: str) -> str:
    """Escape what Markdown would read as markup; control characters and undecodable bytes become marks."""
    shown = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    return MARKUP.sub(r"\\\1", shown)


def _marked(said: Sequence[str]) -> str:
    return f" ({'; '.join(said)})" if said else ""
