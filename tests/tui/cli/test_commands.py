"""status, verify, rebuild, forget, config, doctor, and what all commands share."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import cratedig as package
from cratedig.config import SETTINGS
from cratedig.store.store import Store
from tests.folders import environment, file_ids, run
from tests.library import write_tone
from tests.tui.cli.conftest import Run
from tui.cli.main import COMMANDS


def cache_of(library: Path) -> Path:
    (cache,) = (library / "vectors").iterdir()
    return cache


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(cratedig: Run, command: str) -> None:
    answer = cratedig(command, "--help")
    assert (answer.code, answer.err) == (0, "")
    assert "--library DIR" in answer.out or "Commands:" in answer.out  # commands of a group have their own options


def test_version_and_help(cratedig: Run) -> None:
    assert cratedig("--version").out == f"cratedig, version {package.__version__}\n"
    assert all(command in cratedig("-h").out for command in COMMANDS)
    assert cratedig("serach").code == 2
    assert "Without a command, the app opens." in cratedig().out


@pytest.mark.parametrize("command", ["status", "verify", "rebuild", "index"])
def test_a_library_that_is_not_there(cratedig: Run, command: str, library: Path) -> None:
    answer = cratedig(command)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith(f"cratedig: There is no library in {library} yet.\nMake one with: cratedig index")
    assert not library.exists()


def test_the_library_may_be_named_before_or_after_the_command(
    cratedig: Run, samples: Path, tmp_path: Path, library: Path
) -> None:
    elsewhere = tmp_path / "else where"
    assert cratedig("--library", elsewhere, "index", samples).code == 0
    assert cratedig("search", "deep", "--library", elsewhere, "--json").objects
    assert cratedig("--library", tmp_path / "wrong", "status", "--library", elsewhere).code == 0
    assert not library.exists()


def test_the_library_may_be_named_by_a_variable(
    cratedig: Run, samples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRATEDIG_LIBRARY", str(tmp_path / "by variable"))
    cratedig("index", samples)
    assert (tmp_path / "by variable" / "library.db").is_file()


def test_status(indexed: Run, samples: Path, library: Path) -> None:
    (samples / "Pack B" / "middle.wav").unlink()
    indexed("index")
    answer = indexed("status", "--json")
    (status,) = answer.objects
    size = sum(file.stat().st_size for file in library.rglob("*") if file.is_file())
    assert status.pop("hours") == pytest.approx(0.4 / 3600 + 0.2 / 3600)
    assert status.pop("bytes_on_disk") == pytest.approx(size, rel=0.5)
    assert status.pop("model").startswith("fake-")
    assert list(status.pop("failures")) == [str(samples / "Pack B" / "broken.wav")]
    assert status == {
        "library": str(library), "beside": [],
        "files": 4, "contents": 3, "silent": 1, "segments": 2, "failed": 1, "missing": 1, "packs": 2,
    }  # fmt: skip


def test_status_does_not_weigh_samples_beside_the_library(cratedig: Run, samples: Path) -> None:
    cratedig("index", samples, "--library", samples)
    before = cratedig("status", "--json", "--library", samples).objects
    (samples / "video.mov").write_bytes(bytes(5_000_000))
    assert cratedig("status", "--json", "--library", samples).objects == before


def test_status_for_people(indexed: Run, samples: Path) -> None:
    (samples / "evil\x1b[31m.wav").write_bytes(b"")
    indexed("index")
    answer = indexed("status")
    assert (answer.code, answer.err) == (0, "")
    assert "  missing  0" in answer.out
    assert "broken.wav (not audio" in answer.out
    assert "evil\N{REPLACEMENT CHARACTER}[31m.wav (0 bytes" in answer.out


def test_verify(indexed: Run, samples: Path, library: Path) -> None:
    answer = indexed("verify")
    assert (answer.code, answer.out, answer.err) == (0, "", "All is well.\n")
    assert indexed("verify", "--decode").code == 0
    cache_of(library).unlink()
    (samples / "Pack B" / "middle.wav").unlink()
    answer = indexed("verify", "--json")
    assert (answer.code, answer.err) == (2, "")
    assert [list(problem) for problem in answer.objects] == [["problem", "remedy"]] * len(answer.objects)
    assert "Run: cratedig rebuild" in indexed("verify").out
    assert "middle.wav: No such file or directory. Run: cratedig index" in indexed("verify").out


def test_rebuild(indexed: Run, library: Path) -> None:
    good = cache_of(library).read_bytes()
    cache_of(library).write_bytes(b"torn")
    answer = indexed("rebuild")
    assert (answer.code, answer.out) == (0, "")
    assert answer.err.startswith("Rebuilt the search cache: 3 vectors in ")
    assert cache_of(library).read_bytes() == good


def test_a_harmed_cache_makes_no_difference_to_a_search(indexed: Run, library: Path) -> None:
    before = indexed("search", "bright", "--json").out
    cache_of(library).write_bytes(b"torn")
    assert indexed("search", "bright", "--json").out == before
    cache_of(library).unlink()
    assert indexed("search", "bright", "--json").out == before


def test_forget(indexed: Run, samples: Path, library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(samples / "Pack B")
    answer = indexed("forget", "../Pack A")
    assert (answer.code, answer.out, answer.err) == (0, "", "Files forgotten: 2. The audio is where it was.\n")
    assert len(file_ids(library)) == 4
    assert "bright.wav" not in indexed("search", "bright").out
    again = indexed("forget", "../Pack A")
    assert again.code == 2
    assert "knows nothing" in again.err


def test_a_mistyped_command(cratedig: Run) -> None:
    answer = cratedig("serach", "kick")
    assert answer.code == 2
    assert "Did you mean 'search'?" in answer.err


def test_config(cratedig: Run, library: Path) -> None:
    answer = cratedig("config", "--json")
    assert answer.code == 0
    settings = {row["setting"]: row for row in answer.objects}
    assert list(settings) == [setting.name for setting in SETTINGS]
    assert list(settings["jobs"]) == ["setting", "value", "origin", "flag", "variable", "help"]
    assert (settings["library"]["value"], settings["library"]["origin"]) == (str(library), "CRATEDIG_LIBRARY")
    assert settings["results"]["origin"] == "default"
    assert "CRATEDIG_JOBS" in cratedig("config").out
    assert cratedig("config", "--library", "/tmp/x", "--json").objects[0]["origin"] == "--library"  # noqa: S108


def test_a_settings_file(cratedig: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "config.toml"
    monkeypatch.setenv("CRATEDIG_CONFIG", str(file))
    file.write_text("results = 7\n")
    (row,) = [row for row in cratedig("config", "--json").objects if row["setting"] == "results"]
    assert (row["value"], row["origin"]) == ("7", str(file))
    file.write_text("reslts = 7\n")
    answer = cratedig("config")
    assert answer.code == 2
    assert "unknown setting: reslts" in answer.err


def test_a_database_that_is_none(cratedig: Run, library: Path) -> None:
    library.mkdir()
    (library / "library.db").write_bytes(b"not a database at all" * 100)
    for command in ("status", "search x", "verify", "index"):
        answer = cratedig(*command.split())
        assert (answer.code, answer.out) == (2, "")
        assert "is damaged or not a cratedig library" in answer.err


def test_a_library_newer_than_the_program(indexed: Run, library: Path) -> None:
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(library / "library.db")) as connection:
        connection.execute("PRAGMA user_version = 99")
    answer = indexed("search", "deep")
    assert answer.code == 2
    assert "written by a newer cratedig" in answer.err


def test_a_bug_ends_with_1_and_its_traceback(tmp_path: Path) -> None:
    program = (
        "import sys, tui.cli.status, tui.cli.main\n"
        "tui.cli.status.settings_for = lambda library: 1 / 0\n"
        "sys.argv = ['cratedig', 'status']\n"
        "tui.cli.main.main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=environment(), cwd=tmp_path, check=False
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "Traceback" in done.stderr
    assert done.stderr.endswith("ZeroDivisionError: division by zero\n")


def test_searching_imports_neither_the_indexer_nor_heavy_libraries(
    samples: Path, library: Path, tmp_path: Path
) -> None:
    run(library, samples)
    program = (
        "import sys, tui.cli.main\n"
        "sys.argv = ['cratedig', 'search', 'deep', '--json']\n"
        "tui.cli.main.main()\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        env=environment(CRATEDIG_LIBRARY=str(library)),
        cwd=tmp_path,
        check=True,
    )
    loaded = set(done.stderr.split())
    assert "faiss" in loaded
    assert not loaded & {"indexer", "torch", "librosa", "scipy", "textual", "sqlite_utils", "rich", "av", "miniaudio"}


def test_status_while_another_program_reads(indexed: Run, library: Path) -> None:
    with Store.open(library) as reader:
        next(reader.files.present())
        assert indexed("status").code == 0
        write_tone(library.parent / "samples" / "new.wav", 900)
        assert indexed("index").code == 0


def test_a_library_folder_that_cannot_be_made(cratedig: Run, samples: Path) -> None:
    answer = cratedig("index", samples, "--library", samples / "Pack B" / "middle.wav" / "library")
    assert (answer.code, answer.out) == (2, "")
    assert "cannot be made" in answer.err
    assert os.listdir(samples.parent) == ["samples"]  # noqa: PTH208
