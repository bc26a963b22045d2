"""Worker processes: same result as one process, dying workers, stopping, and none left behind."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from cratedig.errors import UnknownModelError
from cratedig.store.store import Store
from indexer.events import FileFailed, IndexFinished, IndexProgress, ScanFinished
from indexer.pipeline import IndexRequest, index
from indexer.workers import WorkerSetup, read_all
from tests.folders import finished, missing, picture, rows, run, start
from tests.indexer.crashing import ALWAYS, ONCE, CrashingSetup
from tests.library import write_tone

PATIENCE_S = 30.0


def wait_until(condition: Callable[[], bool]) -> None:
    give_up = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < give_up
        time.sleep(0.01)


def many_tones(folder: Path, n: int, seconds: float = 0.02) -> Path:
    for i in range(n):
        write_tone(folder / f"{i:04}.wav", 50 + i, seconds)
    return folder


def workers_of(parent: psutil.Process) -> list[psutil.Process]:
    """Living children that read files; the other one is Python's resource tracker."""
    return [child for child in parent.children() if is_worker(child)]


def is_worker(child: psutil.Process) -> bool:
    try:
        return "spawn_main" in " ".join(child.cmdline())
    except psutil.NoSuchProcess:  # it has ended meanwhile
        return False


def test_two_processes_make_the_library_that_one_makes(samples: Path, library: Path, tmp_path: Path) -> None:
    many_tones(samples / "more", 40)
    run(library, samples, jobs=2)
    run(tmp_path / "by one", samples, jobs=1)
    assert picture(library) == picture(tmp_path / "by one")
    assert workers_of(psutil.Process()) == []


def test_a_file_that_kills_its_worker_is_reported_and_the_rest_is_read(
    tmp_path: Path, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    samples = many_tones(tmp_path / "samples", 20)
    write_tone(samples / ALWAYS, 80)
    write_tone(samples / ONCE, 90)
    monkeypatch.setattr("indexer.pipeline.WorkerSetup", CrashingSetup)
    events = run(library, samples, jobs=2)
    (failure,) = [event for event in events if isinstance(event, FileFailed)]
    assert failure.path == str(samples / ALWAYS)
    assert "crashed the decoder" in failure.reason
    assert (finished(events).indexed, finished(events).failed) == (21, 1)
    assert rows(library, "SELECT name FROM file WHERE error IS NOT NULL") == [(ALWAYS,)]


def test_a_file_that_kills_its_worker_is_not_tried_in_each_run(
    tmp_path: Path, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_tone(tmp_path / "samples" / ALWAYS, 80)
    monkeypatch.setattr("indexer.pipeline.WorkerSetup", CrashingSetup)
    run(library, tmp_path / "samples", jobs=2)
    assert finished(run(library, jobs=2)).failed == 0


def test_cancelling_while_suspects_are_read_alone_stops(
    tmp_path: Path, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    samples = many_tones(tmp_path / "samples", 30)
    write_tone(samples / ALWAYS, 80)  # sorted last: everything is in flight with it
    monkeypatch.setattr("indexer.pipeline.WorkerSetup", CrashingSetup)
    monkeypatch.setattr("indexer.workers._collect", cancel_on_suspects(stop := threading.Event()))
    with Store.create_or_open(library) as store:
        (*_, last) = index(store, IndexRequest([str(samples)], "fake", jobs=2), stop.is_set)
    assert isinstance(last, IndexFinished)
    assert last.cancelled
    monkeypatch.undo()
    assert last.indexed + finished(run(library)).indexed == 31


def cancel_on_suspects(stop: threading.Event) -> Callable[..., object]:
    from indexer.workers import _collect

    def collect(in_flight: dict[object, object]) -> object:
        outcomes, suspects = _collect(in_flight)  # type: ignore[arg-type]
        if suspects:
            stop.set()
        return outcomes, suspects

    return collect


@pytest.mark.parametrize("files_read", [0, 8])
def test_a_worker_killed_from_outside_costs_no_file(
    tmp_path: Path, library: Path, files_read: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether it dies with its hands full, or just before it is given the next files."""
    samples = many_tones(tmp_path / "samples", 60)
    monkeypatch.setattr("indexer.pipeline.EVENT_EVERY_S", 0)
    killed = False
    with Store.create_or_open(library) as store:
        for event in index(store, IndexRequest([str(samples)], "fake", jobs=2), lambda: False):
            assert not isinstance(event, FileFailed)
            if not killed and isinstance(event, IndexProgress) and event.done >= files_read:
                workers_of(psutil.Process())[0].kill()
                wait_until(lambda: not workers_of(psutil.Process()))  # the pool has noticed: it takes no more files
                killed = True
    assert isinstance(event, IndexFinished)
    assert killed
    assert event.indexed == 60


def test_an_error_in_a_worker_keeps_its_kind(samples: Path, library: Path) -> None:
    run(library, samples)
    with pytest.raises(UnknownModelError):
        list(read_all([[]], WorkerSetup("nonesuch", library), 2, lambda: False))


def test_closing_the_run_ends_the_workers(tmp_path: Path, library: Path) -> None:
    samples = many_tones(tmp_path / "samples", 60)
    with Store.create_or_open(library) as store:
        events = index(store, IndexRequest([str(samples)], "fake", jobs=2), lambda: False)
        while isinstance(next(events), ScanFinished) or not workers_of(psutil.Process()):
            pass
        events.close()
    assert workers_of(psutil.Process()) == []


def test_killing_the_program_ends_its_workers(tmp_path: Path, library: Path) -> None:
    samples = many_tones(tmp_path / "samples", 400)
    process = start("index", samples, "--library", library, "--jobs", "2", "--json")
    program = psutil.Process(process.pid)
    wait_until(lambda: len(workers_of(program)) == 2)
    program.suspend()  # so that it cannot finish before it is killed
    family = program.children(recursive=True)
    assert len(family) >= 2
    process.kill()
    process.wait(PATIENCE_S)
    _, alive = psutil.wait_procs(family, timeout=PATIENCE_S)
    for orphan in alive:
        orphan.kill()
    process.communicate()
    assert alive == []
    run(library, samples)
    assert missing(library) == []
    assert len(picture(library)["file"]) == 400


@pytest.mark.skipif(os.name != "posix", reason="no signals to a group")
def test_interrupting_the_whole_group_while_workers_start_is_quiet(tmp_path: Path, library: Path) -> None:
    samples = many_tones(tmp_path / "samples", 400)
    process = start("index", samples, "--library", library, "--jobs", "2")
    program = psutil.Process(process.pid)
    wait_until(lambda: len(workers_of(program)) >= 1)
    os.killpg(process.pid, signal.SIGINT)  # what Ctrl-C in a terminal does
    _, said = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130
    assert "Traceback" not in said
    assert "stopped; run it again to continue" in said
    assert finished(run(library)).cancelled is False
    assert len(picture(library)["file"]) == 400
