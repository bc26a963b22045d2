"""Keep C libraries from writing into the user's terminal."""

from __future__ import annotations

import ctypes
import functools
import os
import sys

__all__ = ["silence_c_libraries"]


@functools.cache
def silence_c_libraries() -> None:
    """Point the C library's `stderr` at nothing: mpg123, inside libsndfile, complains there about bad MP3s.

    Only the C variable is set, which glibc and macOS document as assignable: Python's stderr, the progress
    bar and the app's screen keep working, in every thread. Turning file descriptor 2 away would stop them.
    """
    symbol = {"linux": "stderr", "darwin": "__stderrp"}.get(sys.platform)
    if symbol is None:
        return
    libc = ctypes.CDLL(None)
    if sys.platform == "linux" and not hasattr(libc, "gnu_get_libc_version"):
        return  # musl keeps the variable in read-only memory
    libc.fopen.restype = ctypes.c_void_p
    ctypes.c_void_p.in_dll(libc, symbol).value = libc.fopen(os.devnull.encode(), b"w")
