"""The documents that come with a pack: which names are worth reading, and their text in whatever encoding."""

from __future__ import annotations

import codecs
import hashlib
import html
import os
import re
import stat
from dataclasses import dataclass
from pathlib import PurePath

from indexer.pdf import MOST_CHARACTERS, pdf_text
from indexer.terms import fold

__all__ = ["Document", "read_document", "worth_reading"]

MOST_BYTES = 16 << 20
TEXT_SUFFIXES = frozenset({".txt", ".text", ".md", ".rst", ".rtf", ".html", ".htm", ".nfo", ".diz", ".pdf"})
BARE_SUFFIXES = frozenset({"", ".1st", ".cc0", ".lesser", ".lib", ".licence", ".license"})
LICENCE_NAMES = re.compile(
    r"licen[cs]|\beula\b|terms|agreement|copying|copyright|legal|rights"
    r"|lizenz|nutzung|rechte|\bagb\b|conditions|mentions|droits|licencia|condicion|terminos|derechos"
    r"|licenca|termos|direitos|ライセンス|利用|使用許諾|規約"
)
README_NAMES = re.compile(
    r"read ?me|read this|\babout\b|\binfo\b|credits|attribution|lies ?mich|bitte lesen|lisez|lee ?me|leia|お読み|説明"
)
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
OLD_ENCODINGS = ("cp1252", "cp850", "mac_roman", "cp932", "euc_jp")


@dataclass(frozen=True, slots=True)
class Document:
    """A document as read.

    Attributes
    ----------
    path : str
        Where it lies.
    sha256 : str
        Of the whole file, hex; empty when it was not read.
    readings : tuple of str
        Its text in each encoding that it may be in; empty when it cannot be read.
    """

    path: str
    sha256: str
    readings: tuple[str, ...]


def worth_reading(name: str) -> int:
    """Rank a file by its name: 1 speaks of a licence, 2 is a readme, 3 another text, 0 is not worth reading."""
    suffix = os.path.splitext(name)[1].lower()  # noqa: PTH122  (called for every file that is not audio)
    if suffix not in TEXT_SUFFIXES and suffix not in BARE_SUFFIXES:
        return 0
    folded = fold(name)
    if LICENCE_NAMES.search(folded):
        return 1
    if README_NAMES.search(folded):
        return 2
    return 3 if suffix in TEXT_SUFFIXES else 0


def read_document(path: str) -> Document:
    """Read a document; one that cannot be read, or is larger than any licence, has no readings."""
    try:
        status = os.stat(path)  # noqa: PTH116  (a path may hold undecodable bytes, as str)
        if not stat.S_ISREG(status.st_mode) or status.st_size > MOST_BYTES:
            return Document(path, "", ())
        with open(path, "rb") as file:  # noqa: PTH123
            data = file.read(MOST_BYTES)
    except OSError:
        return Document(path, "", ())
    return Document(path, hashlib.sha256(data).hexdigest(), _readings(data, PurePath(path).suffix.lower()))


def _readings(data: bytes, suffix: str) -> tuple[str, ...]:
    if b"%PDF-" in data[:1024]:
        text = pdf_text(data)
        return () if text is None else (text,)
    data = data[:MOST_CHARACTERS]
    if data.startswith(b"{\\rtf"):
        return tuple(_without_rtf(text) for text in _decoded(_rtf_bytes(data)))
    readings = _decoded(data)
    return tuple(_without_tags(text) for text in readings) if suffix in {".html", ".htm"} else readings


def _decoded(data: bytes) -> tuple[str, ...]:
    """Text in every encoding that the bytes may be in: phrases are looked for in each, and a wrong one has none."""
    for mark, encoding in BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return (data.decode(encoding, "replace"),)
    if b"\0" in data:
        return tuple(data.decode(encoding, "replace") for encoding in ("utf-16-le", "utf-16-be"))
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(data)  # the last character may be cut
    except UnicodeDecodeError:
        return tuple(data.decode(encoding, "replace") for encoding in OLD_ENCODINGS)
    try:
        return text, text.encode("cp1252").decode("utf-8")  # UTF-8 that was taken for Latin and saved again
    except UnicodeError:
        return (text,)


def _without_tags(text: str) -> str:
    """Plain text of HTML; the address of a link is kept, for it may be that of a licence."""
    linked = re.sub(r"<a\s[^<>]*href=[\"']?([^\"'\s<>]+)[^<>]*>", r" \1 ", text, flags=re.IGNORECASE)
    return html.unescape(re.sub(r"<[^<>]*>", " ", linked))


def _rtf_bytes(data: bytes) -> bytes:
    return re.sub(rb"\\'([0-9a-fA-F]{2})", lambda found: bytes.fromhex(found[1].decode()), data)


def _without_rtf(text: str) -> str:
    r"""Plain text of RTF, where ``\uN?`` is a character and ``\par`` ends a line."""
    text = re.sub(r"\\u(-?\d{1,6}) ?\??", lambda found: chr(int(found[1]) % 0x10000), text)
    return re.sub(r"\\[a-z]+-?\d* ?|[{}]", " ", re.sub(r"\\(?:par|line)\b", "\n", text))
