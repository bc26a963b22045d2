"""Files whose headers are wrong in a known way, mended while they are read."""

from __future__ import annotations

import io
from pathlib import Path

__all__ = ["OpenEndedWav"]

SEARCHED = 1 << 16  # bytes in which a WAV's data chunk begins


class OpenEndedWav(io.FileIO):
    """A WAV whose data size is 0 though data follow, as a recorder leaves it that lost its power.

    It reads as if the size were 0xFFFFFFFF, which libsndfile takes as "to the end of the file". A WAV that
    really holds no data reads as it is.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._size_at = _unset_data_size(self.read(SEARCHED), path.stat().st_size)
        self.seek(0)

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # never None: a file does not block
        """Read as FileIO does, but with the size of the data chunk replaced."""
        start = self.tell()
        count = super().readinto(buffer) or 0
        if self._size_at is not None:
            first, end = max(start, self._size_at), min(start + count, self._size_at + 4)
            if first < end:
                buffer[first - start : end - start] = b"\xff" * (end - first)
        return count


def _unset_data_size(head: bytes, file_size: int) -> int | None:
    """Where the zero size of the data chunk stands, if something other than chunks follows it."""
    at = 12
    while at + 8 <= len(head):
        name, size = head[at : at + 4], int.from_bytes(head[at + 4 : at + 8], "little")
        if name == b"data":
            return at + 4 if size == 0 and _holds_samples(head[at + 8 :], file_size - at - 8) else None
        at += 8 + size + size % 2
    return None


def _holds_samples(rest: bytes, length: int) -> bool:
    is_chunk = rest[:4].isalnum() and int.from_bytes(rest[4:8], "little") <= length - 8
    return length > 0 and not is_chunk
