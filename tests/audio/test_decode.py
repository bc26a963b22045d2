"""Reading: every format, wrong names, damaged files, errors that tell a bad file from a lost drive."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from cratedig.audio import decode
from cratedig.audio.decode import AUDIO_SUFFIXES, is_audio_name, open_audio
from cratedig.errors import AudioError
from cratedig.types import FloatArray
from tests.audio.synth import (
    burst,
    damage,
    set_riff_sizes,
    truncate,
    wav_header,
    write,
    write_pyav,
    write_video,
)

EXACT = [
    ("WAV", "PCM_16"),
    ("WAV", "PCM_24"),
    ("WAV", "PCM_32"),
    ("WAV", "FLOAT"),
    ("WAV", "DOUBLE"),
    ("WAVEX", "PCM_24"),
    ("RF64", "PCM_24"),
    ("W64", "PCM_16"),
    ("W64", "FLOAT"),
    ("AIFF", "PCM_16"),
    ("AIFF", "PCM_24"),
    ("AIFF", "PCM_32"),
    ("AIFF", "FLOAT"),
    ("AIFF", "DWVW_16"),
    ("CAF", "PCM_24"),
    ("CAF", "FLOAT"),
    ("CAF", "ALAC_16"),
    ("CAF", "ALAC_24"),
    ("AU", "PCM_16"),
    ("AU", "FLOAT"),
    ("FLAC", "PCM_16"),
    ("FLAC", "PCM_24"),
]
# The packets of these codecs pad the end by at most so many frames.
LOSSY = [
    ("WAV", "PCM_U8", 0),
    ("AIFF", "PCM_S8", 0),
    ("WAV", "ULAW", 0),
    ("WAV", "ALAW", 0),
    ("AIFF", "ULAW", 0),
    ("CAF", "ALAW", 0),
    ("AU", "ULAW", 0),
    ("WAV", "IMA_ADPCM", 1100),
    ("WAV", "MS_ADPCM", 1100),
    ("W64", "IMA_ADPCM", 1100),
    ("WAV", "GSM610", 640),
    ("AU", "G721_32", 240),
    ("OGG", "VORBIS", 0),
    ("OGG", "OPUS", 0),
    ("MP3", "MPEG_LAYER_III", 0),
]
PYAV = [
    ("alac", "ipod", ".m4a"),
    ("wavpack", "wv", ".wv"),
    ("aac", "ipod", ".m4a"),
    ("aac", "adts", ".aac"),
    ("wmav2", "asf", ".wma"),
    ("alac", "caf", ".caf"),
]
NAMES = {
    "newline": b"new\nline.wav",
    "emoji": "\N{FIRE} kick \N{DRUM WITH DRUMSTICKS}.wav".encode(),
    "not UTF-8": b"caf\xe9 \xff.wav",
    "255 bytes": b"x" * 251 + b".wav",
}


def read(path: Path, seconds: float = 10.0) -> FloatArray:
    with open_audio(path) as audio:
        return np.concatenate(list(audio.blocks(seconds)))


def mono_for(subtype: str) -> FloatArray:
    """Some codecs of libsndfile are mono only."""
    return burst(channels=1 if subtype in {"DWVW_16", "GSM610", "G721_32"} else 2)


@pytest.mark.parametrize(("major", "subtype"), EXACT)
def test_lossless_formats_are_read_exactly(tmp_path: Path, major: str, subtype: str) -> None:
    y = mono_for(subtype)
    path = write(tmp_path / "a", y, 48_000, subtype, major)
    with open_audio(path) as audio:
        assert (audio.sr, audio.channels) == (48_000, y.shape[1])
        blocks = list(audio.blocks(10))
    assert blocks[0].dtype == np.float32
    np.testing.assert_array_equal(np.concatenate(blocks), y)


@pytest.mark.parametrize(("major", "subtype", "padding"), LOSSY)
def test_lossy_formats_are_read(tmp_path: Path, major: str, subtype: str, padding: int) -> None:
    y = mono_for(subtype)
    path = write(tmp_path / "a", y, 48_000, subtype, major)
    decoded = read(path)
    assert len(y) <= len(decoded) <= len(y) + padding
    assert np.corrcoef(decoded[: len(y)].ravel(), y.ravel())[0, 1] > 0.97
    assert 0.9 < decoded[: len(y)].std() / y.std() < 1.1


@pytest.mark.parametrize(("codec", "container", "suffix"), PYAV)
def test_what_libsndfile_refuses_goes_to_pyav(tmp_path: Path, codec: str, container: str, suffix: str) -> None:
    y = burst(44_100)
    path = write_pyav(tmp_path / f"a{suffix}", codec, container, y)
    with pytest.raises(soundfile.LibsndfileError):
        soundfile.info(path)
    with open_audio(path) as audio:
        assert (audio.sr, audio.channels) == (44_100, 2)
        blocks = list(audio.blocks(0.1))
    assert {len(block) for block in blocks[:-1]} == {4410}
    decoded = np.concatenate(blocks)
    if codec in {"aac", "wmav2"}:
        assert abs(len(decoded) - len(y)) <= 4096
    elif container == "caf":  # FFmpeg drops the padding of its own last packet twice
        np.testing.assert_array_equal(decoded, y[: len(decoded)])
        assert len(decoded) > len(y) - 4096
    else:
        np.testing.assert_array_equal(decoded, y)


@pytest.mark.parametrize("seconds", [1e-9, 0.001, 0.05, 3600])
@pytest.mark.parametrize("subtype", ["PCM_16", "VORBIS", "OPUS", "MPEG_LAYER_III", "FLAC", "IMA_ADPCM"])
def test_block_length_does_not_change_the_samples(tmp_path: Path, subtype: str, seconds: float) -> None:
    major = {"VORBIS": "OGG", "OPUS": "OGG", "MPEG_LAYER_III": "MP3", "FLAC": "FLAC"}.get(subtype, "WAV")
    path = write(tmp_path / "a", burst(), 48_000, "PCM_16" if subtype == "FLAC" else subtype, major)
    np.testing.assert_array_equal(read(path, seconds), read(path, 0.02))


@pytest.mark.parametrize(("major", "subtype"), [*EXACT, ("WAV", "IMA_ADPCM"), ("WAV", "GSM610"), ("AU", "G721_32")])
def test_reading_from_the_middle_gives_the_rest(tmp_path: Path, major: str, subtype: str) -> None:
    y = np.concatenate([mono_for(subtype)] * 4)
    path = write(tmp_path / "a", y, 48_000, subtype, major)
    with open_audio(path) as audio:
        assert audio.frames is not None
        rest = np.concatenate(list(audio.blocks(0.1, start_s=0.25)))
    np.testing.assert_array_equal(rest, read(path)[12_000:])


@pytest.mark.parametrize(("major", "subtype"), [("OGG", "VORBIS"), ("OGG", "OPUS"), ("MP3", "MPEG_LAYER_III")])
def test_lossy_formats_settle_soon_after_a_start_in_the_middle(tmp_path: Path, major: str, subtype: str) -> None:
    path = write(tmp_path / "a", np.concatenate([burst()] * 16), 48_000, subtype, major)
    with open_audio(path) as audio:
        rest = np.concatenate(list(audio.blocks(10, start_s=0.5)))
    expected = read(path)[24_000:]
    assert len(rest) == len(expected)
    np.testing.assert_allclose(rest[24_000:], expected[24_000:], atol=0.01)


def test_pyav_reads_from_the_middle_too(tmp_path: Path) -> None:
    y = burst(44_100)
    with open_audio(write_pyav(tmp_path / "a.m4a", "alac", "ipod", y)) as audio:
        assert audio.frames is None
        np.testing.assert_array_equal(np.concatenate(list(audio.blocks(0.1, start_s=0.75))), y[33_075:])


@pytest.mark.parametrize("start_s", [0.125, 1.0])
@pytest.mark.parametrize("codec", ["libsndfile", "pyav"])
def test_there_is_nothing_behind_the_end(tmp_path: Path, codec: str, start_s: float) -> None:
    y = burst(6_000)
    path = tmp_path / "a.m4a"
    write(path, y, 48_000) if codec == "libsndfile" else write_pyav(path, "alac", "ipod", y, 48_000)
    with open_audio(path) as audio, pytest.raises(AudioError, match=f"no audio after {start_s:g} s"):
        list(audio.blocks(1, start_s))


@pytest.mark.parametrize("name", ["kick.mp3", "kick.txt", "kick", "kick.raw", "kick.m4a", "kick.flac"])
def test_the_name_does_not_matter(tmp_path: Path, name: str) -> None:
    np.testing.assert_array_equal(read(write(tmp_path / name)), burst())


def test_mp3_and_m4a_named_wav(tmp_path: Path) -> None:
    assert len(read(write(tmp_path / "a.wav", subtype="MPEG_LAYER_III", major="MP3"))) == len(burst())
    assert len(read(write_pyav(tmp_path / "b.wav", "alac", "ipod"))) == len(burst())


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse some of these names")
@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
def test_any_name_linux_allows(tmp_path: Path, name: bytes) -> None:
    path = tmp_path / os.fsdecode(name)
    np.testing.assert_array_equal(read(write(path)), burst())
    path.unlink()
    np.testing.assert_array_equal(read(write_pyav(path, "alac", "ipod")), burst())


@pytest.mark.parametrize("channels", [1, 2, 6, 8, 64])
@pytest.mark.parametrize("sr", [8_000, 192_000])
def test_channels_and_rates(tmp_path: Path, channels: int, sr: int) -> None:
    y = burst(500, channels)
    with open_audio(write(tmp_path / "a.wav", y, sr)) as audio:
        assert (audio.sr, audio.channels) == (sr, channels)
        np.testing.assert_array_equal(next(audio.blocks(1)), y)


def test_levels_beyond_full_scale_stay(tmp_path: Path) -> None:
    y = burst() * 50
    np.testing.assert_array_equal(read(write(tmp_path / "a.wav", y, subtype="FLOAT")), y)


@pytest.mark.parametrize("riff", [None, 0, 0xFFFFFFFF])
@pytest.mark.parametrize("data", [None, 0, 0xFFFFFFFF, 10**9])
@pytest.mark.parametrize("major", ["WAV", "WAVEX"])
def test_wrong_riff_sizes_give_all_frames(tmp_path: Path, riff: int | None, data: int | None, major: str) -> None:
    path = set_riff_sizes(write(tmp_path / "a.wav", major=major), riff, data)
    np.testing.assert_array_equal(read(path), burst())


@pytest.mark.parametrize("after", [b"", b"LIST\x0c\0\0\0INFOICMT\0\0\0\0"])
def test_a_wav_that_is_really_empty(tmp_path: Path, after: bytes) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(wav_header(44_100, 2, 16, 0) + after)
    with pytest.raises(AudioError, match="no audio in it"):
        read(path)


@pytest.mark.parametrize("share", [0.9, 0.5])
@pytest.mark.parametrize(
    ("major", "subtype"),
    [
        *EXACT[:6],
        ("RF64", "PCM_16"),
        ("W64", "PCM_16"),
        ("AIFF", "PCM_16"),
        ("AU", "PCM_16"),
        ("CAF", "PCM_16"),
        ("FLAC", "PCM_16"),
        ("WAV", "IMA_ADPCM"),
        ("MP3", "MPEG_LAYER_III"),
        ("OGG", "VORBIS"),
        ("OGG", "OPUS"),
    ],
)
def test_a_truncated_file_gives_what_is_left(tmp_path: Path, major: str, subtype: str, share: float) -> None:
    y = burst(96_000)
    whole = read(write(tmp_path / "a", y, 48_000, subtype, major))
    left = read(truncate(tmp_path / "a", share))
    assert share - 0.2 < len(left) / len(whole) <= share + 0.1
    if major not in {"OGG", "MP3"}:  # the last packet of these needs the one behind it
        np.testing.assert_array_equal(left[:-2048], whole[: len(left) - 2048])


def test_pyav_goes_on_behind_a_damaged_packet(tmp_path: Path) -> None:
    whole = read(write_pyav(tmp_path / "a.aac", "aac", "adts", burst(96_000)))
    data = bytearray((tmp_path / "a.aac").read_bytes())
    third = len(data) // 3
    data[third : third + 1_000] = np.random.default_rng(0).bytes(1_000)
    (tmp_path / "a.aac").write_bytes(data)
    assert 0.8 < len(read(tmp_path / "a.aac")) / len(whole) < 1


@pytest.mark.parametrize(
    "content",
    [
        b"all work and no play makes jack a dull boy\n" * 99,
        bytes(5000),
        np.random.default_rng(1).bytes(5000),
        b"RIFF",
        wav_header(44_100, 2, 16, 0)[:30],
        b"\xff\xfb\x90\x00" + np.random.default_rng(2).bytes(5000),
        b"\0\0\0\x1cftypM4A " + bytes(500),
        b"OggS" + np.random.default_rng(3).bytes(500),
        b"caff" + bytes(500),
        b"wvpk" + np.random.default_rng(4).bytes(500),
        b"\xff\xf1" + np.random.default_rng(5).bytes(50),
        b"fLaC" + bytes(500),
        b"\x89PNG\r\n\x1a\n" + bytes(500),
    ],
)
@pytest.mark.parametrize("suffix", [".wav", ".mp3"])
def test_not_audio(tmp_path: Path, content: bytes, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(content)
    with pytest.raises(AudioError, match=r"not audio, or damaged|no audio in it"):
        read(path)


@pytest.mark.parametrize("sr", [1, 999, 2_000_000, 2**31 - 1])
def test_an_impossible_sample_rate_is_damage(tmp_path: Path, sr: int) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(wav_header(sr, 1, 16, 200) + bytes(200))
    with pytest.raises(AudioError, match=r"damaged|not audio"):
        read(path)


def test_a_header_cannot_claim_all_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(wav_header(192_000, 1024, 16, 2**32 - 100) + bytes(2048 * 5))
    with open_audio(path) as audio:
        assert [block.shape for block in audio.blocks(3600)] == [(5, 1024)]


def test_blocks_of_many_channels_are_shorter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decode, "MOST_SAMPLES", 8_000)
    with open_audio(write(tmp_path / "a.wav", burst(2_500, 8))) as audio:
        assert [len(block) for block in audio.blocks(1)] == [1_000, 1_000, 500]


def test_no_bytes_no_folder_no_pipe_no_video(tmp_path: Path) -> None:
    (tmp_path / "empty.wav").touch()
    (tmp_path / "folder.wav").mkdir()
    os.mkfifo(tmp_path / "pipe.wav")
    write_video(tmp_path / "video.mp4")
    for name, reason in (
        ("empty.wav", "0 bytes"),
        ("folder.wav", "folder"),
        ("pipe.wav", "pipe"),
        ("video.mp4", "a video"),
    ):
        with pytest.raises(AudioError, match=reason):
            read(tmp_path / name)


def test_without_pyav_the_error_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(AudioError, match="PyAV") as caught:
        read(write_pyav(tmp_path / "a.m4a", "aac", "ipod"))
    assert caught.value.hint == "pip install 'cratedig[m4a]'"
    (tmp_path / "b.wav").write_text("text")
    with pytest.raises(AudioError, match="not audio"):
        read(tmp_path / "b.wav")


def test_a_missing_file_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read(tmp_path / "gone.wav")


@pytest.fixture
def unprivileged() -> Iterator[None]:
    """Root may read everything: be someone else."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_file_that_may_not_be_read_is_an_os_error(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    path = write(tmp_path / "a.wav")
    path.chmod(0)
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)
    request.getfixturevalue("unprivileged")
    with pytest.raises(PermissionError):
        read(path)


def test_a_drive_that_fails_is_an_os_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise soundfile.LibsndfileError(decode.SFE_SYSTEM)

    path = write(tmp_path / "a.wav")
    with open_audio(path) as audio:
        monkeypatch.setattr(decode._Stream, "read", fail)
        with pytest.raises(OSError, match=os.strerror(5)):
            next(audio.blocks(1))


@pytest.mark.parametrize(("subtype", "major"), [("PCM_16", "FLAC"), ("MPEG_LAYER_III", "MP3")])
def test_a_file_that_vanishes_while_it_is_read_is_not_taken_for_a_short_one(
    tmp_path: Path, subtype: str, major: str
) -> None:
    path = truncate(write(tmp_path / "a", burst(96_000), 44_100, subtype, major), 0.8)
    with open_audio(path) as audio:
        blocks = audio.blocks(0.1)
        next(blocks)
        path.unlink()
        with pytest.raises(FileNotFoundError):
            list(blocks)


READ = """
import sys
from pathlib import Path
from cratedig.audio.content import open_sound
from cratedig.errors import AudioError
for name in sys.argv[1:]:
    try:
        open_sound(Path(name))
    except AudioError:
        pass
print("still here", file=sys.stderr)
"""
CHATTER = "import sys, soundfile\nfor name in sys.argv[1:]: soundfile.read(name)"


def test_native_libraries_stay_quiet(tmp_path: Path) -> None:
    y = burst(96_000)
    mp3 = damage(write(tmp_path / "a.mp3", y, 44_100, "MPEG_LAYER_III", "MP3"))
    m4a = damage(write_pyav(tmp_path / "a.m4a", "aac", "ipod", y))
    aac = damage(write_pyav(tmp_path / "a.aac", "aac", "adts", y))

    def stderr(code: str, *paths: Path) -> str:
        command = [sys.executable, "-c", code, *map(str, paths)]
        return subprocess.run(command, stderr=subprocess.PIPE, text=True, check=True).stderr

    assert "mpg123" in stderr(CHATTER, mp3), "libsndfile has learnt to be quiet: quiet.py can go"
    assert stderr(READ, mp3, m4a, aac) == "still here\n"


def test_names_worth_trying() -> None:
    assert all(is_audio_name(f"Kick{suffix.upper()}") for suffix in AUDIO_SUFFIXES)
    assert not any(map(is_audio_name, ["kick.asd", "readme.txt", "wav", ".wav", "kick.wav.part", "kick"]))
