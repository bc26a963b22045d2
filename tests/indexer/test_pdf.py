"""The text of PDFs, and PDFs that are made to do harm."""

from __future__ import annotations

import resource
import time
from pathlib import Path

import pytest

from indexer import pdf as module
from indexer.pdf import pdf_text
from tests.documents import bomb, endless_pages, pdf, pdf_of_stream


def test_the_text_of_a_page() -> None:
    text = pdf_text(pdf("End User Licence Agreement\nAll loops are royalty-free (für immer)."))
    assert text is not None
    assert " ".join(text.split()) == "End User Licence Agreement All loops are royalty-free (für immer)."


def test_a_bomb_takes_neither_time_nor_memory() -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    started = time.monotonic()
    data = bomb(megabytes=200)
    assert len(data) < 100_000
    text = pdf_text(data)
    assert text is None or len(text) <= module.MOST_CHARACTERS
    assert time.monotonic() - started < module.MOST_S + 10
    after = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    assert max(before, after) < (module.MOST_BYTES >> 10) * 1.1


@pytest.mark.parametrize(
    "data",
    [b"%PDF-", b"%PDF-1.7\n" + bytes(1000), endless_pages(), pdf_of_stream(b"\xff" * 100, "FlateDecode"), b""],
    ids=["empty", "zeros", "endless pages", "damaged stream", "nothing"],
)
def test_a_damaged_file_is_no_error(data: bytes) -> None:
    assert not (pdf_text(data) or "").strip()


def test_one_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_S", 0.01)
    assert pdf_text(pdf("free")) is None


def test_nothing_is_imported_from_the_folder_we_stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pypdf.py").write_text("raise SystemExit('hijacked')")
    monkeypatch.chdir(tmp_path)
    assert (pdf_text(pdf("CC0")) or "").strip() == "CC0"
