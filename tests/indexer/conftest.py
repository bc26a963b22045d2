"""A sample folder, and the place of its library."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.folders import sample_folder


@pytest.fixture
def samples(tmp_path: Path) -> Path:
    """A folder of two packs; see `tests.folders.sample_folder`."""
    return sample_folder(tmp_path / "samples")


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """Folder of a library that is not there yet."""
    return tmp_path / "library"
