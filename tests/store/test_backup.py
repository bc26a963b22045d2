"""What a user made, written to a file and merged into a library."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from cratedig.errors import BackupError
from cratedig.store.backup import read_backup, write_backup
from cratedig.store.store import Store
from cratedig.store.user import Difference
from tests.library import content

A, B = content("a").hash, content("b").hash


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A library whose user made one thing of each kind."""
    with Store.create_or_open(tmp_path / "library") as store:
        store.user.favour([A])
        store.user.collect("Öl & Rauch", [A, B])
        store.user.decide([(A, "kick")], "accepted")
        store.user.decide([(A, "snare")], "rejected")
        store.user.set_tempo({B: 87.5})
        store.user.use([B], "Song 1")
        store.user.note_licence([A], "own")
        store.user.save_search("kicks", "kick len:<1")
        yield store


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Store]:
    """An empty library."""
    with Store.create_or_open(tmp_path / "other") as store:
        yield store


def saved(store: Store, file: Path) -> bytes:
    write_backup(store.user, file)
    return file.read_bytes()


def test_there_and_back(store: Store, other: Store, tmp_path: Path) -> None:
    assert write_backup(store.user, tmp_path / "backup.json") == 9
    other.user.merge(read_backup(tmp_path / "backup.json"), replace=False)
    assert other.user.everything() == store.user.everything()


def test_equal_libraries_give_equal_files(store: Store, other: Store, tmp_path: Path) -> None:
    first = saved(store, tmp_path / "1.json")
    assert saved(store, tmp_path / "2.json") == first
    other.user.merge(read_backup(tmp_path / "1.json"), replace=False)
    assert saved(other, tmp_path / "3.json") == first


def test_what_is_here_stays(store: Store, other: Store, tmp_path: Path) -> None:
    write_backup(store.user, tmp_path / "backup.json")
    rows = read_backup(tmp_path / "backup.json")
    other.user.decide([(A, "kick")], "rejected")
    other.user.decide([(B, "pad")], "accepted")
    other.user.favour([A, B])
    differences = other.user.compare(rows)
    assert differences["verdict"] == Difference(new=1, same=0, other=1)
    assert differences["favourite"] == Difference(new=0, same=1, other=0)
    other.user.merge(rows, replace=False)
    assert other.user.verdicts_on(A) == {"kick": "rejected", "snare": "rejected"}
    assert other.user.verdicts_on(B) == {"pad": "accepted"}
    assert other.user.favourites() == {A, B}


def test_with_replace_the_backup_wins_and_loses_nothing_else(store: Store, other: Store, tmp_path: Path) -> None:
    write_backup(store.user, tmp_path / "backup.json")
    other.user.decide([(A, "kick"), (B, "pad")], "rejected")
    other.user.merge(read_backup(tmp_path / "backup.json"), replace=True)
    assert other.user.verdicts_on(A) == {"kick": "accepted", "snare": "rejected"}
    assert other.user.verdicts_on(B) == {"pad": "rejected"}


def test_restoring_is_one_step(store: Store, other: Store, tmp_path: Path) -> None:
    write_backup(store.user, tmp_path / "backup.json")
    other.user.set_tempo({B: 175.0})
    before = other.user.everything()
    other.user.merge(read_backup(tmp_path / "backup.json"), replace=True)
    step = other.user.undo()
    assert step is not None
    assert (step.label, step.edits) == ("restore a backup", 9)
    assert other.user.everything() == before


def test_comparing_changes_nothing(store: Store, other: Store, tmp_path: Path) -> None:
    write_backup(store.user, tmp_path / "backup.json")
    other.user.compare(read_backup(tmp_path / "backup.json"))
    assert not any(other.user.everything().values())
    assert other.user.last_step() is None


def test_a_backup_is_never_overwritten(store: Store, tmp_path: Path) -> None:
    before = saved(store, tmp_path / "backup.json")
    with pytest.raises(BackupError, match="there already"):
        write_backup(store.user, tmp_path / "backup.json")
    assert (tmp_path / "backup.json").read_bytes() == before


def test_where_there_is_no_folder(store: Store, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="cannot be written"):
        write_backup(store.user, tmp_path / "gone" / "backup.json")
    with pytest.raises(BackupError, match="cannot be read"):
        read_backup(tmp_path / "gone")


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "[]", "{}", "[" * 100_000, '{"cratedig backup": "1"}',
        '{"cratedig backup": 1, "sqlite_master": []}',
        '{"cratedig backup": 1, "favourite": 7}',
        '{"cratedig backup": 1, "favourite": [7]}',
        '{"cratedig backup": 1, "favourite": [{"content": "x"}]}',
        '{"cratedig backup": 1, "favourite": [{"content": 7, "made_at": ""}]}',
        '{"cratedig backup": 1, "favourite": [{"content": "\\udce9", "made_at": ""}]}',
        '{"cratedig backup": 1, "tempo": [{"content": "x", "bpm": -1, "made_at": ""}]}',
        '{"cratedig backup": 1, "tempo": [{"content": "x", "bpm": NaN, "made_at": ""}]}',
        '{"cratedig backup": 1, "tempo": [{"content": "x", "bpm": "87", "made_at": ""}]}',
        '{"cratedig backup": 1, "verdict": [{"content": "x", "term": "y", "state": "maybe", "made_at": ""}]}',
        '{"cratedig backup": 1, "licence_note": [{"content": "x", "licence": "mine", "made_at": ""}]}',
    ],
)  # fmt: skip
def test_what_is_no_backup(tmp_path: Path, text: str) -> None:
    (tmp_path / "backup.json").write_text(text)
    with pytest.raises(BackupError, match="not a backup"):
        read_backup(tmp_path / "backup.json")


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "backup.json").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(BackupError, match="not a backup"):
        read_backup(tmp_path / "backup.json")


def test_a_newer_one(tmp_path: Path) -> None:
    (tmp_path / "backup.json").write_text(json.dumps({"cratedig backup": 2, "mood": []}))
    with pytest.raises(BackupError, match="newer"):
        read_backup(tmp_path / "backup.json")
