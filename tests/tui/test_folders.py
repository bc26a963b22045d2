"""Folders as they are typed, completed and dropped; what indexing says in words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from indexer.events import (
    EmbedBeside,
    Event,
    FileFailed,
    FolderGone,
    FolderSkipped,
    IndexFinished,
    IndexProgress,
    ScanFinished,
    ScanProgress,
)
from tui.progress import in_words
from tui.widgets.folders import _Folders, problem_with, read_folders


def test_folders_have_commas_between(tmp_path: Path) -> None:
    assert read_folders(f"{tmp_path}/a, {tmp_path}/b") == [tmp_path / "a", tmp_path / "b"]


def test_a_folder_with_a_comma_in_its_name_is_one(tmp_path: Path) -> None:
    (tmp_path / "Drums, Vol 1").mkdir()
    assert read_folders(f"{tmp_path}/Drums, Vol 1") == [tmp_path / "Drums, Vol 1"]


def test_home_is_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/producer")
    assert read_folders("~/Samples") == [Path("/home/producer/Samples")]


def test_nothing_is_no_folder_and_no_problem() -> None:
    assert read_folders("") == []
    assert problem_with("") == ""


@pytest.mark.parametrize("text", ["/nowhere", "~nobody-of-that-name/x", "a\0b", "x" * 5000])
def test_what_is_not_there_is_named(text: str) -> None:
    assert "There is no folder" in problem_with(text)


async def test_the_last_folder_is_completed(tmp_path: Path) -> None:
    (tmp_path / "Samples").mkdir()
    (tmp_path / ".hidden").mkdir()
    (tmp_path / "Sam.wav").touch()
    complete = _Folders().get_suggestion
    assert await complete(f"{tmp_path}/Sa") == f"{tmp_path}/Samples"
    assert await complete(f"/a, {tmp_path}/Sa") == f"/a, {tmp_path}/Samples"
    assert await complete(f"{tmp_path}/") == f"{tmp_path}/Samples"
    assert await complete(f"{tmp_path}/x") is None
    assert await complete("/nowhere/at/all") is None
    assert await complete("~nobody-of-that-name/x") is None


FINISHED = IndexFinished(5, 0, 0, 0, 0, 10, 1.0, cancelled=False)


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (ScanProgress(1200), "looking for sounds: 1,200 files"),
        (ScanFinished(5, 5, 0, 0, 0, 5), ""),
        (IndexProgress(10, 3000, 0, 80.0, 600.0), "indexing 10 of 3,000, 80 files/s, 10 min left"),
        (IndexProgress(10, 30, 2, 80.0, 1.0), "indexing 10 of 30, 80 files/s, soon done, 2 not readable"),
        (EmbedBeside("laion-music", 10, ""), ""),
        (EmbedBeside("laion-music", 10, "The model laion-music is damaged."), "The model laion-music is damaged."),
        (FolderGone("/drive"), "not there: /drive. Is a drive unplugged?"),
        (FolderSkipped("/secret", "Permission denied"), "not read: /secret (Permission denied)"),
        (FileFailed("/a\nb.wav", "0 bytes"), "not read: /a\N{REPLACEMENT CHARACTER}b.wav (0 bytes)"),
        (replace(FINISHED, failed=1), "indexing done: 5 indexed, 1 not readable"),
        (replace(FINISHED, indexed=0), "indexing done: nothing new"),
        (replace(FINISHED, cancelled=True), "indexing stopped: 5 indexed"),
        (
            replace(FINISHED, indexed=0, segments=0),
            "No sounds were found there. Name another folder.",
        ),
    ],
)
def test_news_of_indexing(event: Event, words: str) -> None:
    assert in_words(event) == words
