"""From a key to its sound: rendering alone, through a sound server, on a busy machine; memory of what is decoded.

    .venv/bin/python -m benchmarks.audition --write

Needs PulseAudio (see tests/sound_server.py), which plays to nobody and is heard by a recorder. "Queued" is when the
first sample of a sound is handed to the device; it is played at most one buffer later.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import numpy as np
import soundfile

from benchmarks.record import report, write_flag
from cratedig.config import load_settings
from cratedig.types import FloatArray
from tests.sound_server import SR, SoundServer, burst
from tui.app import SWITCH_S
from tui.audition.clips import LONGEST_S, Clip, Take, decode
from tui.audition.device import Device, Render
from tui.audition.mixer import Mixer
from tui.audition.player import Player
from tui.audition.stretch import Change, stretch

SEED = 11
BLOCK = 576  # frames: what a device with a buffer of 36 ms asks for
BUFFERS_MS = (36, 60)
BUSY = "while True: sum(range(10_000))"
COLD = {"one-shot of 0.5 s": (0.5, "wav"), "loop of 8 s": (8.0, "wav"), "mp3 of 90 s": (90.0, "mp3")}


def spread(taken: list[float]) -> dict[str, float]:
    """Median, 95th percentile and worst."""
    figures = statistics.median(taken), float(np.percentile(taken, 95)), max(taken)
    return {name: round(figure, 3) for name, figure in zip(("median", "p95", "worst"), figures, strict=True)}


def render_alone(rounds: int) -> dict[str, dict[str, float]]:
    """A key press with the block in which it is heard, and a block while nothing changes; in milliseconds."""
    mixer = Mixer()
    clips = [Clip.of(burst(seed, 4.0)) for seed in range(8)]
    pressed, steady = [], []
    for clip, _ in zip(itertools.cycle(clips), range(rounds), strict=False):
        start = time.perf_counter()
        mixer.play(clip, 1000, loop=True, gain=0.5)
        mixer.render(BLOCK)
        middle = time.perf_counter()
        mixer.render(BLOCK)
        pressed.append(1000 * (middle - start))
        steady.append(1000 * (time.perf_counter() - middle))
    return {"key_and_block": spread(pressed), "block": spread(steady)}


class Watched(Device):
    """A device that tells when sound begins to be queued, and when it has ended."""

    def __init__(self, render: Render, buffer_ms: float) -> None:
        super().__init__(self._watch, buffer_ms)
        self._inner = render
        self.sound, self.silence = Event(), Event()
        self.began = 0.0

    def _watch(self, frames: int) -> FloatArray:
        y = self._inner(frames)
        if not y.any():
            self.sound.clear()
            self.silence.set()
        elif not self.sound.is_set():
            self.began = time.perf_counter()
            self.silence.clear()
            self.sound.set()
        return y


@contextlib.contextmanager
def room(buffer_ms: float) -> Iterator[tuple[Player, Watched]]:
    """A player whose device is open and watched."""
    devices: list[Watched] = []

    def make(render: Render, buffer_ms: float) -> Watched:
        devices.append(Watched(render, buffer_ms))
        return devices[0]

    with Player(lambda _: None, buffer_ms, make) as player:
        devices[0].open()
        yield player, devices[0]


def press(player: Player, device: Watched, path: Path, wait_s: float) -> float:
    """Milliseconds from asking for a file, some time after silence, to its first sample in the queue."""
    player.stop()
    device.silence.wait()
    time.sleep(wait_s)
    start = time.perf_counter()
    player.play(Take(path), loop=True)
    device.sound.wait()
    return 1000 * (device.began - start)


def write_files(folder: Path, count: int, seconds: float, suffix: str) -> list[Path]:
    """The same stereo noise at 44.1 kHz in several files, as 24-bit WAV or MP3."""
    first, *others = (folder / f"{count}-{seconds}-{number}.{suffix}" for number in range(count))
    soundfile.write(first, burst(SEED, seconds * 44_100 / SR), 44_100, "PCM_24" if suffix == "wav" else None)
    return [first, *(shutil.copyfile(first, path) for path in others)]


def key_to_queued(folder: Path, buffer_ms: float, keys: int) -> dict[str, dict[str, float]]:
    """Milliseconds to the queue for neighbours that were prefetched, and for files that were not."""
    waits = np.random.default_rng(SEED).uniform(0.02, 0.06, 10 * keys).tolist()
    near = write_files(folder, 8, 1.0, "wav")
    with room(buffer_ms) as (player, device):
        for path in near:
            press(player, device, path, 0.2)  # decodes them
        figures = {"prefetched": spread([press(player, device, near[i % 8], waits.pop()) for i in range(keys)])}
        for name, (seconds, suffix) in COLD.items():
            cold = write_files(folder, 10, seconds, suffix)
            figures[name] = spread([press(player, device, path, waits.pop()) for path in cold])
            for path in cold:
                path.unlink()
    return figures


def underruns(server: SoundServer, folder: Path, buffer_ms: float, seconds: float, busy: int) -> dict[str, float]:
    """Gaps a minute in a loop without silence, while `busy` processes keep the machine's cores from it."""
    (path,) = write_files(folder, 1, 1.0, "wav")
    burning = [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(busy)]
    try:
        with room(buffer_ms) as (player, device):
            capture = server.capture()
            press(player, device, path, 0.0)
            used = time.process_time()
            heard = capture.wait(seconds)
            used = time.process_time() - used
    finally:
        for process in burning:
            process.kill()
            process.wait()
    sounding = np.flatnonzero(heard.any(axis=1))
    gaps = np.diff(sounding)
    gaps = gaps[gaps > 1]
    return {
        "gaps_a_minute": round(60 * len(gaps) / seconds, 1),
        "silence_percent": round(100 * float(gaps.sum()) / len(heard), 3),
        "cpu_percent": round(100 * used / seconds, 1),
    }


def memory(folder: Path) -> dict[str, float]:
    """Megabytes of a decoded clip."""
    figures = {}
    for name, seconds in (("one-shot of 0.5 s", 0.5), ("loop of 8 s", 8.0), (f"file of {2 * LONGEST_S} s", 120.0)):
        (path,) = write_files(folder, 1, seconds, "wav")
        *_, clip = decode(Take(path))
        figures[name] = round(clip.nbytes / 1e6, 2)
    return figures


def stretching() -> float:
    """Milliseconds of CPU to bring a loop of four seconds to another tempo and key."""
    y = burst(1, 4.0)
    change = Change(tempo=1.1, semitones=2, repeats=True)
    stretch(y, change)
    start = time.process_time()
    stretch(y, change)
    return round(1000 * (time.process_time() - start), 1)


def measure(keys: int, seconds: float) -> dict[str, object]:
    """Every figure."""
    sys.setswitchinterval(SWITCH_S)
    with tempfile.TemporaryDirectory() as name, SoundServer(patient=False) as server:
        os.environ.update(server.variables)
        folder = Path(name)
        return {
            "seed": SEED,
            "load_average": os.getloadavg()[0],
            "buffer_ms": load_settings({}, {"CRATEDIG_CONFIG": os.devnull}).buffer,
            "render_ms": render_alone(2000),
            "key_to_queued_ms": {buffer_ms: key_to_queued(folder, buffer_ms, keys) for buffer_ms in BUFFERS_MS},
            "playing": {
                f"buffer {buffer_ms} ms, {busy} busy processes": underruns(server, folder, buffer_ms, seconds, busy)
                for buffer_ms in BUFFERS_MS
                for busy in (0, os.cpu_count() or 1)
            },
            "clip_mb": memory(folder),
            "stretch_4_s_cpu_ms": stretching(),
        }


def main() -> None:
    """Measure, print and perhaps keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keys", type=int, default=200, help="key presses")
    parser.add_argument("--seconds", type=float, default=30.0, help="of a loop, in which gaps are counted")
    write_flag(parser)
    args = parser.parse_args()
    report("audition", measure(args.keys, args.seconds), write=args.write)


if __name__ == "__main__":
    main()
