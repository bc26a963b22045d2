"""Running the command line in this process, as `cratedig` runs it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from tests.folders import sample_folder
from tui.cli.main import main


@dataclass(frozen=True)
class Answer:
    """Exit code, and what was said where."""

    code: int
    out: str
    err: str

    @property
    def objects(self) -> list[dict[str, Any]]:
        """The lines of `--json`."""
        return [json.loads(line) for line in self.out.splitlines()]


Run: TypeAlias = Callable[..., Answer]


@pytest.fixture
def samples(tmp_path: Path) -> Path:
    """A folder of two packs; see `tests.folders.sample_folder`."""
    return sample_folder(tmp_path / "samples")


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """Folder of the library that commands use by default; not there yet."""
    return tmp_path / "library"


@pytest.fixture
def cratedig(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], library: Path) -> Run:
    """Run a command with the fake model, one process, and nothing of the user's own settings."""
    for name in [name for name in os.environ if name.startswith("CRATEDIG_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("CRATEDIG_LIBRARY", str(library))
    monkeypatch.setenv("CRATEDIG_MODEL", "fake")
    monkeypatch.setenv("CRATEDIG_JOBS", "1")
    monkeypatch.setenv("CRATEDIG_CONFIG", os.devnull)
    monkeypatch.setenv("COLUMNS", "100")

    def run(*arguments: str | Path) -> Answer:
        monkeypatch.setattr(sys, "argv", ["cratedig", *map(str, arguments)])
        capsys.readouterr()
        code = 0
        try:
            main()
        except SystemExit as exit_:
            code = int(exit_.code or 0)
        said = capsys.readouterr()
        return Answer(code, said.out, said.err)

    return run


@pytest.fixture
def indexed(cratedig: Run, samples: Path) -> Run:
    """`cratedig`, with the sample folder indexed."""
    assert cratedig("index", samples).code == 0
    return cratedig
