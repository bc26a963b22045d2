"""The sound device: one, opened once and kept open, since opening takes longer than a hit lasts."""

from __future__ import annotations

import atexit
import os
import time
from collections.abc import Callable, Generator, Mapping
from threading import Lock
from typing import TYPE_CHECKING, TypeAlias

from cratedig.audio.quiet import silence_c_libraries
from cratedig.errors import CratedigError
from cratedig.types import FloatArray
from tui.audition.clips import CHANNELS, SR

if TYPE_CHECKING:
    import miniaudio

__all__ = ["AudioOffError", "Device", "Render"]

PERIODS = 3  # of a buffer: how often the device asks for more
STALLED_S = 2.0  # a device that asks for nothing for so long is gone: libpulse does not say so
LATER = "Connect a device or start the sound server, then play again."

Render: TypeAlias = Callable[[int], FloatArray]
Stream: TypeAlias = Generator[FloatArray | bytes, int, None]


class AudioOffError(CratedigError):
    """There is nothing to play through."""


class Device:
    """The system's default output: 48 kHz, stereo, float32.

    Parameters
    ----------
    render : callable
        Gets a number of frames, returns that many, shape (frames, 2). Runs in the device's thread.
    buffer_ms : float
        What is queued ahead, in milliseconds: less answers sooner, more survives a busier machine.
    environ : mapping
        Environment variables.
    """

    def __init__(
        self,
        render: Render,
        buffer_ms: float,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self._render, self._buffer_ms, self._environ = render, buffer_ms, environ
        self._device: miniaudio.PlaybackDevice | None = None
        self._asked_at = 0.0
        self._lock = Lock()

    @property
    def running(self) -> bool:
        """Whether what is rendered is heard."""
        return self._device is not None and time.monotonic() - self._asked_at < STALLED_S

    @property
    def lost(self) -> bool:
        """Whether it was opened and went away."""
        return self._device is not None and not self.running

    def open(self) -> None:
        """Open it, unless it is; again, when it was lost.

        Raises
        ------
        AudioOffError
            There is no device, or it is on the other side of ssh.
        """
        with self._lock:
            if self.running:
                return
            self._close()
            if "SSH_CONNECTION" in self._environ and "PULSE_SERVER" not in self._environ:
                raise AudioOffError(
                    "Audio is off over ssh: it would play on the other machine.",
                    "To hear it here, forward your sound server and set PULSE_SERVER.",
                )
            self._device = self._start()
            atexit.register(self.close)  # a device that is still open hangs the interpreter's exit

    def close(self) -> None:
        """Fall silent at once. It can be opened again."""
        with self._lock:
            self._close()

    def _close(self) -> None:
        if self._device is not None:
            self._device.close()
            self._device = None
            atexit.unregister(self.close)

    def _start(self) -> miniaudio.PlaybackDevice:
        silence_c_libraries()  # ALSA's complaints
        try:
            import miniaudio  # noqa: PLC0415 - it loads the system's sound libraries, which may not be there
        except (ImportError, OSError) as error:
            raise AudioOffError(f"Audio is off: miniaudio cannot be loaded ({error}).", LATER) from error
        try:
            device = miniaudio.PlaybackDevice(
                miniaudio.SampleFormat.FLOAT32,
                CHANNELS,
                SR,
                buffersize_msec=max(1, round(self._buffer_ms / PERIODS)),
                callback_periods=PERIODS,
                thread_prio=miniaudio.ThreadPriority.REALTIME,  # where the system allows it, else as usual
                app_name="cratedig",
            )
            if device.backend == "Null":
                device.close()
                raise AudioOffError("Audio is off: no sound device was found.", LATER)
            self._asked_at = time.monotonic()
            device.start(self._stream())
        except miniaudio.MiniaudioError as error:
            raise AudioOffError("Audio is off: no sound device was found.", LATER) from error
        return device

    def _stream(self) -> Stream:
        """Generator as miniaudio wants it: started, and sent the number of frames."""

        def on_demand() -> Stream:
            frames = yield b""
            while True:
                self._asked_at = time.monotonic()
                frames = yield self._render(frames)

        stream = on_demand()
        next(stream)
        return stream
