"""Embedded facts: well-formed chunks, damaged ones, and anything at all."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cratedig.audio import chunks
from cratedig.audio.chunks import NOTHING, Embedded, read_embedded


def chunk(name: bytes, body: bytes, order: str = "<") -> bytes:
    return name + struct.pack(order + "I", len(body)) + body + b"\0" * (len(body) % 2)


def wav(*parts: bytes, form: bytes = b"RIFF", order: str = "<") -> bytes:
    body = b"WAVE" + chunk(b"fmt ", bytes(16), order) + b"".join(parts)
    return form + struct.pack(order + "I", len(body)) + body


def aiff(*parts: bytes) -> bytes:
    body = b"AIFF" + b"".join(parts)
    return b"FORM" + struct.pack(">I", len(body)) + body


def caf(*parts: tuple[bytes, bytes]) -> bytes:
    return b"caff\0\1\0\0" + b"".join(name + struct.pack(">q", len(body)) + body for name, body in parts)


def acid(flags: int = 0, root: int = 60, beats: int = 8, bpm: float = 120.0, order: str = "<") -> bytes:
    return chunk(b"acid", struct.pack(order + "IHHfIHHf", flags, root, 0x8000, 0, beats, 4, 4, bpm), order)


def smpl(root: int = 57, loops: tuple[tuple[int, int], ...] = (), count: int | None = None) -> bytes:
    words = struct.pack("<9I", 0, 0, 22_675, root, 0, 0, 0, len(loops) if count is None else count, 0)
    return chunk(b"smpl", words + b"".join(struct.pack("<6I", 0, 0, a, b, 0, 0) for a, b in loops))


def cue(*frames: int, count: int | None = None) -> bytes:
    points = b"".join(struct.pack("<II4sIII", i, f, b"data", 0, 0, f) for i, f in enumerate(frames))
    return chunk(b"cue ", struct.pack("<I", len(frames) if count is None else count) + points)


def info(**texts: str) -> bytes:
    return chunk(b"LIST", b"INFO" + b"".join(chunk(k.encode(), v.encode() + b"\0") for k, v in texts.items()))


def read(tmp_path: Path, data: bytes) -> Embedded:
    path = tmp_path / "x"
    path.write_bytes(data)
    return read_embedded(path)


def test_acid(tmp_path: Path) -> None:
    found = read(tmp_path, wav(acid(flags=2, root=45, beats=16, bpm=128.5)))
    assert (found.bpm, found.beats, found.one_shot, found.root_midi) == (128.5, 16, False, 45)
    assert read(tmp_path, wav(acid(flags=1))).one_shot is True
    assert read(tmp_path, wav(acid(flags=0, root=45))).root_midi is None


def test_chunks_after_the_data_and_of_odd_length_are_found(tmp_path: Path) -> None:
    assert read(tmp_path, wav(chunk(b"data", bytes(999)), chunk(b"junk", b"x"), acid())).bpm == 120


@pytest.mark.parametrize(("form", "order"), [(b"RF64", "<"), (b"BW64", "<"), (b"RIFX", ">")])
def test_other_riffs(tmp_path: Path, form: bytes, order: str) -> None:
    assert read(tmp_path, wav(acid(order=order), form=form, order=order)).beats == 8


def test_smpl_cue_and_inst(tmp_path: Path) -> None:
    found = read(tmp_path, wav(smpl(57, ((10, 20), (30, 40))), cue(500, 100), chunk(b"inst", bytes((62, 0)))))
    assert (found.root_midi, found.loops, found.cues) == (57, (10, 20, 30, 40), (100, 500))
    assert read(tmp_path, wav(chunk(b"inst", bytes((62, 0, 0, 0, 127, 0, 127))))).root_midi == 62


def test_texts(tmp_path: Path) -> None:
    bext = chunk(b"bext", b"Field recording".ljust(256, b"\0") + b"Zoom".ljust(346, b"\0"))
    found = read(tmp_path, wav(info(INAM="Dusty", ICOP="CC0", IBPM="93", ICMT="caf\xe9"), bext))
    assert found.texts["title"] == "Dusty"
    assert found.texts["copyright"] == "CC0"
    assert found.texts["description"] == "Field recording"
    assert found.texts["originator"] == "Zoom"
    assert found.bpm == 93


def test_texts_that_are_not_utf8(tmp_path: Path) -> None:
    assert read(tmp_path, wav(chunk(b"LIST", b"INFO" + chunk(b"INAM", b"caf\xe9\0")))).texts["title"] == "café"


def test_aiff(tmp_path: Path) -> None:
    mark = struct.pack(">H", 2) + b"".join(struct.pack(">HI", i, f) + b"\x03abc" for i, f in ((1, 700), (2, 90)))
    basc = struct.pack(">IIHHHH", 1, 16, 45, 1, 4, 4) + bytes(64)
    found = read(
        tmp_path,
        aiff(
            chunk(b"INST", bytes((50, 0)), ">"),
            chunk(b"MARK", mark, ">"),
            chunk(b"basc", basc, ">"),
            chunk(b"NAME", b"Bass", ">"),
        ),
    )
    assert (found.root_midi, found.cues, found.beats, found.key) == (50, (90, 700), 16, "Am")
    assert found.texts["title"] == "Bass"


def test_caf(tmp_path: Path) -> None:
    strings = struct.pack(">I", 2) + b"tempo\x00124\0artist\0Someone\0"
    loop = chunks.APPLE_LOOP + struct.pack(">I", 3) + b"beat count\x0016\0key signature\0F#\0key type\0minor\0"
    found = read(tmp_path, caf((b"desc", bytes(32)), (b"info", strings), (b"uuid", loop), (b"uuid", bytes(40))))
    assert (found.bpm, found.beats, found.key) == (124, 16, "F#m")
    assert found.texts["artist"] == "Someone"


def id3(**frames: str) -> bytes:
    body = b"".join(
        name.encode() + struct.pack(">IH", len(text) + 1, 0) + b"\0" + text.encode() for name, text in frames.items()
    )
    return b"ID3\x03\0\0" + bytes((0, 0, len(body) >> 7, len(body) & 127)) + body


def test_id3_tags(tmp_path: Path) -> None:
    frames = id3(TBPM="87", TKEY="Ebm", TIT2="Organ", TCON="Soul")
    for data in (frames + b"\xff\xfb\x90\0" + bytes(413), wav(chunk(b"id3 ", frames))):
        found = read(tmp_path, data)
        assert (found.bpm, found.key, found.texts["title"]) == (87, "Ebm", "Organ")


def test_vorbis_comments(tmp_path: Path) -> None:
    comments = (b"BPM=101", b"INITIALKEY=Gm", b"TITLE=Keys")
    block = struct.pack("<I", 0) + struct.pack("<I", 3) + b"".join(struct.pack("<I", len(c)) + c for c in comments)
    stream_info = b"\0\0\0\x22" + bytes(34)
    flac = b"fLaC" + stream_info + b"\x84" + len(block).to_bytes(3, "big") + block
    found = read(tmp_path, flac)
    assert (found.bpm, found.key, found.texts["title"]) == (101, "Gm", "Keys")


@pytest.mark.parametrize("bpm", [0.0, -1.0, 1e9, float("nan"), float("inf")])
def test_impossible_tempi_are_left_out(tmp_path: Path, bpm: float) -> None:
    assert read(tmp_path, wav(acid(bpm=bpm))).bpm is None


def test_a_length_beyond_the_file_is_cut(tmp_path: Path) -> None:
    whole = wav(acid())
    at = whole.index(b"acid") + 4
    assert read(tmp_path, whole[:at] + b"\xff\xff\xff\xff" + whole[at + 4 :]).bpm == 120
    assert read(tmp_path, whole[:-1]) == NOTHING


def test_zero_lengths_and_huge_counts(tmp_path: Path) -> None:
    assert read(tmp_path, wav(*[chunk(b"acid", b"")] * 3, smpl(57, ((1, 2),), count=2**32 - 1))).loops == (1, 2)
    assert read(tmp_path, wav(cue(7, count=2**31))).cues == (7,)
    assert len(read(tmp_path, wav(cue(*range(1000)))).cues) == chunks.MOST_POINTS


def test_a_negative_caf_length_reaches_to_the_end(tmp_path: Path) -> None:
    data = b"caff\0\1\0\0info" + struct.pack(">q", -1) + struct.pack(">I", 1) + b"tempo\x00124\0"
    assert read(tmp_path, data).bpm == 124


@pytest.mark.parametrize(
    "data", [b"", b"R", b"RIFF", b"RIFF\0\0\0\0WAVE", b"FORM\0\0\0\0AIFF", b"caff", b"ID3", b"fLaC", bytes(64)]
)
def test_next_to_nothing_says_nothing(tmp_path: Path, data: bytes) -> None:
    assert read(tmp_path, data) == NOTHING


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_embedded(tmp_path / "gone.wav")


class CountingFile(io.BytesIO):
    """Counts what is read, and fails on reading far beyond the end."""

    bytes_read = 0
    reads = 0

    def read(self, size: int | None = -1, /) -> bytes:
        assert size is not None
        assert 0 <= size <= chunks.LARGEST
        self.reads += 1
        data = super().read(size)
        self.bytes_read += len(data)
        return data


NAMES = [*chunks.WORTH_READING, b"data", b"fmt ", b"junk", b"id3 "]
PART = st.builds(
    lambda name, length, body: name + length + body,
    st.sampled_from(NAMES),
    st.one_of(st.integers(0, 64), st.sampled_from([2**31, 2**32 - 1])).map(lambda n: struct.pack("<I", n)),
    st.binary(max_size=80),
)
HEAD = st.sampled_from([b"RIFF\0\0\0\0WAVE", b"RIFX\0\0\0\0WAVE", b"FORM\0\0\0\0AIFF", b"caff\0\1\0\0", b""])


@given(HEAD, st.lists(PART, max_size=12), st.binary(max_size=40))
def test_any_chunks_are_read_within_bounds(head: bytes, parts: list[bytes], rest: bytes) -> None:
    data = head + b"".join(parts) + rest
    file = CountingFile(data)
    found, _ = chunks._read_chunks(file, len(data))
    assert file.reads <= 2 * chunks.MOST_CHUNKS + 2
    assert file.bytes_read <= 2 * len(data) + 12
    assert len(found.cues) <= chunks.MOST_POINTS
    assert len(found.loops) <= 2 * chunks.MOST_POINTS


@given(st.sampled_from([b"", b"ID3\x03\0\0", b"fLaC", b"OggS\0\2", b"\0\0\0\x18ftypM4A "]), st.binary(max_size=400))
def test_any_tags_are_read(head: bytes, body: bytes) -> None:
    file = io.BytesIO(head + body)
    assert isinstance(chunks._add_tags(file, NOTHING), Embedded)
