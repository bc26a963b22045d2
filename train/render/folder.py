"""Rendered sounds as a second corpus on disk: a manifest and a shard of Opus files, as in ../shared/corpus."""

from __future__ import annotations

import io
import itertools
import json
import shutil
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import soundfile as sf
from numpy.typing import NDArray

from train.render.analog import render_analog
from train.render.arcade import render_arcade
from train.render.fonts import FONTS, render_fonts
from train.render.sound import SR, Rendered
from train.render.stk import render_stk

SILENT = 1e-3  # peak
PEAK = 0.9
PROGRAMS = ("fluidsynth", "timidity", "stk-demo")
NEEDED = "fluidsynth timidity stk freepats timgm6mb-soundfont csound-soundfont"


def rendered_folder(corpus: Path, cache: Path, seed: int) -> Path:
    """The folder of rendered sounds, made if it is not there (about four minutes)."""
    folder = cache / f"rendered-{seed}"
    if not (folder / "manifest.jsonl").exists():
        _check_tools()
        folder.mkdir(parents=True, exist_ok=True)
        sounds = (render_fonts(corpus), render_stk(seed), render_arcade(seed), render_analog(seed))
        write_corpus(itertools.chain(*sounds), folder)
    return folder


def _check_tools() -> None:
    fonts = [str(font.path) for font in FONTS if not font.path.exists()]
    missing = [name for name in PROGRAMS if not shutil.which(name)] + fonts
    if missing:
        raise SystemExit(f"Not found: {', '.join(missing)}. Install them with: apt-get install {NEEDED}")


def write_corpus(sounds: Iterator[Rendered], folder: Path) -> None:
    """Write the sounds at one level, without those that are silent or the same as an earlier one."""
    seen: set[bytes] = set()
    rows: list[dict[str, Any]] = []
    with tarfile.open(folder / "train-000.tar", "w") as tar:
        for sound in sounds:
            peak = float(np.abs(sound.y).max(initial=0))
            coarse = np.round(sound.y[::7] / max(peak, SILENT) * 50).astype(np.int8).tobytes()
            if peak < SILENT or coarse in seen:  # a patch the font lacks, or one that another stands in for
                continue
            seen.add(coarse)
            name = f"rd{len(rows):05}"
            _add(tar, f"{name}.opus", sound.y / peak * PEAK)
            rows.append(sound.row | {"id": name, "file": f"{name}.opus", "shard": "train-000.tar"})
    (folder / "manifest.tmp").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "manifest.tmp").replace(folder / "manifest.jsonl")


def _add(tar: tarfile.TarFile, name: str, y: NDArray[np.float32]) -> None:
    data = io.BytesIO()
    sf.write(data, y, SR, format="OGG", subtype="OPUS")
    entry = tarfile.TarInfo(name)
    entry.size = data.tell()
    data.seek(0)
    tar.addfile(entry, data)
