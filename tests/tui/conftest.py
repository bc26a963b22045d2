"""A small library for each test of the app, indexed once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cratedig.config import Settings
from tests.tui.driving import settings_in, small_library


@pytest.fixture(scope="session")
def indexed_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the pack and its library; not to be changed."""
    folder = tmp_path_factory.mktemp("app")
    small_library(folder)
    return folder


@pytest.fixture
def settings(indexed_once: Path, tmp_path: Path) -> Settings:
    """Settings of a library of this test's own; the audio lies where it was indexed."""
    shutil.copytree(indexed_once / "library", tmp_path / "library")
    return settings_in(tmp_path)
