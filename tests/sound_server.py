"""A private sound server, and finding what was played in what it heard.

Debian and Ubuntu: apt-get install --no-install-recommends pulseaudio pulseaudio-utils

    with SoundServer() as server, server.capture() as capture:
        subprocess.Popen(command, env={**os.environ, **server.variables})
        (at,) = capture.wait_for(clip)

Nothing here sleeps for a fixed time to let something happen: it waits for a condition, and fails after `PATIENCE`.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
from numpy.typing import NDArray

from cratedig.types import FloatArray

__all__ = ["SR", "Capture", "Match", "SoundServer", "best", "burst", "find", "needs_sound_server", "until"]

SR = 48_000
PATIENCE = 60.0  # seconds, for a machine that does ten other things
LONGEST = "600"  # seconds a server lives when nobody is left to stop it
PROGRAMS = ("pulseaudio", "pactl", "paplay", "parec")
SURE = 0.9  # normalised correlation: another burst reaches 0.05
FORMAT = ("--raw", "--format=float32le", f"--rate={SR}", "--channels=2")

needs_sound_server = pytest.mark.skipif(
    any(shutil.which(program) is None for program in PROGRAMS),
    reason="PulseAudio is not installed (apt-get install pulseaudio pulseaudio-utils)",
)

Found = TypeVar("Found")


def until(condition: Callable[[], Found], what: str) -> Found:
    """Wait until something holds, and return it; fails after `PATIENCE`."""
    deadline = time.monotonic() + PATIENCE
    while not (found := condition()):
        assert time.monotonic() < deadline, f"waited {PATIENCE:.0f} s for {what}"
        time.sleep(0.02)
    return found


def burst(seed: int, seconds: float = 0.5) -> FloatArray:
    """Stereo noise that no other seed resembles, shape (n, 2), at `SR`; -20 dBFS."""
    y = np.random.default_rng(seed).standard_normal((round(seconds * SR), 2))
    return (np.clip(y, -4, 4) * 0.1).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Match:
    """Where a clip begins in a capture, in frames; its gain; and in dB below it what is not the clip."""

    at: int
    gain: float
    residual_db: float


def find(heard: FloatArray, clip: FloatArray) -> list[Match]:
    """Every place of a clip in a recording, both of shape (n, 2), by normalised cross-correlation."""
    if len(heard) < len(clip):
        return []
    likeness = _likeness(heard, clip)
    return [_match(heard, clip, int(at)) for at in np.flatnonzero(likeness > SURE)]


def best(heard: FloatArray, clip: FloatArray) -> Match:
    """The place that a clip resembles most, however little."""
    return _match(heard, clip, int(np.argmax(_likeness(heard, clip))))


def _likeness(heard: FloatArray, clip: FloatArray) -> NDArray[np.float64]:
    size = len(heard) + len(clip)
    spectra = np.fft.rfft(heard, size, axis=0) * np.conj(np.fft.rfft(clip, size, axis=0))
    products = np.fft.irfft(spectra, size, axis=0).sum(axis=1)[: len(heard) - len(clip) + 1]
    energy = np.concatenate(([0.0], np.cumsum((heard.astype(np.float64) ** 2).sum(axis=1))))
    energy = np.maximum(energy[len(clip) :] - energy[: -len(clip)], 1e-9)
    likeness: NDArray[np.float64] = products / np.sqrt(energy * float((clip.astype(np.float64) ** 2).sum()))
    return likeness


def _match(heard: FloatArray, clip: FloatArray, at: int) -> Match:
    wanted = clip.astype(np.float64)
    there = heard[at : at + len(clip)].astype(np.float64)
    gain = float((there * wanted).sum() / (wanted**2).sum())
    rest = ((there - gain * wanted) ** 2).sum() / (gain**2 * (wanted**2).sum())
    return Match(at, gain, 10 * float(np.log10(max(rest, 1e-30))))


class Capture:
    """What a server plays, from the moment it began to listen; it grows in the server's own time."""

    def __init__(self, file: Path) -> None:
        self._file = file

    @property
    def heard(self) -> FloatArray:
        """All of it so far, shape (n, 2)."""
        data = self._file.read_bytes()
        return np.frombuffer(data[: len(data) // 8 * 8], np.float32).reshape(-1, 2)

    def __len__(self) -> int:
        return self._file.stat().st_size // 8

    def wait(self, seconds: float) -> FloatArray:
        """Wait until the server has played so much more; returns all of it."""
        end = len(self) + round(seconds * SR)
        until(lambda: len(self) >= end, f"{seconds} s more of sound")
        return self.heard

    def wait_for(self, clip: FloatArray, times: int = 1) -> list[Match]:
        """Wait until a clip was heard so many times; returns where."""
        deadline = time.monotonic() + PATIENCE
        while len(found := find(self.heard, clip)) < times:
            assert time.monotonic() < deadline, f"waited {PATIENCE:.0f} s for a clip to be heard {times} times"
            self.wait(0.25)
        return found

    def silent_from(self) -> int:
        """Frame from which on nothing was heard."""
        sounding = np.flatnonzero(np.abs(self.heard).max(axis=1))
        return int(sounding[-1]) + 1 if len(sounding) else 0


class SoundServer:
    """A PulseAudio of our own with one sink that nobody hears. As a context manager; `stop` and `start` in between."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="cratedig-sound-"))  # short: a socket's path has 108 bytes
        self._socket = self._folder / "native"
        self._running: list[subprocess.Popen[bytes]] = []

    @property
    def variables(self) -> dict[str, str]:
        """Environment variables with which a program plays here."""
        return {
            "PULSE_SERVER": f"unix:{self._socket}",
            "PULSE_COOKIE": str(self._folder / "cookie"),
            "PULSE_RUNTIME_PATH": str(self._folder),
        }

    def __enter__(self) -> SoundServer:
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def start(self) -> None:
        """Start the server, and a silent stream that keeps its sink running."""
        script = self._folder / "server.pa"
        script.write_text(
            f"load-module module-native-protocol-unix socket={self._socket} auth-anonymous=1\n"
            f"load-module module-null-sink sink_name=ci rate={SR} format=float32le channels=2 norewinds=1\n"
        )
        options = ("--daemonize=no", "--use-pid-file=no", "--exit-idle-time=-1", "--disable-shm=yes")
        self._run("timeout", LONGEST, "pulseaudio", "-n", *options, "--file", str(script))
        until(self._answers, "the sound server")
        self._run("paplay", *FORMAT, "--device=ci", "/dev/zero")
        until(lambda: b"RUNNING" in self._pactl("list", "short", "sinks"), "the sink to run")

    def stop(self) -> None:
        """Kill the server and everything that was started with it."""
        while self._running:
            _kill(self._running.pop())

    @contextlib.contextmanager
    def capture(self) -> Iterator[Capture]:
        """Record what is played."""
        file = self._folder / f"capture-{time.monotonic_ns()}"
        with file.open("wb") as output:
            process = self._run("parec", *FORMAT, "--device=ci.monitor", "--latency-msec=20", output=output.fileno())
            try:
                capture = Capture(file)
                until(lambda: len(capture), "the first sound of the capture")
                yield capture
            finally:
                _kill(process)

    def _run(self, *command: str, output: int = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.DEVNULL,
            env=self._environment,
            start_new_session=True,
        )
        self._running.append(process)
        return process

    def _answers(self) -> bool:
        assert self._running[0].poll() is None, "the sound server does not start"
        return b"Server Name" in self._pactl("info")

    def _pactl(self, *arguments: str) -> bytes:
        done = subprocess.run(["pactl", *arguments], capture_output=True, env=self._environment, check=False)
        return done.stdout

    @property
    def _environment(self) -> dict[str, str]:
        """The server may read and write nothing of the user's own."""
        folders = dict.fromkeys(("HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME"), str(self._folder))
        return {**os.environ, **self.variables, **folders, "DBUS_SESSION_BUS_ADDRESS": "disabled:"}


def _kill(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
