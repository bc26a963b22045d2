"""A real folder tree: thousands of corpus files as WAV, FLAC and Opus, indexed, searched, moved, deleted, restored.

    .venv/bin/python -m benchmarks.real_tree ../shared/corpus --files 5000

Each step is one `cratedig` command in a process of its own; what it said is checked against what was done.
"""

from __future__ import annotations

import argparse
import io
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path
from typing import Any

import soundfile

from benchmarks.record import report, write_flag

SEED_STRIDE = 97  # a fixed stride through the manifest: every source is in, without a random generator
FORMATS = (("wav", "PCM_24"), ("flac", "PCM_16"), ("opus", None))
QUERIES = {
    "kick": "kick",
    "snare": "snare",
    "closed hat": "closed hat",
    "piano": "piano",
    "choir": "choir",
    "drum loop": "drum loop",
}
TOP = 10


def choose(corpus: Path, count: int) -> dict[str, dict[str, str]]:
    """Rows of the manifest by shard member, spread over all sources."""
    rows = [json.loads(line) for line in (corpus / "manifest.jsonl").read_text().splitlines()]
    picked = [rows[(i * SEED_STRIDE) % len(rows)] for i in range(min(count, len(rows)))]
    return {row["file"]: row for row in picked}


def lay_out(corpus: Path, rows: dict[str, dict[str, str]], folder: Path) -> dict[str, str | None]:
    """Write the sounds as packs with neutral names; returns the class of each path."""
    classes: dict[str, str | None] = {}
    for shard in sorted(corpus.glob("*.tar")):
        with tarfile.open(shard) as tar:
            for member in tar:
                if member.name in rows and (stream := tar.extractfile(member)) is not None:
                    path = _write(stream.read(), rows[member.name], folder, len(classes))
                    classes[str(path)] = rows[member.name]["cls"]
    return classes


def _write(opus: bytes, row: dict[str, str], folder: Path, number: int) -> Path:
    suffix, subtype = FORMATS[number % len(FORMATS)]
    path = folder / row["pack"].replace("/", " - ") / f"{row['id']}.{suffix}"
    path.parent.mkdir(exist_ok=True)
    if subtype is None:
        path.write_bytes(opus)
    else:
        y, sr = soundfile.read(io.BytesIO(opus), dtype="float32")
        soundfile.write(path, y, sr, subtype)
    return path


def cratedig(library: Path, *arguments: object) -> tuple[list[dict[str, object]], float]:
    """Run one command with ``--json``; returns what it printed and its seconds."""
    command = [Path(sys.executable).with_name("cratedig"), *arguments, "--library", library, "--json"]
    started = time.perf_counter()
    done = subprocess.run([str(part) for part in command], check=True, stdout=subprocess.PIPE, text=True)
    return [json.loads(line) for line in done.stdout.splitlines()], round(time.perf_counter() - started, 2)


def index(library: Path, folder: Path) -> dict[str, object]:
    """Index and return the last event with the wall-clock seconds."""
    events, seconds = cratedig(library, "index", folder)
    scanned = next(event for event in events if event["event"] == "scan_finished")
    return {**events[-1], "pending": scanned["pending"], "wall_s": seconds}


def precision(library: Path, classes: dict[str, str | None]) -> dict[str, float]:
    """Share of the first ten hits of each query that the corpus labels so."""
    found = {}
    for query, cls in QUERIES.items():
        hits, _ = cratedig(library, "search", query, "-k", TOP)
        found[query] = sum(classes.get(str(hit["path"])) == cls for hit in hits) / TOP
    return found


def _unexpected(figures: dict[str, Any]) -> list[str]:
    """Name the steps whose outcome is not what was done to the folders."""
    files = figures["files"]
    gone = figures["after_a_pack_is_gone"]["missing"]
    right = {
        "first": figures["first"]["indexed"] == files,
        "again": figures["again"]["pending"] == 0,
        "renamed": figures["after_renaming_a_pack"]["moved"] == figures["after_renaming_a_pack"]["pending"] > 0,
        "gone": gone > 0 and figures["after_a_pack_is_gone"]["pending"] == 0,
        "back": figures["after_it_is_back"]["missing"] == 0 == figures["after_it_is_back"]["pending"],
        "status": figures["status"][0]["files"] == files,
        "verify": figures["problems"] == 0,
    }
    return [step for step, well in right.items() if not well]


def main() -> None:
    """Lay out, index, change, index again."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--files", type=int, default=5000)
    write_flag(parser)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cratedig-tree-") as temporary:
        folder, library = Path(temporary) / "samples", Path(temporary) / "library"
        folder.mkdir()
        classes = lay_out(options.corpus, choose(options.corpus, options.files), folder)
        figures: dict[str, Any] = {"files": len(classes), "first": index(library, folder)}
        figures["precision_at_10"] = precision(library, classes)
        figures["again"] = index(library, folder)
        packs = sorted(folder.iterdir(), key=lambda pack: -len(list(pack.iterdir())))
        packs[0].rename(folder / "renamed pack")
        figures["after_renaming_a_pack"] = index(library, folder)
        shutil.move(packs[1], Path(temporary) / "unplugged")
        figures["after_a_pack_is_gone"] = index(library, folder)
        shutil.move(Path(temporary) / "unplugged", packs[1])
        figures["after_it_is_back"] = index(library, folder)
        figures["status"], _ = cratedig(library, "status")
        problems, figures["verify_s"] = cratedig(library, "verify")
        figures["problems"] = len(problems)
    failed = _unexpected(figures)
    if failed:
        raise SystemExit(f"Not as it should be: {', '.join(failed)}")
    report("real-tree", figures, write=options.write)


if __name__ == "__main__":
    main()
