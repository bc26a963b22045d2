"""`kill -9` at random moments, and a full disk: the library opens, and the next run ends as an undisturbed one."""

from __future__ import annotations

import random
import shutil
import sqlite3
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from cratedig.errors import LibraryFullError
from cratedig.models.fake import FakeModel
from cratedig.store.connection import PAGE_BYTES
from cratedig.store.store import Store
from indexer.upkeep import verify
from search.engine import SearchEngine, SearchRequest
from search.query import TextQuery
from tests.folders import finished, picture, rows, run, start
from tests.library import SR, tone, write_tone

KILLS = 14
FILES_A_ROUND = 40
PATIENCE_S = 30.0


def check_opens(library: Path) -> None:
    """The library can be searched, whatever happened to its writer."""
    with Store.open(library) as store:
        if store.model is not None:
            hits = SearchEngine(store, FakeModel()).search(SearchRequest(TextQuery("deep"), k=100_000)).hits
            assert len(hits) == store.files.counts().contents
        assert store.problems() == []


def new_files(samples: Path, round_number: int) -> None:
    """Something to do in every round: sounds of several segments, a copy, a damaged file."""
    folder = samples / f"Pack {round_number}"
    for i in range(FILES_A_ROUND):
        write_tone(folder / f"{i}.wav", 50 + 3 * i + 200 * round_number, 1.5)
    shutil.copyfile(folder / "0.wav", folder / "copy.wav")
    steps = np.concatenate([tone(hz + round_number, 2) for hz in (80, 2500, 600)])
    soundfile.write(folder / "steps.wav", steps, SR)
    (folder / "damaged.wav").write_bytes(b"RIFF")


@pytest.mark.slow
def test_killed_at_random_moments(tmp_path: Path, library: Path) -> None:
    samples = tmp_path / "samples"
    moments = random.Random(7)  # noqa: S311  (reproducible, not secret)
    killed = 0
    for round_number in range(KILLS):
        new_files(samples, round_number)
        process = start("index", samples, "--library", library, "--jobs", str(1 + round_number % 2), "--json")
        try:
            process.communicate(timeout=moments.uniform(0.3, 1.5))
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate(timeout=PATIENCE_S)
            killed += 1
        if (library / "library.db").exists():
            check_opens(library)
    assert killed >= KILLS // 2
    assert not finished(run(library, samples)).cancelled
    run(tmp_path / "undisturbed", samples)
    assert picture(library) == picture(tmp_path / "undisturbed")
    with Store.open(library) as store:
        assert list(verify(store, decode=True)) == []


def test_killed_while_the_library_is_made(samples: Path, library: Path, tmp_path: Path) -> None:
    """Whatever the making of the first library leaves, the next run can use."""
    for wait_s in (0.35, 0.4, 0.45, 0.5):
        process = start("index", samples, "--library", library, "--jobs", "1")
        time.sleep(wait_s)
        process.kill()
        process.communicate(timeout=PATIENCE_S)
    run(library, samples)
    run(tmp_path / "undisturbed", samples)
    assert picture(library) == picture(tmp_path / "undisturbed")


def limit_pages(patch: pytest.MonkeyPatch, pages: int) -> None:
    """Let databases grow to a number of pages: SQLite tells of that as of a full disk."""

    def limited(*arguments: object, **options: object) -> sqlite3.Connection:
        made: sqlite3.Connection = connect(*arguments, **options)  # type: ignore[call-overload]
        made.execute(f"PRAGMA page_size = {PAGE_BYTES}")
        made.execute(f"PRAGMA max_page_count = {pages}")
        return made

    connect = sqlite3.connect
    patch.setattr(sqlite3, "connect", limited)


def test_a_full_disk_is_told_and_the_next_run_continues(tmp_path: Path, library: Path) -> None:
    samples = tmp_path / "samples"
    for i in range(400):
        write_tone(samples / f"{'a long name ' * 15}{i}.wav", 50 + i, 0.02)
    Store.create_or_open(library).close()
    ((pages,),) = rows(library, "PRAGMA page_count")
    with pytest.MonkeyPatch.context() as patch:
        limit_pages(patch, pages + 6)
        with pytest.raises(LibraryFullError, match=r"disk that holds the library .* is full") as error:
            run(library, samples)
    assert "continues where it stopped" in error.value.hint
    check_opens(library)
    stored = len(picture(library)["file"])
    assert 0 < stored < 400
    assert finished(run(library)).indexed == 400 - stored
    run(tmp_path / "undisturbed", samples)
    assert picture(library) == picture(tmp_path / "undisturbed")
