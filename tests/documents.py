"""PDFs made by hand: harmless ones and bombs."""

from __future__ import annotations

import zlib


def pdf(text: str) -> bytes:
    """A PDF of one page that shows lines of Latin text."""
    lines = "".join(f"({line}) Tj T* " for line in text.replace("(", r"\(").replace(")", r"\)").splitlines())
    return pdf_of_stream(f"BT /F1 12 Tf 14 TL 40 700 Td {lines}ET".encode("cp1252"))


def pdf_of_stream(stream: bytes, *filters: str) -> bytes:
    """A PDF of one page with a content stream as it is, under the filters named."""
    named = f"/Filter [{' '.join(f'/{name}' for name in filters)}] " if filters else ""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< {named}/Length {len(stream)} >>\nstream\n".encode() + stream + b"\nendstream",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    return _document(objects)


def bomb(megabytes: int) -> bytes:
    """A PDF whose page decompresses, through two filters, to a thousand times its size and more."""
    once = zlib.compressobj(9)
    packed = b"".join(once.compress(b"(x) Tj " * (1 << 17)) for _ in range(megabytes)) + once.flush()
    return pdf_of_stream(zlib.compress(packed, 9), "FlateDecode", "FlateDecode")


def endless_pages() -> bytes:
    """A PDF whose tree of pages contains itself."""
    return _document([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 9999999 >>"])


def _document(objects: list[bytes]) -> bytes:
    body, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(body))
        body += b"%d 0 obj\n" % number + content + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    return (
        body
        + b"xref\n0 %d\n0000000000 65535 f \n" % size
        + table
        + b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(body))
    )
