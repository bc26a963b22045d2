"""Sounds that a command is to work on: a file is itself and nothing else, and nothing selected is said."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.library import write_tone
from tests.tui.cli.conftest import Run

COMMANDS = (
    ("used", "--project", "P"),
    ("licence", "--note", "own"),
    ("tag", "--add", "kick"),
    ("tags", "--json"),
    ("credits", "--json"),
    ("export", "--json"),
    ("tempo", "--set", "120"),
    ("ucs", "--json"),
)
EMPTY = [command for command in COMMANDS if command[0] != "tags"]


def exported(cratedig: Run, *query: str | Path) -> list[Path]:
    return [Path(hit["path"]) for hit in cratedig("export", *query, "--json").objects]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_file_that_the_library_does_not_know_is_refused(
    indexed: Run, samples: Path, tmp_path: Path, command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    unknown = write_tone(tmp_path / "dl" / "unknown.wav", 777)
    answer = indexed(command[0], unknown, *command[1:])
    assert (answer.code, answer.out) == (2, "")
    assert f"{unknown} is not in the library, or silent." in answer.err
    monkeypatch.chdir(samples)
    answer = indexed(command[0], "nosuch.wav", *command[1:])
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.splitlines() == [
        "cratedig: There is no file nosuch.wav.",
        "By its name, wherever it lies: name:nosuch.wav",
    ]
    assert indexed("undo").err == "There is nothing to take back.\n"


def test_a_file_is_known_by_its_audio(indexed: Run, samples: Path, tmp_path: Path) -> None:
    bright = samples / "Pack A" / "Leads" / "bright.wav"
    copy = shutil.copy(bright, tmp_path / "copy.wav")
    (tmp_path / "link").symlink_to(samples)
    for named in (bright, copy, tmp_path / "link" / "Pack A" / "Leads" / "bright.wav"):
        assert exported(indexed, named) == [bright]
    (hit,) = indexed("search", "name:bright", "--json").objects
    assert exported(indexed, f"like:{hit['content'][:8]}") == [bright]


def test_of_equal_files_the_one_that_is_named(indexed: Run, samples: Path) -> None:
    for named in (samples / "Pack A" / "Kicks" / "deep.wav", samples / "Pack B" / "deep again.wav"):
        assert exported(indexed, named) == [named]


def test_a_file_with_bytes_that_are_no_text(cratedig: Run, tmp_path: Path) -> None:
    file = write_tone(Path(os.fsdecode(os.fsencode(tmp_path) + b"/samples/caf\xe9 \xff.wav")), 300)
    write_tone(tmp_path / "samples" / "other.wav", 310)
    cratedig("index", tmp_path / "samples")
    assert exported(cratedig, file) == [file]


def test_a_file_that_is_gone_or_says_nothing(indexed: Run, samples: Path, tmp_path: Path) -> None:
    bright = samples / "Pack A" / "Leads" / "bright.wav"
    moved = shutil.move(bright, tmp_path / "moved.wav")
    indexed("index")
    assert "is not in the library, or silent." in indexed("export", moved, "--json").err
    (tmp_path / "torn.wav").write_bytes(b"RIFF")
    assert "cannot be read" in indexed("export", tmp_path / "torn.wav", "--json").err


@pytest.mark.parametrize("command", EMPTY)
def test_nothing_selected(indexed: Run, command: tuple[str, ...]) -> None:
    answer = indexed(command[0], "name:nowhere", *command[1:])
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == "cratedig: No sound is selected.\nNothing passes the filters.\n"


def test_nothing_selected_writes_nothing(indexed: Run, tmp_path: Path) -> None:
    sheet = tmp_path / "C.md"
    assert indexed("credits", "len:..10", "--md", sheet).code == 0
    before = sheet.read_bytes()
    indexed("used", "name:deep", "--project", "My Song")
    assert indexed("credits", "used:My Song", "--md", sheet).code == 2
    assert sheet.read_bytes() == before
    assert indexed("credits", 'used:"My Song"', "--md", sheet).code == 0
    assert sheet.read_bytes() != before
    assert indexed("export", "name:nowhere", "--csv", tmp_path / "t.csv").code == 2
    assert not (tmp_path / "t.csv").exists()


def test_a_list_of_nothing_says_so(indexed: Run) -> None:
    answer = indexed("tags", "name:nowhere")
    assert (answer.code, answer.out, answer.err) == (0, "", "No sound matches. Nothing passes the filters.\n")


def test_a_mistyped_tag(indexed: Run) -> None:
    indexed("tag", "name:bright", "--add", "sparkle", "--yes")
    assert indexed("search", "tag:sparkel").err == "No sound has the tag sparkel. Did you mean sparkle?\n"
    assert "Did you mean sparkle?" in indexed("tags", "tag:sparkel").err
    assert "cratedig tags lists all." in indexed("used", "tag:xyzzyx", "--project", "P").err
    assert indexed("search", "tag:Sparkle name:deep").err == "Nothing passes the filters.\n"
