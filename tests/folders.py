"""Sample folders on disk, running the indexer over them, and pictures of what a library then holds."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from cratedig.store.store import Store
from indexer.events import Event, IndexFinished, ScanFinished
from indexer.pipeline import IndexRequest, index
from tests.library import write_tone

CRATEDIG = str(Path(sys.executable).with_name("cratedig"))

PICTURE = {
    "root": "SELECT path FROM root ORDER BY path",
    "file": """
        SELECT f.path, f.name, f.size, f.mtime_ns, f.error, f.missing_since IS NOT NULL, c.hash, p.path, p.name
        FROM file f JOIN pack p ON p.id = f.pack_id LEFT JOIN content c ON c.id = f.content_id ORDER BY f.path
    """,
    "content": "SELECT hash, sr, channels, frames, peak, files_present FROM content ORDER BY hash",
    "segment": """
        SELECT c.hash, m.key, s.start_s, s.end_s, s.vector
        FROM segment s JOIN content c ON c.id = s.content_id JOIN model m ON m.id = s.model_id
        ORDER BY c.hash, m.key, s.start_s
    """,
}


def sample_folder(root: Path) -> Path:
    """Make a folder of two packs: three tones, one of them twice, silence, and a file that is not audio."""
    write_tone(root / "Pack A" / "Kicks" / "deep.wav", 80)
    write_tone(root / "Pack A" / "Leads" / "bright.wav", 2500)
    write_tone(root / "Pack B" / "middle.wav", 600)
    shutil.copyfile(root / "Pack A" / "Kicks" / "deep.wav", root / "Pack B" / "deep again.wav")
    write_tone(root / "Pack B" / "silence.wav", 0)
    (root / "Pack B" / "broken.wav").write_bytes(b"not a sound")
    return root


def run(
    library: Path,
    *roots: Path,
    cancelled: Callable[[], bool] = lambda: False,
    model: str = "fake",
    jobs: int = 1,
    reembed: bool = False,
    retry_failed: bool = False,
) -> list[Event]:
    """Index to the end; no root means every known one."""
    request = IndexRequest([str(root) for root in roots], model, jobs, reembed, retry_failed)
    with Store.create_or_open(library) as store:
        return list(index(store, request, cancelled))


def finished(events: Iterable[Event]) -> IndexFinished:
    """The last word of a run."""
    return next(event for event in events if isinstance(event, IndexFinished))


def scanned(events: Iterable[Event]) -> ScanFinished:
    """What the walk of a run found."""
    return next(event for event in events if isinstance(event, ScanFinished))


def rows(library: Path, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
    """Ask a library's database."""
    with closing(sqlite3.connect(library / "library.db")) as connection:
        return connection.execute(sql, parameters).fetchall()


def picture(library: Path) -> dict[str, list[tuple[Any, ...]]]:
    """All that a library knows of files and sounds, without ids and times: equal pictures are equal libraries."""
    return {table: rows(library, sql) for table, sql in PICTURE.items()}


def file_ids(library: Path) -> dict[str, int]:
    """Identity of each file by path."""
    return {os.fsdecode(path): i for path, i in rows(library, "SELECT path, id FROM file")}


def missing(library: Path) -> list[str]:
    """Paths marked as missing."""
    return [os.fsdecode(row[0]) for row in rows(library, "SELECT path FROM file WHERE missing_since IS NOT NULL")]


def environment(**variables: str) -> Mapping[str, str]:
    """Environment of a `cratedig` process: the fake model, and nothing of the user's own settings."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("CRATEDIG_")}
    return {**own, "CRATEDIG_MODEL": "fake", "CRATEDIG_CONFIG": os.devnull, **variables}


def start(*arguments: str | Path, **variables: str) -> subprocess.Popen[str]:
    """Start `cratedig` as a user would."""
    return subprocess.Popen(
        [CRATEDIG, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(**variables),
        start_new_session=True,
    )
