"""Checking a library, and taking things out of it."""

from __future__ import annotations

import os
import shlex
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from cratedig.store.store import Store
from indexer.upkeep import Problem, forget, verify
from tests.folders import file_ids, finished, picture, rows, run
from tests.library import write_tone

REINDEX = "Run: cratedig index"


def check(library: Path, *, decode: bool = False) -> list[Problem]:
    with Store.open(library) as store:
        return list(verify(store, decode=decode))


def execute(library: Path, sql: str, *parameters: object) -> None:
    with closing(sqlite3.connect(library / "library.db")) as connection, connection:
        connection.execute(sql, parameters)


def cache_of(library: Path) -> Path:
    (cache,) = (library / "vectors").iterdir()
    return cache


@pytest.mark.parametrize("decode", [False, True])
def test_a_sound_library_has_no_problem(samples: Path, library: Path, decode: bool) -> None:
    run(library, samples)
    assert check(library, decode=decode) == []


def test_an_empty_library_has_no_problem(tmp_path: Path, library: Path) -> None:
    (tmp_path / "empty").mkdir()
    run(library, tmp_path / "empty")
    assert check(library) == []


@pytest.mark.parametrize(
    ("harm", "what"),
    [
        (lambda cache: cache.unlink(), "missing"),
        (lambda cache: cache.write_bytes(b""), "missing"),
        (lambda cache: cache.write_bytes(cache.read_bytes()[:-5]), "missing"),
        (lambda cache: cache.write_bytes(flipped(cache.read_bytes())), "missing"),
    ],
    ids=["gone", "empty", "cut", "a flipped bit"],
)
def test_a_harmed_cache(samples: Path, library: Path, harm: Callable[[Path], object], what: str) -> None:
    run(library, samples)
    harm(cache_of(library))
    problems = check(library)
    assert any(what in problem.what for problem in problems)
    assert {problem.remedy for problem in problems} == {"Run: cratedig rebuild"}
    run(library)
    assert check(library) == []


def flipped(data: bytes) -> bytes:
    return data[:-20] + bytes([data[-20] ^ 4]) + data[-19:]


def test_a_cache_that_is_behind(samples: Path, library: Path) -> None:
    run(library, samples)
    execute(library, "DELETE FROM segment WHERE id = (SELECT max(id) FROM segment)")
    assert "behind" in check(library)[0].what


def test_a_sound_without_a_vector_names_its_file(samples: Path, library: Path) -> None:
    run(library, samples)
    sql = "DELETE FROM segment WHERE content_id = (SELECT content_id FROM file WHERE name = 'bright.wav')"
    execute(library, sql)
    (problem,) = [problem for problem in check(library) if "search cache" not in problem.what]
    assert problem == Problem(
        f"{samples / 'Pack A' / 'Leads' / 'bright.wav'}: can be heard, and has no vector", REINDEX
    )
    run(library)
    assert check(library) == []


def test_a_damaged_vector_names_its_file(samples: Path, library: Path) -> None:
    run(library, samples)
    sql = "UPDATE segment SET vector = ? WHERE content_id = (SELECT content_id FROM file WHERE name = 'bright.wav')"
    execute(library, sql, np.full(7, 9, np.float16).tobytes())
    bright = samples / "Pack A" / "Leads" / "bright.wav"
    (damaged,) = [problem for problem in check(library) if problem.what.startswith("database")]
    assert str(bright) in damaged.what
    assert shlex.quote(str(bright)) in damaged.remedy


def test_a_damaged_database_is_told(samples: Path, library: Path) -> None:
    run(library, samples)
    with closing(sqlite3.connect(library / "library.db")) as connection, connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("DELETE FROM content WHERE hash = (SELECT min(hash) FROM content)")
    assert any("no such content" in problem.what for problem in check(library))


def test_files_that_changed_or_went(samples: Path, library: Path) -> None:
    run(library, samples)
    gone, touched = samples / "Pack B" / "middle.wav", samples / "Pack A" / "Leads" / "bright.wav"
    gone.unlink()
    os.utime(touched, ns=(1, 1))
    problems = check(library)
    assert [problem.what for problem in problems] == [
        f"{touched}: changed since it was indexed",
        f"{gone}: No such file or directory",
    ]
    run(library)
    assert check(library) == []


def test_other_audio_under_the_same_size_and_time_is_found_by_decoding(samples: Path, library: Path) -> None:
    run(library, samples)
    path = samples / "Pack B" / "middle.wav"
    before = path.stat()
    write_tone(path, 700)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert check(library) == []
    (problem,) = check(library, decode=True)
    assert problem.what.startswith(f"{path}: its audio differs")
    with Store.open(library) as store:
        assert forget(store, str(path)) == 1
    run(library)
    assert check(library, decode=True) == []


def test_a_file_that_is_no_longer_audio_is_found_by_decoding(samples: Path, library: Path) -> None:
    run(library, samples)
    path = samples / "Pack B" / "middle.wav"
    before = path.stat()
    path.write_bytes(b"x" * before.st_size)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert [str(path) in problem.what for problem in check(library, decode=True)] == [True]


def test_forgetting_a_folder(samples: Path, library: Path) -> None:
    run(library, samples)
    with Store.open(library) as store:
        assert forget(store, str(samples / "Pack A")) == 2
    assert all("Pack A" not in path for path in file_ids(library))
    names = rows(library, "SELECT name FROM pack")
    assert names == [("Pack B",)]
    assert len(picture(library)["content"]) == 3  # deep is still in the other pack, bright is nowhere
    assert check(library) == []
    assert (samples / "Pack A" / "Leads" / "bright.wav").exists()


def test_forgetting_a_root_ends_its_indexing(samples: Path, library: Path, tmp_path: Path) -> None:
    kick = write_tone(tmp_path / "kick.wav", 80)
    run(library, samples, kick)
    with Store.open(library) as store:
        forget(store, str(samples))
    assert finished(run(library)).indexed == 0
    assert list(file_ids(library)) == [str(kick)]


def test_what_is_forgotten_inside_a_root_comes_back(samples: Path, library: Path, tmp_path: Path) -> None:
    run(library, samples)
    with Store.open(library) as store:
        forget(store, str(samples / "Pack B"))
    run(library)
    run(tmp_path / "undisturbed", samples)
    assert picture(library) == picture(tmp_path / "undisturbed")


def test_forgetting_what_is_not_there(samples: Path, library: Path) -> None:
    run(library, samples)
    before = picture(library)
    with Store.open(library) as store:
        assert forget(store, str(samples / "Pack")) == 0  # only the beginning of a name
    assert picture(library) == before
