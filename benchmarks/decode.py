"""How fast sound files are read, hashed and resampled on one core, and how much memory a long one takes.

    .venv/bin/python -m benchmarks.decode --write

It makes its own files. Times are CPU seconds, the best of the repeats, so that other work on the machine
disturbs them little; the short files are in the page cache, the long one is not.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import soundfile

from benchmarks.record import report, write_flag
from cratedig.audio.content import open_sound
from cratedig.audio.decode import open_audio

SR, MODEL_SR, WINDOW_S = 44_100, 32_000, 2.0
FORMATS = {
    "wav 16-bit": ("WAV", "PCM_16"),
    "wav 24-bit": ("WAV", "PCM_24"),
    "aiff 24-bit": ("AIFF", "PCM_24"),
    "flac 24-bit": ("FLAC", "PCM_24"),
    "ogg vorbis": ("OGG", "VORBIS"),
    "mp3": ("MP3", "MPEG_LAYER_III"),
}


def write_files(folder: Path, major: str, subtype: str, count: int, seconds: float) -> list[Path]:
    """Stereo decaying noise, another seed in each file."""
    paths = [folder / f"{major}-{subtype}-{i}" for i in range(count)]
    for seed, path in enumerate(paths):
        frames = int(seconds * SR)
        y = np.random.default_rng(seed).standard_normal((frames, 2)) * np.geomspace(0.2, 0.001, frames)[:, None]
        soundfile.write(path, y, SR, subtype, format=major)
    return paths


def decode(path: Path) -> None:
    """Decode, and drop the samples."""
    with open_audio(path) as audio:
        for _ in audio.blocks(10.0):
            pass


def window(path: Path) -> None:
    """Decode, hash, resample and cut."""
    for _ in open_sound(path).windows(MODEL_SR, WINDOW_S):
        pass


def rate(work: Callable[[Path], object], paths: list[Path], repeats: int) -> float:
    """Files per CPU second."""
    best = float("inf")
    for _ in range(repeats):
        start = time.process_time()
        for path in paths:
            work(path)
        best = min(best, time.process_time() - start)
    return round(len(paths) / best, 1)


def read_long(path: Path) -> None:
    """Run in a process of its own: seconds and peak memory of one long file."""
    start = time.process_time()
    sound = open_sound(path)
    hashed = time.process_time()
    windows = sum(1 for _ in sound.windows(MODEL_SR, WINDOW_S))
    unit = 1 if sys.platform == "darwin" else 1024
    figures = {
        "hours": sound.content.duration_s / 3600,
        "windows": windows,
        "decode_hash_s": round(hashed - start, 2),
        "windows_s": round(time.process_time() - hashed, 2),
        "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6, 1),
    }
    print(json.dumps(figures))


def measure_long(folder: Path, minutes: int) -> dict[str, float]:
    """A 48 kHz stereo 16-bit WAV; a sparse file, so it takes no room on the disk."""
    path = folder / "long.wav"
    soundfile.write(path, np.zeros((1, 2)), 48_000, "PCM_16", format="WAV")
    with path.open("r+b") as file:
        file.seek(4)
        file.write(b"\xff\xff\xff\xff")
        file.seek(40)
        file.write(b"\xff\xff\xff\xff")
    os.truncate(path, 44 + minutes * 60 * 48_000 * 4)
    command = [sys.executable, "-m", "benchmarks.decode", "--read-long", str(path)]
    figures: dict[str, float] = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
    return figures


def measure(count: int, seconds: float, repeats: int, minutes: int) -> dict[str, object]:
    """Every figure."""
    with tempfile.TemporaryDirectory() as name:
        files = {key: write_files(Path(name), *value, count, seconds) for key, value in FORMATS.items()}
        steps: tuple[tuple[str, Callable[[Path], object]], ...] = (
            ("decode", decode),
            ("decode+hash", open_sound),
            ("decode+hash+resample", window),
        )
        rates = {step: {key: rate(work, paths, repeats) for key, paths in files.items()} for step, work in steps}
        return {
            "libsndfile": soundfile.__libsndfile_version__,
            "files": f"{count} a format, {seconds} s, {SR} Hz stereo; windows at {MODEL_SR} Hz",
            "files_per_cpu_second": rates,
            "long_file": measure_long(Path(name), minutes),
        }


def main() -> None:
    """Measure, print and perhaps keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=300, help="files a format")
    parser.add_argument("--seconds", type=float, default=0.5, help="length of a file")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--minutes", type=int, default=120, help="length of the long file")
    write_flag(parser)
    parser.add_argument("--read-long", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.read_long:
        read_long(args.read_long)
        return
    report("decode", measure(args.count, args.seconds, args.repeats, args.minutes), write=args.write)


if __name__ == "__main__":
    main()
