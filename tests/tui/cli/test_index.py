"""`cratedig index`: what it says, its events, its exit codes."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from cratedig.models import registry
from cratedig.store.store import Store
from tests.folders import file_ids, rows
from tests.library import write_tone
from tests.tui.cli.conftest import Run

KEYS = {
    "scan_progress": ["event", "files"],
    "scan_finished": ["event", "files", "new", "changed", "missing", "returned", "pending"],
    "index_progress": ["event", "done", "total", "failed", "files_per_s", "left_s"],
    "file_failed": ["event", "path", "reason"],
    "folder_skipped": ["event", "path", "reason"],
    "index_finished": [
        "event", "indexed", "failed", "unreachable", "moved", "missing", "segments", "seconds", "cancelled",
    ],
}  # fmt: skip


def test_a_run_says_what_it_did_on_standard_error(cratedig: Run, samples: Path) -> None:
    answer = cratedig("index", samples)
    assert (answer.code, answer.out) == (0, "")
    lines = answer.err.splitlines()
    assert lines[0].startswith(f"not read: {samples}/Pack B/broken.wav (not audio")
    assert lines[-1].startswith("done: 5 indexed, 1 not readable in ")
    assert len(lines) == 2


def test_events_as_json(cratedig: Run, samples: Path) -> None:
    answer = cratedig("index", samples, "--json")
    assert (answer.code, answer.err) == (0, "")
    for event in answer.objects:
        assert list(event) == KEYS[event["event"]]
    kinds = [event["event"] for event in answer.objects]
    assert kinds[0] == "scan_finished"
    assert kinds[-2:] == ["index_progress", "index_finished"]
    assert answer.objects[-1]["indexed"] == 5
    assert answer.objects[-1]["cancelled"] is False


def test_without_a_path_everything_is_indexed_again(indexed: Run, samples: Path) -> None:
    write_tone(samples / "new.wav", 300)
    (samples / "Pack B" / "middle.wav").unlink()
    assert indexed("index").err.startswith("done: 1 indexed, 5 unchanged, 1 missing in ")


def test_many_failures_are_cut_short(cratedig: Run, samples: Path) -> None:
    for i in range(15):
        (samples / f"{i}.wav").write_bytes(b"")
    lines = cratedig("index", samples).err.splitlines()
    assert sum(line.startswith("not read: ") for line in lines) == 10
    assert lines[-2] == "... and 6 more; `cratedig status` lists them"


def test_the_same_folder_typed_in_other_ways(
    cratedig: Run, samples: Path, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(samples / "Pack A")
    monkeypatch.setenv("HOME", str(samples))
    for typed in ("..", "../../samples/", samples, "~", f"{samples}/Pack B/.."):
        assert cratedig("index", typed).code == 0
    assert rows(library, "SELECT path FROM root") == [(os.fsencode(samples),)]
    assert len(file_ids(library)) == 6


def test_control_characters_in_names_are_not_sent_to_the_terminal(cratedig: Run, samples: Path) -> None:
    (samples / "evil\x1b[31m\nname.wav").write_bytes(b"")
    said = cratedig("index", samples).err
    assert "\x1b" not in said
    assert "evil\N{REPLACEMENT CHARACTER}[31m\N{REPLACEMENT CHARACTER}name.wav (0 bytes" in said


def test_paths_that_are_not_text_survive_json(cratedig: Run, samples: Path) -> None:
    path = samples / os.fsdecode(b"caf\xe9.wav")
    path.write_bytes(b"")
    failed = [
        event["path"] for event in cratedig("index", samples, "--json").objects if event["event"] == "file_failed"
    ]
    assert os.fsencode(path) in [os.fsencode(text) for text in failed]


def test_a_path_with_markup_is_shown_as_it_is(cratedig: Run, samples: Path) -> None:
    (samples / "[red]kick.wav").write_bytes(b"")
    assert "/[red]kick.wav (0 bytes" in cratedig("index", samples).err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["index"], "There is no library in "),
        (["index", "/no/such/folder"], "There is no folder or file /no/such/folder."),
        (["index", "--jobs", "0", "/"], "jobs takes a whole number from 1, not 0"),
        (["index", "--jobs", "many", "/"], "'many' is not a valid integer"),
        (["index", "--model", "nonesuch", "/tmp"], "There is no model called 'nonesuch'"),  # noqa: S108
        (["index", "--nonsense"], "No such option"),
    ],
)
def test_mistakes_end_with_2_and_words(cratedig: Run, arguments: list[str], said: str) -> None:
    answer = cratedig(*arguments)
    assert (answer.code, answer.out) == (2, "")
    assert said in answer.err
    assert "Traceback" not in answer.err


def test_an_empty_library_without_a_path(cratedig: Run, library: Path) -> None:
    Store.create_or_open(library).close()
    answer = cratedig("index")
    assert answer.code == 2
    assert "nothing to index yet" in answer.err


def test_a_mistyped_path_names_the_library_folder_no_root(indexed: Run, samples: Path, library: Path) -> None:
    assert indexed("index", samples, samples / "tpyo").code == 2
    assert len(rows(library, "SELECT path FROM root")) == 1


def test_another_model_is_refused_until_reembed(indexed: Run, monkeypatch: pytest.MonkeyPatch, library: Path) -> None:
    monkeypatch.setitem(registry.MODELS, "other", "tests.indexer.other_model:OtherModel")
    answer = indexed("index", "--model", "other")
    assert answer.code == 2
    assert "made with the model fake, not other" in answer.err
    assert "--model other --reembed" in answer.err
    assert indexed("index", "--model", "other", "--reembed").code == 0
    assert rows(library, "SELECT name FROM model") == [("other",)]
    assert indexed("index", "--model", "fake", "--reembed").code == 0


def test_reembed_without_a_model_keeps_the_librarys_own(
    indexed: Run, monkeypatch: pytest.MonkeyPatch, library: Path
) -> None:
    monkeypatch.delenv("CRATEDIG_MODEL")
    assert indexed("index", "--reembed").code == 0
    assert rows(library, "SELECT name FROM model") == [("fake",)]


def test_a_library_in_use_is_refused(indexed: Run, library: Path) -> None:
    with Store.open(library) as other, other.writing():
        answer = indexed("index")
        assert indexed("search", "deep").code == 0
    assert answer.code == 2
    assert "Another cratedig is writing" in answer.err
    assert "Searching works meanwhile" in answer.err
    assert indexed("index").code == 0


def test_retry_failed(indexed: Run) -> None:
    assert "not readable" not in indexed("index").err
    assert "1 not readable" in indexed("index", "--retry-failed").err


def test_a_bug_keeps_its_traceback(indexed: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.pipeline.scan", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        indexed("index")


@pytest.mark.skipif(sys.platform != "linux", reason="names that are not UTF-8")
def test_a_folder_whose_name_is_not_text(cratedig: Run, samples: Path) -> None:
    folder = samples.with_name(os.fsdecode(b"\xff samples"))
    samples.rename(folder)
    assert cratedig("index", folder).code == 0
    assert cratedig("search", "deep").code == 0
    paths = [hit["path"] for hit in cratedig("search", "deep", "--json").objects]
    assert all(Path(path).exists() for path in paths)


def test_a_mistyped_first_folder_makes_no_library(cratedig: Run, tmp_path: Path, library: Path) -> None:
    answer = cratedig("index", tmp_path / "smaples")
    assert answer.code == 2
    assert "There is no folder or file" in answer.err
    assert not library.exists()
