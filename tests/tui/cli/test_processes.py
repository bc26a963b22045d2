"""The real program: pipes that close, terminals that cannot show a name, Ctrl-C, two at once."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import signal
import subprocess
from pathlib import Path

import pytest

from tests.folders import CRATEDIG, environment, file_ids, finished, picture, run, start
from tests.library import write_tone


@pytest.fixture
def filled(samples: Path, library: Path) -> Path:
    """Folder of a library with the sample folder indexed."""
    run(library, samples)
    return library


@pytest.mark.parametrize(
    "arguments", [["search", "deep", "--json"], ["search", "deep"], ["status"], ["config"], ["index", "--json"]]
)
def test_a_reader_that_stops_reading(filled: Path, arguments: list[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [CRATEDIG, *arguments, "--library", filled],
        stdout=writer,
        stderr=subprocess.PIPE,
        env=environment(CRATEDIG_JOBS="1"),
        check=False,
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, b"")
    assert len(file_ids(filled)) == 6


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is always full")
@pytest.mark.parametrize(
    "arguments", [["tags"], ["tags", "--json"], ["search", "deep"], ["status"], ["index", "--json"]]
)
def test_a_full_disk(filled: Path, arguments: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [CRATEDIG, *arguments, "--library", filled],
            stdout=full,
            stderr=subprocess.PIPE,
            env=environment(CRATEDIG_JOBS="1"),
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr.decode().splitlines() == [
        "cratedig: The disk is full.",
        "Free some space and run the command again.",
    ]


def test_nothing_is_written_outside_the_library(tmp_path: Path, samples: Path) -> None:
    """Least of all by onnxruntime, which keeps a device id and a queue of reports unless it is told not to."""
    home = tmp_path / "home"
    home.mkdir()
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "LANG", "SYSTEMROOT"}}
    for arguments in (
        ["index", samples, "--jobs", "2"],
        ["similar", write_tone(tmp_path / "new.wav", 333)],
        ["doctor"],
    ):
        subprocess.run(
            [CRATEDIG, *arguments, "--library", tmp_path / "library"],
            env={**kept, "HOME": str(home)},
            check=True,
            capture_output=True,
        )
    pulse = home / ".config" / "pulse"  # the system's own sound library looks for a server there, where it is installed
    assert [path for path in home.rglob("*") if not (pulse.is_relative_to(path) or path.is_relative_to(pulse))] == []


def test_a_terminal_sees_a_progress_bar(tmp_path: Path, library: Path) -> None:
    samples = tmp_path / "samples"
    for i in range(60):
        write_tone(samples / f"{i}.wav", 50 + i, 0.5)
    terminal, theirs = pty.openpty()
    arguments = [CRATEDIG, "index", str(samples), "--library", str(library), "--jobs", "1"]
    with subprocess.Popen(arguments, stderr=theirs, env=environment(TERM="xterm", COLUMNS="100")) as process:
        os.close(theirs)
        said = b""
        with contextlib.suppress(OSError):  # how a terminal says that nobody writes any more
            while piece := os.read(terminal, 1 << 16):
                said += piece
    os.close(terminal)
    assert process.returncode == 0
    assert b"indexing" in said
    assert b"/60" in said
    assert b"files/s" in said
    assert b"done: 60 indexed in " in said.splitlines()[-1]


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_terminal_that_cannot_show_a_name(samples: Path, library: Path, encoding: str) -> None:
    write_tone(samples / "\N{SNOWMAN}.wav", 90)
    (samples / "\N{SNOWMAN} broken.wav").write_bytes(b"")
    for arguments in (["index", str(samples), "--jobs", "1"], ["search", "deep"], ["status"], ["doctor"]):
        process = start(*arguments, "--library", library, PYTHONIOENCODING=encoding)
        _, said = process.communicate(timeout=60)
        assert process.returncode == 0, said
        assert "Traceback" not in said


def test_an_interrupted_run_ends_with_130_and_continues(tmp_path: Path, library: Path) -> None:
    samples = tmp_path / "samples"
    for i in range(300):
        write_tone(samples / f"{i}.wav", 50 + i, 0.5)
    process = start("index", samples, "--library", library, "--jobs", "1", "--json", PYTHONUNBUFFERED="1")
    assert process.stdout is not None
    events = [json.loads(process.stdout.readline())]
    os.kill(process.pid, signal.SIGINT)
    out, said = process.communicate(timeout=60)
    events += [json.loads(line) for line in out.splitlines()]
    assert (process.returncode, said) == (130, "")
    assert events[0]["event"] == "scan_finished"
    assert (events[-1]["event"], events[-1]["cancelled"]) == ("index_finished", True)
    done = events[-1]["indexed"]
    assert done < 300
    assert finished(run(library)).indexed == 300 - done
    run(tmp_path / "undisturbed", samples)
    assert picture(library) == picture(tmp_path / "undisturbed")


def test_a_terminated_run_stops_as_an_interrupted_one(tmp_path: Path, library: Path) -> None:
    samples = tmp_path / "samples"
    for i in range(200):
        write_tone(samples / f"{i}.wav", 50 + i, 0.5)
    process = start("index", samples, "--library", library, "--jobs", "1", "--json")
    assert process.stdout is not None
    process.stdout.readline()
    process.terminate()
    process.communicate(timeout=60)
    assert process.returncode == 130
    run(library)
    assert len(file_ids(library)) == 200


def test_two_indexers_at_once(tmp_path: Path, library: Path) -> None:
    samples = tmp_path / "samples"
    for i in range(300):
        write_tone(samples / f"{i}.wav", 50 + i, 0.5)
    first = start("index", samples, "--library", library, "--jobs", "1", "--json")
    assert first.stdout is not None
    first.stdout.readline()
    os.kill(first.pid, signal.SIGSTOP)  # so that it is still at work
    second = start("index", samples, "--library", library, "--jobs", "1")
    out, said = second.communicate(timeout=60)
    assert (second.returncode, out) == (2, "")
    assert "Another cratedig is writing to the library" in said
    search = start("search", "deep", "--library", library, "--json")
    assert search.communicate(timeout=60)[1] == ""
    assert search.returncode == 0
    os.kill(first.pid, signal.SIGCONT)
    first.communicate(timeout=60)
    assert first.returncode == 0
    assert len(file_ids(library)) == 300
