"""`cratedig model`, and a library whose model the user installed. Needs no torch: see tests/models/laion_stub."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from cratedig.models.laion import catalogue, download, install
from cratedig.models.laion.catalogue import CHECKPOINTS
from tests.models.laion_stub import install_stub
from tests.tui.cli.conftest import Run

pytestmark = pytest.mark.usefixtures("models")


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cratedig: Run) -> Path:  # noqa: ARG001
    """Folder of installed models, with the stub in it; after `cratedig`, which clears the environment."""
    monkeypatch.setenv("CRATEDIG_MODELS", str(tmp_path / "models"))
    install_stub(tmp_path / "models", int8=True)
    return tmp_path / "models"


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "HUB", "http://127.0.0.1:1")
    monkeypatch.setattr(install, "TOKENIZER_URL", "http://127.0.0.1:1/roberta")
    monkeypatch.setattr(download, "TIMEOUT_S", 1.0)


def test_list_names_every_official_checkpoint_and_what_was_added(cratedig: Run, models: Path) -> None:
    rows = {row["name"]: row for row in cratedig("model", "list", "--json").objects}
    assert rows.keys() == {"compact", *CHECKPOINTS, "laion-stub", "laion-stub:int8"}
    assert rows["laion-music"] == {
        "name": "laion-music", "state": "", "tower": "HTSAT-base", "download": "2.35 GB", "licence": "CC0-1.0",
        "published": "ESC-50 90.1 %, GTZAN 64 %",
    }  # fmt: skip
    assert rows["laion-stub"]["state"] == "installed"
    assert rows["laion-630k-fusion"]["state"] == "refused"
    answer = cratedig("model", "list", "--models", models)
    assert answer.code == 0
    assert all(name in answer.out for name in rows)


def test_list_without_any_installed(cratedig: Run, tmp_path: Path) -> None:
    rows = cratedig("model", "list", "--json", "--models", tmp_path / "nothing").objects
    assert [row["name"] for row in rows] == ["compact", *CHECKPOINTS]
    assert not (tmp_path / "nothing").exists()


def test_info_of_an_official_checkpoint_that_is_not_installed(cratedig: Run) -> None:
    (facts,) = cratedig("model", "info", "laion-music", "--json").objects
    assert facts["installed"] == "no"
    assert facts["from"] == CHECKPOINTS["laion-music"].url
    assert facts["trained_on"] == "music, AudioSet, LAION-Audio-630K"
    assert facts["download"] == "2.35 GB"
    assert "not installed" not in cratedig("model", "info", "laion-music").err


def test_info_of_an_installed_model(cratedig: Run) -> None:
    (facts,) = cratedig("model", "info", "laion-stub", "--json").objects
    assert facts["installed"] == "laion-stub, laion-stub:int8"
    assert (facts["made_from"], facts["sha256"]) == ("stub.pt", "a" * 64)
    assert facts["hash"] == "unknown: nobody vouches for this file"
    assert cratedig("model", "info", "laion-stub:int8").code == 0


@pytest.mark.parametrize("name", ["laion-none", "nonsense", "laion-stub:int4"])
def test_info_of_what_is_not_there(cratedig: Run, name: str) -> None:
    answer = cratedig("model", "info", name)
    assert (answer.code, answer.out) == (2, "")
    assert name.partition(":")[0] in answer.err


def test_info_of_the_built_in_model(cratedig: Run) -> None:
    (facts,) = cratedig("model", "info", "compact", "--json").objects
    assert (facts["name"], facts["numbers_in_a_vector"]) == ("compact", 256)


def test_add_offline_says_what_to_fetch_and_where_to_put_it(
    cratedig: Run,
    models: Path,
    monkeypatch: pytest.MonkeyPatch,
    offline: None,  # noqa: ARG001
) -> None:
    monkeypatch.setattr(install, "_refuse", lambda *_: None)  # torch need not be there
    answer = cratedig("model", "add", "laion-music")
    assert answer.code == 2
    assert "cannot be downloaded" in answer.err
    assert CHECKPOINTS["laion-music"].url in answer.err
    assert "Traceback" not in answer.err
    downloads = models / "downloads"
    for file in ("music_audioset_epoch_15_esc_90.14.pt", "roberta-base/vocab.json", "roberta-base/merges.txt"):
        assert f" to {downloads / file}" in answer.err
    assert "--tokenizer" in answer.err


def test_what_is_there_is_not_asked_for_again(
    cratedig: Run,
    models: Path,
    monkeypatch: pytest.MonkeyPatch,
    offline: None,  # noqa: ARG001
) -> None:
    monkeypatch.setattr(install, "_refuse", lambda *_: None)
    (models / "downloads" / "roberta-base").mkdir(parents=True)
    (models / "downloads" / "roberta-base" / "vocab.json").write_text("{}")
    answer = cratedig("model", "add", "laion-music")
    assert "merges.txt" in answer.err
    assert "vocab.json" not in answer.err


@pytest.mark.parametrize("how", ["add", "remove"])
def test_the_built_in_model_stays(cratedig: Run, how: str) -> None:
    answer = cratedig("model", how, "compact")
    assert answer.code == 2
    assert "compact is built in and cannot be" in answer.err
    assert "not installed" not in answer.err


def test_nothing_is_said_of_downloads_when_nothing_was_downloaded(
    cratedig: Run, models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.cli.model.add", lambda *_: iter(()))
    (models / "downloads").mkdir()
    given = cratedig("model", "add", "laion-stub", "--file", tmp_path / "x.pt", "--tokenizer", tmp_path)
    assert given.code == 0
    assert "downloaded" not in given.err
    assert str(models / "downloads") in cratedig("model", "add", "laion-stub", "--file", tmp_path / "x.pt").err


@pytest.mark.parametrize("name", ["laion-music", "laion-music:int8", "nonsense"])
def test_no_library_is_made_for_a_model_that_is_not_there(
    cratedig: Run, samples: Path, tmp_path: Path, name: str
) -> None:
    answer = cratedig("index", samples, "--model", name, "--library", tmp_path / "new")
    assert answer.code == 2
    assert not (tmp_path / "new").exists()


def test_both_models_where_there_is_one(cratedig: Run, samples: Path) -> None:
    assert cratedig("index", samples).code == 0
    answer = cratedig("search", "kick model:both")
    assert "vectors of fake only" in answer.err
    assert "index --beside" in answer.err
    assert "vectors of" not in cratedig("search", "kick model:fake").err
    assert cratedig("index", "--beside", "laion-stub").code == 0
    assert "vectors of" not in cratedig("search", "kick model:both").err


def test_add_without_torch_says_how_to_get_it(cratedig: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "torch" else name)
    answer = cratedig("model", "add", "laion-mine", "--file", tmp_path / "x.pt")
    assert answer.code == 2
    assert "needs torch; using it afterwards does not" in answer.err
    assert "cratedig[laion]" in answer.err


def test_add_refuses_fusion_with_the_reason(cratedig: Run) -> None:
    answer = cratedig("model", "add", "laion-630k-fusion")
    assert answer.code == 2
    assert "at random" in answer.err
    assert "Use laion-630k." in answer.err


def test_remove(cratedig: Run, models: Path) -> None:
    assert cratedig("model", "remove", "laion-stub:int8").err == "Removed laion-stub:int8.\n"
    assert cratedig("model", "remove", "laion-stub").code == 0
    assert not (models / "laion-stub").exists()
    answer = cratedig("model", "remove", "laion-stub")
    assert answer.code == 2
    assert "not installed" in answer.err


def test_a_library_knows_its_installed_model(cratedig: Run, samples: Path, library: Path) -> None:
    assert cratedig("index", samples, "--model", "laion-stub:int8", "--jobs", "2").code == 0
    os.environ.pop("CRATEDIG_MODEL")
    hits = cratedig("search", "kick", "--json").objects
    assert len(hits) == 3
    (like, *_) = cratedig("similar", samples / "Pack B" / "middle.wav", "--json").objects
    assert Path(like["path"]).name == "middle.wav"
    assert [path.name.partition("-")[0] for path in (library / "vectors").iterdir()] == ["laion"]
    assert ":" not in next((library / "vectors").iterdir()).name
    status = json.loads(cratedig("status", "--json").out)
    assert status["model"].startswith("laion-stub:int8-")


def test_a_library_whose_model_was_removed_says_so(cratedig: Run, samples: Path) -> None:
    assert cratedig("index", samples, "--model", "laion-stub").code == 0
    os.environ.pop("CRATEDIG_MODEL")
    cratedig("model", "remove", "laion-stub")
    answer = cratedig("search", "kick")
    assert answer.code == 2
    assert "The model laion-stub is not installed." in answer.err
    assert cratedig("doctor").code == 2


def test_reembedding_changes_to_it_and_a_model_may_stand_beside(cratedig: Run, samples: Path) -> None:
    assert cratedig("index", samples).code == 0
    answer = cratedig("index", "--beside", "laion-stub")
    assert answer.code == 0, answer.err
    (beside,) = json.loads(cratedig("status", "--json").out)["beside"]
    assert beside.startswith("laion-stub-")
    assert cratedig("index", "--model", "laion-stub", "--reembed").code == 0
    status = json.loads(cratedig("status", "--json").out)
    assert (status["model"], status["beside"]) == (beside, [])
