"""A private sound server, and finding what was played in what it heard.

Debian and Ubuntu: apt-get install --no-install-recommends pulseaudio pulseaudio-utils

    with SoundServer() as server:
        capture = server.capture()
        subprocess.Popen(command, env={**os.environ, **server.variables})
        (at,) = capture.wait_for(clip)

Nothing here sleeps for a fixed time to let something happen: it waits for a condition, and fails after `PATIENCE`.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import TypeVar

import numpy as np
import pytest
from numpy.typing import NDArray

from cratedig.types import FloatArray

__all__ = ["SR", "Capture", "Match", "SoundServer", "best", "burst", "find", "needs_sound_server", "until"]

SR = 48_000
PATIENCE = 60.0  # seconds, for a machine that does ten other things
LONGEST = "600"  # seconds a server lives when nobody is left to stop it
PROGRAMS = ("pulseaudio", "pactl")
SURE = 0.9  # normalised correlation: another burst reaches 0.05
FRAME = 8  # bytes: two channels of float32
BLOCK = 480  # frames the listener takes at once

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
    """What a server played from a moment on; it grows in the server's own time."""

    def __init__(self, file: Path) -> None:
        self._file, self._start = file, file.stat().st_size // FRAME * FRAME

    @property
    def heard(self) -> FloatArray:
        """All of it so far, shape (n, 2)."""
        with self._file.open("rb") as file:
            file.seek(self._start)
            return np.frombuffer(file.read(len(self) * FRAME), np.float32).reshape(-1, 2)

    def __len__(self) -> int:
        return (self._file.stat().st_size - self._start) // FRAME

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
    """A PulseAudio of our own with one sink, a pipe that we empty. As a context manager; `stop` and `start` in between.

    Parameters
    ----------
    patient : bool
        Time passes as the pipe is read: a machine that stands still for a second delays the sound and breaks nothing.
        Otherwise the clock is kept, as a sound card keeps it, and who plays too late leaves a gap.
    """

    def __init__(self, patient: bool = True) -> None:
        self._patient = patient
        self._folder = Path(tempfile.mkdtemp(prefix="cratedig-sound-"))  # short: a socket's path has 108 bytes
        self._socket, self._pipe, self._heard = (self._folder / name for name in ("native", "pipe", "heard"))
        self._heard.touch()
        self._process: subprocess.Popen[bytes] | None = None
        self._listener: Thread | None = None

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
        """Start the server, and listen to it."""
        self._pipe.unlink(missing_ok=True)
        script = self._folder / "server.pa"
        script.write_text(
            f"load-module module-native-protocol-unix socket={self._socket} auth-anonymous=1\n"
            f"load-module module-pipe-sink sink_name=ci file={self._pipe} rate={SR} format=float32le channels=2\n"
        )
        options = ("--daemonize=no", "--use-pid-file=no", "--exit-idle-time=-1", "--disable-shm=yes")
        self._process = subprocess.Popen(
            ["timeout", LONGEST, "pulseaudio", "-n", *options, "--file", str(script)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=self._environment,
            start_new_session=True,
        )
        until(self._answers, "the sound server")
        self._listener = Thread(target=self._listen, daemon=True)
        self._listener.start()

    def stop(self) -> None:
        """Kill the server, which ends the listening."""
        if self._process:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        if self._listener:
            self._listener.join()
        self._process = self._listener = None

    def capture(self) -> Capture:
        """What is played from now on; time passes while something has the sink open."""
        return Capture(self._heard)

    def _listen(self) -> None:
        with self._pipe.open("rb", buffering=0) as pipe, self._heard.open("ab", buffering=0) as heard:
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, BLOCK * FRAME)  # little lies between playing and hearing
            due = time.monotonic()
            while data := pipe.read(BLOCK * FRAME):
                heard.write(data)
                due = (time.monotonic() if self._patient else due) + len(data) / FRAME / SR
                time.sleep(max(0.0, due - time.monotonic()))

    def _answers(self) -> bool:
        assert self._process, "the sound server was not started"
        assert self._process.poll() is None, "the sound server does not start"
        done = subprocess.run(["pactl", "info"], capture_output=True, env=self._environment, check=False)
        return b"Server Name" in done.stdout

    @property
    def _environment(self) -> dict[str, str]:
        """The server may read and write nothing of the user's own."""
        folders = dict.fromkeys(("HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME"), str(self._folder))
        return {**os.environ, **self.variables, **folders, "DBUS_SESSION_BUS_ADDRESS": "disabled:"}
