"""What a search need not load, it does not: seen in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.library import make_library, write_tone

NEVER = {"laion_clap", "librosa", "openTSNE", "scipy", "sklearn", "tests", "textual", "torch", "train"}
HEADLESS = (
    "cratedig.vectors.snapshot",
    "indexer.map",
    "indexer.pipeline",
    "search.engine",
    "search.parse",
    "tui.audition.player",
    "tui.cli.main",
    "tui.cli.search",
    "tui.cli.similar",
)

IMPORT = """
import importlib, json, sys
importlib.import_module(sys.argv[1])
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""

RUN = """
import json, sys
from tui.cli.main import main
main()
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def python(script: str, *arguments: str, config: Path) -> list[str]:
    """Run a script; returns the lines it prints."""
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        capture_output=True,
        text=True,
        env={"CRATEDIG_CONFIG": str(config)},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("imports")
    write_tone(folder / "samples" / "1.wav", 150)
    write_tone(folder / "samples" / "2.wav", 2500)
    make_library(folder / "library", folder / "samples").close()
    return folder / "library"


@pytest.mark.parametrize("module", HEADLESS)
def test_headless_modules_need_no_screen_and_no_training(module: str, tmp_path: Path) -> None:
    (loaded,) = python(IMPORT, module, config=tmp_path / "none.toml")
    assert not NEVER & {*json.loads(loaded)}
    assert module.partition(".")[0] in json.loads(loaded)


def test_a_search_loads_only_what_it_uses(library: Path) -> None:
    arguments = ("--library", str(library), "search", "bright", "--json")
    *hits, loaded = python(RUN, *arguments, config=library / "none.toml")
    assert [Path(json.loads(hit)["path"]).name for hit in hits] == ["2.wav", "1.wav"]
    modules = {*json.loads(loaded)}
    assert not (NEVER | {"indexer", "onnxruntime", "rich", "sqlite_utils"}) & modules
    assert {"faiss", "search", "sqlite3"} <= modules


def test_similar_loads_no_more(library: Path) -> None:
    hit, *_ = python(RUN, "--library", str(library), "search", "bright", "--json", config=library / "none.toml")
    arguments = ("--library", str(library), "similar", json.loads(hit)["content"], "--json")
    *hits, loaded = python(RUN, *arguments, config=library / "none.toml")
    assert json.loads(hits[0])["path"] == json.loads(hit)["path"]
    assert not (NEVER | {"indexer", "rich", "sqlite_utils"}) & {*json.loads(loaded)}


def test_a_table_loads_rich_and_nothing_more(library: Path) -> None:
    *_, loaded = python(RUN, "search", "bright", "--library", str(library), config=library / "none.toml")
    modules = {*json.loads(loaded)}
    assert "rich" in modules
    assert not (NEVER | {"indexer", "sqlite_utils"}) & modules


def test_the_import_contracts_are_kept() -> None:
    """The directions of docs/architecture.md, as .importlinter says them."""
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
