"""What a file says about itself: tempo, key, root note, loop points and texts embedded in it.

One walker for the chunk formats (RIFF, RIFX, RF64, AIFF, CAF); tinytag for the tags of MP3, FLAC, Ogg, Opus and
MP4. Nothing here judges whether a value is true: vendors leave defaults in, see `cratedig.analysis.facts`.
"""

from __future__ import annotations

import contextlib
import io
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO, TypeAlias

from tinytag import TinyTag, TinyTagException

__all__ = ["NOTHING", "Embedded", "read_embedded"]

MOST_CHUNKS = 512
LARGEST = 1 << 16  # bytes read of one chunk
MOST_POINTS = 256
INFO_NAMES = {
    b"INAM": "title", b"IART": "artist", b"IGNR": "genre", b"ICMT": "comment", b"IKEY": "keywords",
    b"ICOP": "copyright", b"IPRD": "album", b"ISBJ": "subject", b"IBPM": "bpm",
    b"NAME": "title", b"AUTH": "artist", b"ANNO": "comment", b"(c) ": "copyright",
}  # fmt: skip
ID3_CHUNKS = frozenset({b"id3 ", b"ID3 ", b"id3\0"})
APPLE_LOOP = bytes.fromhex("29819273b5bf4aefb78d62d1ef90bb2c")  # the uuid chunk of a CAF Apple Loop
SCALES = {1: "m", 2: ""}
NOTES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")


@dataclass(frozen=True, slots=True)
class Embedded:
    """What a file says about itself; None or empty where it says nothing.

    Attributes
    ----------
    bpm : float
        Tempo.
    beats : int
        Length in beats.
    one_shot : bool
        Whether an acid chunk marks it as a one-shot.
    root_midi : int
        MIDI note at which the sound plays unchanged.
    key : str
        As written, such as ``F#m``.
    loops, cues : tuple of int
        First and last frame of each sustain loop, flat; frames of cue points and markers.
    texts : dict of str to str
        Title, artist, genre, comment, keywords, copyright, description and the like.
    """

    bpm: float | None = None
    beats: int | None = None
    one_shot: bool | None = None
    root_midi: int | None = None
    key: str | None = None
    loops: tuple[int, ...] = ()
    cues: tuple[int, ...] = ()
    texts: dict[str, str] = field(default_factory=dict)


NOTHING = Embedded()
Parser: TypeAlias = Callable[[bytes, str, Embedded], Embedded]


def read_embedded(path: Path) -> Embedded:
    """Read what a file says about itself. A damaged or strange file says less; it is no error.

    Raises
    ------
    OSError
        The file cannot be read.
    """
    with path.open("rb") as file:
        size = file.seek(0, io.SEEK_END)
        found, has_tags = _read_chunks(file, size)
        if has_tags:
            file.seek(0)
            found = _add_tags(file, found)
    return found


def _read_chunks(file: BinaryIO, size: int) -> tuple[Embedded, bool]:
    """What the chunks say, and whether tags are worth looking for."""
    file.seek(0)
    head = file.read(12)
    if head[:4] in {b"RIFF", b"RF64", b"BW64"} and head[8:] == b"WAVE":
        order, start, wide = "<", 12, False
    elif (head[:4] == b"RIFX" and head[8:] == b"WAVE") or (head[:4] == b"FORM" and head[8:] in {b"AIFF", b"AIFC"}):
        order, start, wide = ">", 12, False
    elif head[:4] == b"caff":
        order, start, wide = ">", 8, True
    else:
        return NOTHING, True
    found, has_tags = NOTHING, False
    for name, body in _chunks(file, size, start, order, wide):
        has_tags |= name in ID3_CHUNKS
        with contextlib.suppress(struct.error, ValueError, OverflowError):
            found = _parse(name, body, order, found)
    return replace(found, bpm=found.bpm or _number(found.texts.get("bpm", ""))), has_tags


def _chunks(file: BinaryIO, size: int, at: int, order: str, wide: bool) -> Iterator[tuple[bytes, bytes]]:
    """Name and beginning of each chunk that matters; lengths are bounded by the file."""
    header = struct.Struct(order + ("4sq" if wide else "4sI"))
    for _ in range(MOST_CHUNKS):
        file.seek(at)
        raw = file.read(header.size)
        if len(raw) < header.size:
            return
        name, length = header.unpack(raw)
        at += header.size
        length = min(length, size - at) if length >= 0 else size - at
        yield name, file.read(min(length, LARGEST)) if name in WORTH_READING else b""
        at += length + (0 if wide else length % 2)


def _parse(name: bytes, body: bytes, order: str, found: Embedded) -> Embedded:
    parser = PARSERS.get(name)
    if parser is not None:
        return parser(body, order, found)
    if name in INFO_NAMES:
        return _with_text(found, INFO_NAMES[name], body)
    return found


def _acid(body: bytes, order: str, found: Embedded) -> Embedded:
    flags, root, _, _, beats, _, _, bpm = struct.unpack_from(order + "IHHfIHHf", body)
    return replace(
        found,
        bpm=bpm if 0 < bpm < 1000 else found.bpm,
        beats=beats if 0 < beats < 10_000 else found.beats,
        one_shot=bool(flags & 1),
        root_midi=root if flags & 2 and root < 128 else found.root_midi,
    )


def _smpl(body: bytes, order: str, found: Embedded) -> Embedded:
    words = struct.unpack_from(order + "9I", body)
    count = min(words[7], (len(body) - 36) // 24, MOST_POINTS)
    loops = [point for i in range(count) for point in struct.unpack_from(order + "8xII", body, 36 + 24 * i)]
    root = words[3] if found.root_midi is None and words[3] < 128 else found.root_midi
    return replace(found, root_midi=root, loops=tuple(loops))


def _cue(body: bytes, order: str, found: Embedded) -> Embedded:
    count = min(struct.unpack_from(order + "I", body)[0], (len(body) - 4) // 24, MOST_POINTS)
    cues = [struct.unpack_from(order + "20xI", body, 4 + 24 * i)[0] for i in range(count)]
    return replace(found, cues=tuple(sorted(cues)))


def _inst(body: bytes, _order: str, found: Embedded) -> Embedded:
    root = body[0] if body and body[0] < 128 and found.root_midi is None else found.root_midi
    return replace(found, root_midi=root)


def _bext(body: bytes, _order: str, found: Embedded) -> Embedded:
    return _with_text(_with_text(found, "description", body[:256]), "originator", body[256:288])


def _list(body: bytes, order: str, found: Embedded) -> Embedded:
    if body[:4] != b"INFO":
        return found
    at = 4
    while at + 8 <= len(body):
        name, length = struct.unpack_from(order + "4sI", body, at)
        at += 8
        if name in INFO_NAMES:
            found = _with_text(found, INFO_NAMES[name], body[at : at + length])
        at += length + length % 2
    return found


def _mark(body: bytes, _order: str, found: Embedded) -> Embedded:
    """AIFF markers: identifier, frame and a Pascal string padded to an even length."""
    at, cues = 2, list[int]()
    while at + 7 <= len(body) and len(cues) < MOST_POINTS:
        frame, length = struct.unpack_from(">2xIB", body, at)
        cues.append(frame)
        at += 6 + (1 + length + 1) // 2 * 2
    return replace(found, cues=tuple(sorted(cues)))


def _basc(body: bytes, _order: str, found: Embedded) -> Embedded:
    """Apple Loops: beats, root note and scale; the tempo follows from the length."""
    beats, root, scale = struct.unpack_from(">4xIHH", body)
    mode = SCALES.get(scale)
    return replace(
        found,
        beats=beats if 0 < beats < 10_000 else None,
        one_shot=beats == 0,
        key=NOTES[root % 12] + mode if mode is not None and root < 128 else None,
    )


def _caf_strings(body: bytes, _order: str, found: Embedded) -> Embedded:
    """CAF's info: a count, then zero-ended names and values in turn."""
    parts = body[4:].split(b"\0")
    for name, value in zip(parts[0::2], parts[1::2], strict=False):
        found = _with_text(found, _text(name).lower(), value)
    texts = found.texts
    mode = "m" if texts.get("key type", "") == "minor" else ""
    beats = texts.get("beat count", "")
    return replace(
        found,
        bpm=_number(texts.get("tempo", "")) or found.bpm,
        key=texts["key signature"] + mode if "key signature" in texts else found.key,
        beats=int(beats) if beats.isdecimal() and 0 < int(beats) < 10_000 else found.beats,
    )


def _caf_uuid(body: bytes, order: str, found: Embedded) -> Embedded:
    return _caf_strings(body[16:], order, found) if body[:16] == APPLE_LOOP else found


PARSERS: dict[bytes, Parser] = {
    b"acid": _acid, b"smpl": _smpl, b"cue ": _cue, b"inst": _inst, b"bext": _bext, b"LIST": _list,
    b"MARK": _mark, b"INST": _inst, b"basc": _basc, b"info": _caf_strings, b"uuid": _caf_uuid,
}  # fmt: skip
WORTH_READING = PARSERS.keys() | INFO_NAMES.keys()


def _add_tags(file: BinaryIO, found: Embedded) -> Embedded:
    """ID3, Vorbis comments, MP4 atoms and the rest that tinytag knows."""
    try:
        tag = TinyTag.get(file_obj=file, duration=False)
    except TinyTagException:
        return found
    for name in ("title", "artist", "album", "genre", "comment"):
        found = _with_text(found, name, getattr(tag, name) or "")
    for name in ("copyright", "license", "description"):
        found = _with_text(found, name, next(iter(tag.other.get(name) or ()), ""))
    bpm = _number(next(iter(tag.other.get("bpm") or ()), ""))
    key = next(iter(tag.other.get("initial_key") or ()), None)
    return replace(found, bpm=bpm or found.bpm, key=key or found.key)


def _with_text(found: Embedded, name: str, value: bytes | str) -> Embedded:
    text = _text(value) if isinstance(value, bytes) else value.strip()
    return replace(found, texts={**found.texts, name: text}) if text else found


def _text(value: bytes) -> str:
    start = value.partition(b"\0")[0]
    try:
        return start.decode().strip()
    except UnicodeDecodeError:
        return start.decode("latin-1").strip()


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 < value < 1000 else None
