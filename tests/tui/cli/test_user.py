"""used, undo, backup and restore: what a user decides, on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cratedig.store.store import Store
from tests.tui.cli.conftest import Run


def used(cratedig: Run, project: str) -> list[str]:
    """Names of the sounds that a project uses."""
    return [Path(hit["path"]).name for hit in cratedig("search", f'used:"{project}"', "--json").objects]


def test_sounds_are_used_in_a_project(indexed: Run) -> None:
    answer = indexed("used", "name:deep", "--project", "Song 1")
    assert (answer.code, answer.err) == (0, "Used in Song 1: 1. To take it back: cratedig undo\n")
    assert used(indexed, "Song 1") == ["deep.wav"]
    assert used(indexed, "Song 2") == []
    assert indexed("used", "name:deep", "--project", "Song 1", "--remove").code == 0
    assert used(indexed, "Song 1") == []


def test_all_that_filters_find_and_the_nearest_that_words_find(indexed: Run) -> None:
    indexed("used", "len:..10", "--project", "All")
    assert len(used(indexed, "All")) == 3
    indexed("used", "deep", "-k", "1", "--project", "One")
    assert used(indexed, "One") == ["deep.wav"]


@pytest.mark.parametrize("project", ["", "  ", "Yes", "no"])
def test_names_that_no_filter_would_find_again(indexed: Run, project: str) -> None:
    answer = indexed("used", "name:deep", "--project", project)
    assert answer.code == 2
    assert "A project cannot be called" in answer.err
    assert indexed("undo").err == "There is nothing to take back.\n"


def test_names_that_need_care_are_found_again(indexed: Run) -> None:
    indexed("used", "name:deep", "--project", ' My "best" song ')
    assert used(indexed, 'My ""best"" song') == ["deep.wav"]
    assert "a quote within them is written twice" in indexed("search", 'used:"My "best" song"').err


def test_undo_goes_back_step_by_step(indexed: Run) -> None:
    indexed("used", "name:deep", "--project", "Song 1")
    indexed("used", "name:bright", "--project", "Song 1")
    assert indexed("undo", "--list").out.splitlines() == ["used in Song 1 (1 change)"] * 2
    assert indexed("undo").err == "Taken back: used in Song 1 (1 change)\n"
    assert used(indexed, "Song 1") == ["deep.wav"]
    indexed("undo")
    assert used(indexed, "Song 1") == []
    assert indexed("undo").err == "There is nothing to take back.\n"


def test_a_tag_that_is_taken_back(indexed: Run) -> None:
    indexed("tag", "name:bright", "--add", "my own word", "--yes")
    assert len(indexed("search", 'tag:"my own word"', "--json").objects) == 1
    indexed("undo")
    assert indexed("search", 'tag:"my own word"', "--json").objects == []


def test_backup_and_restore(indexed: Run, tmp_path: Path, samples: Path) -> None:
    indexed("used", "name:bright", "--project", "Song 1")
    answer = indexed("backup", tmp_path / "backup.json")
    assert answer.err.startswith("Entries written: 1.")
    assert json.loads((tmp_path / "backup.json").read_text())["used"][0]["project"] == "Song 1"
    elsewhere = ("--library", tmp_path / "elsewhere")
    (samples / "Pack A").rename(samples / "Renamed")
    assert indexed("index", samples, *elsewhere).code == 0
    shown = indexed("restore", tmp_path / "backup.json", *elsewhere)
    assert shown.err == "Nothing was changed. To do it, add --yes\n"
    assert [line.split()[-3:] for line in shown.out.splitlines() if "used in" in line] == [["1", "0", "0"]]
    with Store.open(tmp_path / "elsewhere") as store:
        assert store.user.last_step() is None
    assert indexed("restore", tmp_path / "backup.json", "--yes", *elsewhere).code == 0
    hits = indexed("search", "used:yes", "--json", *elsewhere).objects
    assert [Path(hit["path"]).parts[-3] for hit in hits] == ["Renamed"]
    assert indexed("undo", *elsewhere).err == "Taken back: restore a backup (1 change)\n"


def test_restore_into_a_library_that_is_not_there_yet(indexed: Run, tmp_path: Path, samples: Path) -> None:
    indexed("used", "name:deep", "--project", "Song 1")
    indexed("backup", tmp_path / "backup.json")
    elsewhere = ("--library", tmp_path / "elsewhere")
    shown = indexed("restore", tmp_path / "backup.json", *elsewhere)
    assert (shown.code, shown.err) == (0, "Nothing was changed. To do it, add --yes\n")
    assert [line.split()[-3:] for line in shown.out.splitlines() if "used in" in line] == [["1", "0", "0"]]
    assert not (tmp_path / "elsewhere").exists()
    assert indexed("restore", tmp_path / "backup.json", "--yes", *elsewhere).code == 0
    indexed("index", samples, *elsewhere)
    assert len(indexed("search", "used:yes", "--json", *elsewhere).objects) == 1


def test_what_is_no_backup(indexed: Run, tmp_path: Path) -> None:
    (tmp_path / "backup.json").write_text("{}")
    answer = indexed("restore", tmp_path / "backup.json", "--yes")
    assert answer.code == 2
    assert "is not a backup of cratedig" in answer.err
    assert indexed("backup", tmp_path / "backup.json").code == 2
