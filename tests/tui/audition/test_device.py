"""Where nothing can be heard: said in words, and nothing hangs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import miniaudio
import numpy as np
import pytest

from cratedig.types import FloatArray
from tests.sound_server import SoundServer, needs_sound_server
from tui.audition.device import AudioOffError, Device


def silence(frames: int) -> FloatArray:
    return np.zeros((frames, 2), np.float32)


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A sound server that is not there."""
    monkeypatch.setenv("PULSE_SERVER", f"unix:{tmp_path / 'nowhere'}")


@pytest.mark.usefixtures("nowhere")
@pytest.mark.skipif(Path("/proc/asound/cards").exists(), reason="this machine has a sound card of its own")
def test_no_device_is_said_in_words() -> None:
    device = Device(silence, 60)
    with pytest.raises(AudioOffError, match="no sound device was found") as caught:
        device.open()
    assert "start the sound server" in caught.value.hint
    assert not device.running
    assert not device.lost
    device.close()


def test_over_ssh_it_stays_silent_and_says_so() -> None:
    device = Device(silence, 60, environ={"SSH_CONNECTION": "10.0.0.2 50000 10.0.0.1 22"})
    with pytest.raises(AudioOffError, match="off over ssh") as caught:
        device.open()
    assert "PULSE_SERVER" in caught.value.hint


def test_without_miniaudio_it_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "miniaudio", None)
    with pytest.raises(AudioOffError, match="miniaudio cannot be loaded"):
        Device(silence, 60, environ={}).open()


def test_a_device_that_discards_everything_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []

    class Discarding:
        backend = "Null"

        def __init__(self, *_: object, **__: object) -> None:
            self.open = True
            made.append(self)

        def close(self) -> None:
            self.open = False

    monkeypatch.setattr(miniaudio, "PlaybackDevice", Discarding)
    with pytest.raises(AudioOffError, match="no sound device was found"):
        Device(silence, 60, environ={}).open()
    assert [device.open for device in made] == [False]


@needs_sound_server
def test_over_ssh_a_forwarded_server_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with SoundServer() as server:
        for name, value in server.variables.items():
            monkeypatch.setenv(name, value)
        device = Device(silence, 60, environ={**os.environ, "SSH_CONNECTION": "10.0.0.2 50000 10.0.0.1 22"})
        device.open()
        assert device.running
        device.close()
        assert not device.running


LEFT_OPEN = """
import sys
import numpy as np
from tui.audition.device import Device
device = Device(lambda frames: np.zeros((frames, 2), np.float32), 60)
device.open()
{way_out}
"""


@needs_sound_server
@pytest.mark.parametrize(
    ("way_out", "status"), [("pass", 0), ("sys.exit(3)", 3), ("raise KeyboardInterrupt", -2), ("1 / 0", 1)]
)
def test_a_device_that_is_left_open_does_not_hang_the_exit(way_out: str, status: int) -> None:
    with SoundServer() as server:
        done = subprocess.run(
            [sys.executable, "-c", LEFT_OPEN.format(way_out=way_out)],
            env={**os.environ, **server.variables},
            capture_output=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == status, done.stderr
