"""Searches kept under a name."""

from __future__ import annotations

from pathlib import Path

from tests.tui.cli.conftest import Run


def test_a_search_is_kept_and_asked_again(indexed: Run) -> None:
    assert indexed("saved", "low end", "name:deep", "len:..10").code == 0
    assert indexed("saved").out == "low end: name:deep len:..10\n"
    assert indexed("saved", "--json").objects == [{"name": "low end", "query": "name:deep len:..10"}]
    hits = indexed("saved", "low end", "--json").objects
    assert [Path(hit["path"]).name for hit in hits] == ["deep.wav"]


def test_saving_again_replaces_and_undo_takes_back(indexed: Run) -> None:
    indexed("saved", "mine", "name:deep")
    indexed("saved", "mine", "name:bright")
    assert indexed("saved").out == "mine: name:bright\n"
    indexed("undo")
    assert indexed("saved").out == "mine: name:deep\n"


def test_a_search_is_dropped(indexed: Run) -> None:
    indexed("saved", "mine", "name:deep")
    assert indexed("saved", "mine", "--drop").code == 0
    assert indexed("saved").out == ""


def test_a_name_that_is_not_there(indexed: Run) -> None:
    indexed("saved", "mine", "name:deep")
    for arguments in (("yours",), ("yours", "--drop")):
        answer = indexed("saved", *arguments)
        assert answer.code == 2
        assert "No search is saved as yours." in answer.err
        assert "mine" in answer.err


def test_what_cannot_be_asked_is_not_kept(indexed: Run) -> None:
    answer = indexed("saved", "mine", "bpm:fast")
    assert answer.code == 2
    assert "bpm cannot be 'fast'" in answer.err
    assert indexed("saved").out == ""


def test_words_to_push_away_are_kept(indexed: Run) -> None:
    assert indexed("saved", "dry", "deep", "-reverb").code == 0
    assert indexed("saved").out.split() == ["dry:", "deep", "-reverb"]
