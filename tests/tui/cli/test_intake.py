"""`cratedig intake` and `cratedig watch`."""

from __future__ import annotations

import json
import signal
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from cratedig.store.tags import SoundRow
from indexer.tagging import Conflict
from tests.folders import start
from tests.library import SR, tone, write_tone
from tests.tui.cli.conftest import Run


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A pack with a licence, and one sound that the sample folder has too."""
    pack = tmp_path / "Warm Records - Dust"
    write_tone(pack / "thud.wav", 80)
    write_tone(pack / "bell.wav", 3300)
    (pack / "EULA.txt").write_text("Royalty-free. You may not resell the samples.")
    return pack


def test_the_report_in_the_terminal(indexed: Run, pack: Path, samples: Path) -> None:
    answer = indexed("intake", pack)
    assert answer.code == 0
    lines = answer.out.splitlines()
    assert lines[0] == "Dust, by Warm Records"
    assert lines[1] == ("  licence  royalty-free, by its vendor; asks for no use or resale of the sounds on their own")
    assert lines[2] == '           "Royalty-free." (EULA.txt)'
    assert lines[3] == "  sounds   2, 0.40 s"
    assert "You own already: 1" in lines
    assert f"  thud.wav  is  {samples / 'Pack A' / 'Kicks' / 'deep.wav'}" in lines


def test_another_version_of_a_sound_that_is_owned(cratedig: Run, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    fall = np.exp(-np.linspace(0, 6, SR // 2)).astype(np.float32)
    for number in range(20):
        noise = rng.uniform(-0.5, 0.5, SR // 2).astype(np.float32)
        y = (tone(100 * 1.2**number, 0.5) + rng.uniform(0, 0.4) * noise) * fall ** rng.uniform(0.3, 2)
        (tmp_path / "owned").mkdir(exist_ok=True)
        soundfile.write(tmp_path / "owned" / f"{number}.wav", 0.5 * y, SR, "PCM_24")
    (tmp_path / "new").mkdir()
    soundfile.write(tmp_path / "new" / "new.wav", 0.9 * y, SR, "PCM_24")
    cratedig("index", tmp_path / "owned")
    lines = cratedig("intake", tmp_path / "new").out.splitlines()
    assert "In another version too: 1" in lines
    assert f"  new.wav  is  {tmp_path / 'owned' / '19.wav'}" in lines


def test_what_is_named_one_thing_and_sounds_like_another(
    cratedig: Run, pack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = SoundRow(1, "", b"")
    found = [Conflict(sound, "instrument", "snare", "clap", 0.9)]
    monkeypatch.setattr("indexer.intake.conflicts", lambda *_: iter(found))
    lines = cratedig("intake", pack).out.splitlines()
    assert "Named one thing, sounding like another: 1" in lines
    assert any(line.endswith("named snare, sounds like clap") for line in lines)


def test_json_ends_with_the_last_word(indexed: Run, pack: Path) -> None:
    events = indexed("intake", pack, "--json").objects
    assert [event["event"] for event in events][-4:] == ["pack_found", "sound_found", "sound_found", "intake_finished"]
    assert events[-1]["sounds"] == 2
    assert events[-4]["evidence"][0]["sha256"]


def test_a_new_library_and_a_page(cratedig: Run, pack: Path, tmp_path: Path) -> None:
    answer = cratedig("intake", pack, "--html", tmp_path / "report.html")
    assert answer.code == 0
    assert f"Report: {tmp_path / 'report.html'}" in answer.err
    text = (tmp_path / "report.html").read_text()
    assert text.count("<audio") == 2
    assert (pack / "bell.wav").as_uri() in text
    assert "<p>1 pack · 2 sounds" in text
    assert cratedig("intake", pack, "--html", tmp_path / "report.html").code == 0


def test_a_page_replaces_a_page_and_nothing_else(cratedig: Run, pack: Path, tmp_path: Path, library: Path) -> None:
    before = (pack / "bell.wav").read_bytes()
    theirs = tmp_path / "theirs.html"
    theirs.write_text("<!DOCTYPE html>\n<html lang='en'>")
    for file, says in ((pack / "bell.wav", "does not end in .html"), (theirs, "is there already")):
        answer = cratedig("intake", pack, "--html", file)
        assert answer.code == 2
        assert says in answer.err
        assert not library.exists()
    assert (pack / "bell.wav").read_bytes() == before


def test_a_folder_without_sounds(cratedig: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    answer = cratedig("intake", tmp_path / "empty")
    assert (answer.code, answer.out) == (0, f"No sounds were found in {tmp_path / 'empty'}.\n")


def test_a_page_that_cannot_be_written(cratedig: Run, pack: Path, tmp_path: Path) -> None:
    answer = cratedig("intake", pack, "--html", tmp_path / "nowhere" / "report.html")
    assert answer.code == 2
    assert "cannot be written" in answer.err


def test_a_folder_that_is_not_there(cratedig: Run, tmp_path: Path, library: Path) -> None:
    answer = cratedig("intake", tmp_path / "nowhere")
    assert (answer.code, answer.err.splitlines()[-1]) == (2, "Check the spelling.")
    assert not library.exists()


def test_watching_an_empty_library(cratedig: Run, library: Path) -> None:
    from cratedig.store.store import Store

    Store.create_or_open(library).close()
    answer = cratedig("watch")
    assert answer.code == 2
    assert "There is nothing to watch yet." in answer.err


@pytest.mark.usefixtures("indexed")
def test_a_watch_indexes_what_comes_and_stops_by_a_signal(samples: Path, library: Path) -> None:
    process = start("watch", "--interval", "0.2", "--json", CRATEDIG_LIBRARY=str(library))
    assert process.stdout is not None
    finished = (json.loads(line) for line in process.stdout if '"index_finished"' in line)
    assert next(finished)["indexed"] == 0
    write_tone(samples / "Pack A" / "new.wav", 4400)
    started = time.monotonic()
    assert next(finished)["indexed"] == 1
    assert time.monotonic() - started < 60
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "Traceback" not in err
