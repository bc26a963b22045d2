"""`cratedig doctor`: what it finds on this machine, and on machines that lack something."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import miniaudio
import pytest
import soundfile

from cratedig.errors import ModelDamagedError
from cratedig.models import registry
from cratedig.models.fake import FakeModel
from tests.folders import start
from tests.tui.cli.conftest import Answer, Run


def check(answer: Answer, name: str, nth: int = 0) -> dict[str, Any]:
    return [check for check in answer.objects if check["name"] == name][nth]


def devices(*names: str) -> type:
    """Stand-in for the sound system of a machine."""
    return lambda: SimpleNamespace(backend="ALSA", get_playbacks=lambda: [{"name": name} for name in names])  # type: ignore[return-value]


def test_before_the_first_library(cratedig: Run, library: Path) -> None:
    answer = cratedig("doctor", "--json")
    assert (answer.code, answer.err) == (0, "")
    assert [list(found) for found in answer.objects] == [["name", "state", "detail", "remedy"]] * 7
    names = [found["name"] for found in answer.objects]
    assert names == ["cratedig", "parts", "formats", "formats", "output", "model", "library"]
    assert check(answer, "library")["state"] == "ok"
    assert f"no library in {library} yet" in check(answer, "library")["detail"]
    assert not library.exists()


def test_with_a_library(indexed: Run) -> None:
    answer = indexed("doctor", "--json")
    assert answer.code == 0
    assert "4 sounds by fake-" in check(answer, "library")["detail"]
    assert check(answer, "cache")["state"] == "ok"


def test_for_people(indexed: Run) -> None:
    answer = indexed("doctor")
    assert (answer.code, answer.err) == (0, "")
    assert f"Python {sys.version.split()[0]}" in answer.out
    for part in ("libsndfile 1.", "MP3", "PyAV", "faiss-cpu", "SQLite", "vectors of 7 numbers"):
        assert part in answer.out


def test_audio_output(cratedig: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(miniaudio, "Devices", devices("Discard all samples (playback)", "Scarlett 2i2"))
    assert check(cratedig("doctor", "--json"), "output")["detail"] == "ALSA: Scarlett 2i2"


@pytest.mark.parametrize("names", [(), ("Discard all samples (playback) or generate zero samples (capture)",)])
def test_no_audio_output(cratedig: Run, monkeypatch: pytest.MonkeyPatch, names: tuple[str, ...]) -> None:
    monkeypatch.setattr(miniaudio, "Devices", devices(*names))
    answer = cratedig("doctor", "--json")
    found = check(answer, "output")
    assert (answer.code, found["state"]) == (0, "note")
    assert found["detail"].startswith("no audio output: ")
    assert "connect a device" in found["remedy"]


def test_no_sound_system(cratedig: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails() -> None:
        raise miniaudio.MiniaudioError("no backend")

    monkeypatch.setattr(miniaudio, "Devices", fails)
    assert check(cratedig("doctor", "--json"), "output")["detail"] == "no audio output: no backend"


@pytest.mark.parametrize(("module", "name", "nth"), [("miniaudio", "output", 0), ("av", "formats", 1)])
def test_a_missing_optional_part(
    cratedig: Run, monkeypatch: pytest.MonkeyPatch, module: str, name: str, nth: int
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    answer = cratedig("doctor", "--json")
    assert answer.code == 0
    assert check(answer, name, nth)["state"] == "note"
    assert "pip install" in check(answer, name, nth)["remedy"]


def test_an_old_libsndfile(cratedig: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(soundfile, "available_subtypes", lambda: {"VORBIS": "Vorbis"})
    answer = cratedig("doctor", "--json")
    assert answer.code == 2
    assert "lacks OPUS, MPEG_LAYER_III" in check(answer, "formats")["detail"]


def test_a_damaged_model(cratedig: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def damaged() -> FakeModel:
        raise ModelDamagedError("model.onnx is not the file that was shipped.", "Install cratedig again.")

    monkeypatch.setattr(FakeModel, "load", damaged)
    answer = cratedig("doctor", "--json")
    assert answer.code == 2
    assert check(answer, "model") == {
        "name": "model",
        "state": "problem",
        "detail": "model.onnx is not the file that was shipped.",
        "remedy": "Install cratedig again.",
    }


def test_a_library_of_another_version_of_the_model(indexed: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry.MODELS, "fake", "tests.indexer.other_model:NewerFake")
    answer = indexed("doctor", "--json")
    assert answer.code == 2
    assert "another version of the model" in check(answer, "library")["detail"]


def test_a_cache_that_is_gone_is_no_problem(indexed: Run, library: Path) -> None:
    for cache in (library / "vectors").iterdir():
        cache.unlink()
    answer = indexed("doctor", "--json")
    assert answer.code == 0
    assert check(answer, "cache")["remedy"].endswith("cratedig rebuild")


def test_a_damaged_library(indexed: Run, library: Path) -> None:
    database = library / "library.db"
    database.write_bytes(database.read_bytes()[:20_000] + b"\xff" * 40_000 + database.read_bytes()[60_000:])
    answer = indexed("doctor", "--json")
    assert answer.code == 2
    assert "problem" in {found["state"] for found in answer.objects if found["name"] == "library"}


def test_the_real_sound_system_makes_no_noise(library: Path) -> None:
    process = start("doctor", "--library", library)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    assert "  output  " in out
