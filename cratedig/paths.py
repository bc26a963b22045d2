"""Where things live on each platform, and what lies where inside a library folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import platformdirs

__all__ = ["LibraryPaths", "as_text", "default_config_file", "default_library", "default_models"]


def default_library() -> Path:
    """Library folder of this user: the platform's data folder."""
    return platformdirs.user_data_path("cratedig", appauthor=False) / "library"


def default_models() -> Path:
    """Folder of installed models of this user, beside the library."""
    return platformdirs.user_data_path("cratedig", appauthor=False) / "models"


def default_config_file() -> Path:
    """Settings file of this user: the platform's configuration folder."""
    return platformdirs.user_config_path("cratedig", appauthor=False) / "config.toml"


def as_text(name: str) -> str:
    """Return a name as text that SQLite takes: the undecodable bytes of a file name become question marks."""
    return name.encode("utf-8", "replace").decode("utf-8")


@dataclass(frozen=True, slots=True)
class LibraryPaths:
    """The files of one library folder. Only the database matters; the vector caches can be deleted at any time."""

    root: Path

    @property
    def database(self) -> Path:
        """The SQLite database: the source of truth."""
        return self.root / "library.db"

    @property
    def lock(self) -> Path:
        """Held by the one process that writes."""
        return self.root / "writer.lock"

    @property
    def map_lock(self) -> Path:
        """Held by the one process that draws the map."""
        return self.root / "map.lock"

    @property
    def caches(self) -> Path:
        """Folder of the FAISS caches."""
        return self.root / "vectors"

    def cache(self, model_key: str) -> Path:
        """FAISS cache of one model's vectors; a variant's colon may not stand in a file name everywhere."""
        return self.caches / f"{model_key.replace(':', '-')}.faiss"

    def backup(self, schema_version: int) -> Path:
        """Copy of the database as it was before a migration from `schema_version`."""
        return self.root / f"library.before-migration-{schema_version}.db"
