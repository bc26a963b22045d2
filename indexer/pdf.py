"""The text of a PDF, read in a process of its own: a hostile one costs ten seconds, never the run.

`pdf_text` starts this module as a program with bounded memory, and kills it when it takes too long. pypdf itself
bounds what a stream decompresses to.
"""

from __future__ import annotations

import io
import subprocess
import sys

__all__ = ["MOST_CHARACTERS", "pdf_text"]

MOST_S = 10.0
MOST_BYTES = 512 << 20
MOST_PAGES = 20
MOST_CHARACTERS = 1 << 17


def pdf_text(data: bytes) -> str | None:
    """Return the text of the first pages; None when it cannot be read within bounds.

    Parameters
    ----------
    data : bytes
        The whole file.
    """
    command = [sys.executable, "-P", "-m", "indexer.pdf"]  # -P: nothing is imported from the folder we stand in
    try:
        child = subprocess.run(command, input=data, capture_output=True, timeout=MOST_S, check=False)
    except subprocess.TimeoutExpired:  # it has been killed
        return None
    return child.stdout.decode("utf-8", "replace") if child.returncode == 0 else None


def _read(data: bytes) -> str:
    from pypdf import PdfReader  # noqa: PLC0415  (only this process needs it)

    pages, characters = list[str](), 0
    for page in PdfReader(io.BytesIO(data)).pages[:MOST_PAGES]:
        pages.append(page.extract_text())
        characters += len(pages[-1])
        if characters > MOST_CHARACTERS:
            break
    return "\n\n".join(pages)[:MOST_CHARACTERS]


def _bound_memory() -> None:
    if sys.platform != "win32":  # there, pypdf's own bounds and the time must do
        import resource  # noqa: PLC0415

        resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))


if __name__ == "__main__":
    _bound_memory()
    sys.stdout.buffer.write(_read(sys.stdin.buffer.read()).encode("utf-8", "replace"))
