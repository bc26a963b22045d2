"""The whole app, as a producer has it: a real terminal (tmux), real keys, a real library, and what is really heard."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from cratedig.store.store import Store
from tests.audio.synth import write
from tests.folders import CRATEDIG, environment
from tests.sound_server import SR, Capture, SoundServer, burst, needs_sound_server, until
from tui.audition.level import linear, match_db

pytestmark = [
    needs_sound_server,
    pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed (apt-get install tmux)"),
    pytest.mark.slow,
]

COUNT = 4
BUFFER_MS = "600"  # the machine may be busy
LOUDER_DB = 0.05  # than what is asked for
CLEAN_DB = -60.0  # residual of a sound that was heard whole


class Terminal:
    """A terminal of 120 by 36 with the app in it."""

    def __init__(self, folder: Path, variables: dict[str, str]) -> None:
        self._tmux = ["tmux", "-S", str(folder / "tmux"), "-f", "/dev/null"]
        settings = [part for name, value in variables.items() for part in ("-e", f"{name}={value}")]
        self._run("new-session", "-d", "-x", "120", "-y", "36", *settings, CRATEDIG, env={**os.environ, **variables})

    def close(self) -> None:
        """End it, whatever runs in it."""
        subprocess.run([*self._tmux, "kill-server"], capture_output=True, check=False)

    @property
    def running(self) -> bool:
        """Whether the app is still there."""
        return subprocess.run([*self._tmux, "has-session"], capture_output=True, check=False).returncode == 0

    @property
    def screen(self) -> str:
        """What it shows."""
        return self._run("capture-pane", "-p")

    def press(self, *keys: str) -> None:
        """Press keys, by the names that tmux gives them."""
        self._run("send-keys", *keys)

    def type(self, text: str) -> None:
        """Type a text."""
        self._run("send-keys", "-l", text)

    def drop(self, file: Path) -> None:
        """Drop a file: a terminal pastes its path, quoted."""
        self._run("set-buffer", f"'{file}' ")
        self._run("paste-buffer", "-p")

    def go_to_list(self) -> None:
        """Go from the query line to where letters are keys."""
        self.press("Enter")
        self.wait_for("f favourite")

    def wait_for(self, text: str) -> None:
        """Wait until a text is on the screen."""
        until(lambda: text in self.screen, f"{text!r} on the screen")

    def _run(self, *command: str, env: dict[str, str] | None = None) -> str:
        done = subprocess.run([*self._tmux, *command], capture_output=True, text=True, check=True, env=env)
        return done.stdout


@pytest.fixture
def samples(tmp_path: Path) -> Path:
    folder = tmp_path / "samples"
    folder.mkdir()
    for seed in range(COUNT):
        write(folder / f"noise {seed}.wav", burst(seed), SR, "FLOAT")
    write(folder / "other.wav", burst(COUNT), SR, "FLOAT")
    return folder


@pytest.fixture
def server() -> Iterator[SoundServer]:
    with SoundServer() as server:
        yield server


@pytest.fixture
def terminal(tmp_path: Path, samples: Path, server: SoundServer) -> Iterator[Terminal]:
    settings = environment(
        CRATEDIG_LIBRARY=str(tmp_path / "library"),
        CRATEDIG_BUFFER=BUFFER_MS,
        CRATEDIG_PROJECT=str(tmp_path / "project"),
    )
    ours = {name: value for name, value in settings.items() if name.startswith("CRATEDIG")}
    subprocess.run([CRATEDIG, "index", str(samples)], env={**os.environ, **ours}, capture_output=True, check=True)
    terminal = Terminal(tmp_path, {**ours, **server.variables})
    yield terminal
    terminal.close()


def wait_for_silence(capture: Capture) -> None:
    """Wait until half a second of nothing was heard."""
    until(lambda: len(capture) - capture.silent_from() > SR // 2, "silence")


def gain_of(library: Path, name: str) -> float:
    """Linear gain that loudness matching gives a sound."""
    with Store.open(library) as store:
        (content,) = (content for row, content in store.files.present() if row.stamp.text.endswith(name))
        sounding = store.measures.sounding([content.hash])[content.hash]
    return linear(match_db(sounding.lufs, sounding.true_peak_db))


def test_a_session_from_query_to_quit(tmp_path: Path, samples: Path, server: SoundServer, terminal: Terminal) -> None:
    capture = server.capture()
    terminal.wait_for(f"{COUNT + 1} sounds")

    # Query and arrows: what the cursor comes to is heard, in order, equally loud.
    terminal.type("name:noise")
    terminal.wait_for(f"{COUNT} sounds")
    terminal.press("Down")
    (first,) = capture.wait_for(burst(1))
    terminal.press("Down")
    (second,) = capture.wait_for(burst(2))
    assert first.at + len(burst(1)) <= second.at
    for match, name in ((first, "noise 1.wav"), (second, "noise 2.wav")):
        assert match.residual_db < CLEAN_DB
        assert abs(20 * np.log10(match.gain / gain_of(tmp_path / "library", name))) < LOUDER_DB
    wait_for_silence(capture)

    # Loop: again and again without a gap, until it is stopped.
    terminal.go_to_list()
    terminal.press("l")
    places = np.array([match.at for match in capture.wait_for(burst(2), times=6)])
    assert set(np.diff(places[1:])) == {len(burst(2))}
    terminal.press("Space")
    wait_for_silence(capture)
    stopped = capture.silent_from()
    capture.wait(1.0)
    assert capture.silent_from() == stopped
    terminal.press("l")

    # Drop a file, then go on from a sound of the list.
    terminal.drop(samples / "noise 3.wav")
    terminal.wait_for("like noise 3.wav +")
    until(lambda: re.search(r"▸ +\d+ noise 3.wav", terminal.screen), "itself at the top of what is like it")
    terminal.go_to_list()
    terminal.press("Down", "s")
    until(lambda: "like noise 3.wav +" not in terminal.screen, "another reference")

    # Take it.
    terminal.press("c")
    terminal.wait_for("Copied")
    (copied,) = (tmp_path / "project").glob("*.wav")
    assert copied.read_bytes() == (samples / copied.name).read_bytes()
    assert len(list(samples.iterdir())) == COUNT + 1

    terminal.press("C-q")
    until(lambda: not terminal.running, "the app to end")
