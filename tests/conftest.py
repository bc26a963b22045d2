"""Settings and folders that all tests share."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

# Equal on every run; and the machine may be busy: a slow example is no failure.
settings.register_profile("cratedig", deadline=None, derandomize=True, database=None)
settings.load_profile("cratedig")


@pytest.fixture
def public_folder() -> Iterator[Path]:
    """A folder that other users may enter, unlike `tmp_path`; see `tests.library.unprivileged`."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)
