"""What a sound is: one content however it is stored, and windows from every hostile file."""

from __future__ import annotations

import hashlib
import struct
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from cratedig.audio import content
from cratedig.audio.content import open_sound
from cratedig.audio.window import downmix
from cratedig.errors import AudioError
from cratedig.types import Content, FloatArray
from tests.audio.synth import burst, damage, truncate, wav_header, write, write_pyav, write_sparse

MODEL_SR = 32_000


def content_of(path: Path) -> Content:
    return open_sound(path).content


def test_content_says_what_was_decoded(tmp_path: Path) -> None:
    y = burst(22_050)
    found = content_of(write(tmp_path / "a.wav", y))
    assert (found.sr, found.channels, found.frames, found.duration_s) == (44_100, 2, 22_050, 0.5)
    assert found.peak == np.abs(y).max()
    assert len(found.hash) == 40


def test_the_hash_is_the_documented_one(tmp_path: Path) -> None:
    """Libraries keep these hashes: another one would lose every tag."""
    path = write(tmp_path / "a.wav", np.array([[0.5, -0.5], [0.25, 1.5]]), subtype="FLOAT")
    assert content_of(path).hash == "4769ea0f6dc9630d83bf364ad6ed36ccde7df50b"


def test_the_hash_is_of_rate_channels_and_samples(tmp_path: Path) -> None:
    y = burst()
    expected = hashlib.blake2b(struct.pack("<II", 44_100, 2) + y.astype("<f4").tobytes(), digest_size=20)
    assert content_of(write(tmp_path / "a.wav", y)).hash == expected.hexdigest()


def test_one_content_in_every_lossless_format(tmp_path: Path) -> None:
    paths = [
        write(tmp_path / "16.wav"),
        write(tmp_path / "24.wav", subtype="PCM_24"),
        write(tmp_path / "float.wav", subtype="FLOAT"),
        write(tmp_path / "16.flac", major="FLAC"),
        write(tmp_path / "24.aiff", subtype="PCM_24", major="AIFF"),
        write(tmp_path / "alac.caf", subtype="ALAC_24", major="CAF"),
        write_pyav(tmp_path / "alac.m4a", "alac", "ipod"),
    ]
    assert len({content_of(path) for path in paths}) == 1


def test_tags_and_names_make_no_new_content(tmp_path: Path) -> None:
    plain = content_of(write(tmp_path / "a.wav"))
    tagged = tmp_path / "b.wav"
    with soundfile.SoundFile(tagged, "w", 44_100, 2, "PCM_16") as file:
        file.title = "Dusty kick"
        file.write(burst())
    assert tagged.stat().st_size > (tmp_path / "a.wav").stat().st_size
    assert content_of(tagged) == plain


@pytest.mark.parametrize(
    ("y", "sr"),
    [
        (burst(seed=1), 44_100),
        (burst(), 48_000),
        (burst()[:-1], 44_100),
        (burst(channels=1), 44_100),
        (burst()[:, ::-1], 44_100),
        (burst().reshape(-1, 1), 44_100),
    ],
)
def test_other_audio_is_another_content(tmp_path: Path, y: FloatArray, sr: int) -> None:
    assert content_of(write(tmp_path / "a.wav", y, sr)).hash != content_of(write(tmp_path / "b.wav")).hash


@given(block_s=st.floats(1e-3, 2.0))
@settings(max_examples=20)
def test_block_length_does_not_change_the_content(tmp_path_factory: pytest.TempPathFactory, block_s: float) -> None:
    folder = tmp_path_factory.mktemp("blocks")
    for subtype, major in (("PCM_24", "WAV"), ("OPUS", "OGG"), ("MPEG_LAYER_III", "MP3")):
        path = write(folder / major, burst(), 48_000, subtype, major)
        expected = content_of(path)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(content, "BLOCK_S", block_s)
            assert content_of(path) == expected


@pytest.mark.parametrize("sr", [32_000, 44_100])
def test_a_short_sound_is_one_window(tmp_path: Path, sr: int) -> None:
    y = burst(sr)
    (window,) = open_sound(write(tmp_path / "a.wav", y, sr)).windows(MODEL_SR, 2.0)
    assert (window.start_s, window.end_s, len(window.y)) == (0.0, 1.0, MODEL_SR)
    if sr == MODEL_SR:
        np.testing.assert_array_equal(window.y, downmix(y))


@pytest.mark.parametrize("sr", [32_000, 44_100])
def test_a_streamed_sound_has_the_same_windows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sr: int) -> None:
    path = write(tmp_path / "a.flac", burst(7 * sr + 123), sr, major="FLAC")
    whole = list(open_sound(path).windows(MODEL_SR, 2.0))
    monkeypatch.setattr(content, "HEAD_FRAMES", 3 * sr)
    monkeypatch.setattr(content, "BLOCK_S", 0.7)
    streamed = list(open_sound(path).windows(MODEL_SR, 2.0))
    assert [window.start_s for window in streamed] == [window.start_s for window in whole]
    assert [window.start_s for window in whole] == pytest.approx([0, 1, 2, 3, 4, 5, 5.0038], abs=0.002)
    for one, other in zip(streamed, whole, strict=True):
        np.testing.assert_allclose(one.y, other.y, atol=1e-6)


def test_a_long_file_that_goes_between_the_passes_is_an_os_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(content, "HEAD_FRAMES", 100)
    monkeypatch.setattr(content, "BLOCK_S", 0.01)
    path = write(tmp_path / "a.wav")
    sound = open_sound(path)
    path.unlink()
    with pytest.raises(FileNotFoundError):
        list(sound.windows(MODEL_SR, 2.0))


def test_the_head_is_the_middle_and_the_side_of_a_stereo_sound(tmp_path: Path) -> None:
    left, right = burst(44_100, channels=1)[:, 0], burst(44_100, channels=1)[::-1, 0]
    path = write(tmp_path / "a.wav", np.stack([left, right], axis=1), 44_100, "FLOAT")
    sound = open_sound(path)
    assert sound.side is not None
    np.testing.assert_allclose(sound.head, (left + right) / 2, atol=1e-7)
    np.testing.assert_allclose(sound.side, (left - right) / 2, atol=1e-7)


def test_a_mono_sound_has_no_side(tmp_path: Path) -> None:
    assert open_sound(write(tmp_path / "a.wav", burst(1000, channels=1))).side is None


def test_a_short_sound_is_decoded_only_once(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav")
    sound = open_sound(path)
    path.unlink()
    assert len(list(sound.windows(MODEL_SR, 2.0))) == 1


@pytest.mark.parametrize(("peak", "silent"), [(0.0, True), (0.9e-4, True), (1.1e-4, False), (1.0, False)])
def test_silence(tmp_path: Path, peak: float, silent: bool) -> None:
    y = np.zeros((100, 2), np.float32)
    y[50, 0] = -peak
    sound = open_sound(write(tmp_path / "a.wav", y, subtype="FLOAT"))
    assert sound.content.silent is silent
    assert not np.isnan(next(sound.windows(MODEL_SR, 2.0)).y).any()


@pytest.mark.parametrize("sr", [8_000, 32_000, 44_100, 192_000])
def test_one_sample(tmp_path: Path, sr: int) -> None:
    sound = open_sound(write(tmp_path / "a.wav", np.full((1, 1), 0.5), sr))
    (window,) = sound.windows(MODEL_SR, 2.0)
    assert sound.content.frames == 1
    assert 1 <= len(window.y) <= 4
    assert window.end_s > 0


def test_constant_offset(tmp_path: Path) -> None:
    sound = open_sound(write(tmp_path / "a.wav", np.full((4_000, 2), 0.5), MODEL_SR))
    (window,) = sound.windows(MODEL_SR, 2.0)
    assert sound.content.peak == 0.5
    np.testing.assert_array_equal(window.y, 0.5)


def test_nan_and_infinity_become_zero(tmp_path: Path) -> None:
    y = burst(4_000)
    y[100] = np.nan, np.inf
    y[200, 0] = -np.inf
    sound = open_sound(write(tmp_path / "a.wav", y, MODEL_SR, "FLOAT"))
    (window,) = sound.windows(MODEL_SR, 2.0)
    assert sound.content.peak == np.abs(y[np.isfinite(y)]).max()
    assert window.y[100] == 0
    assert window.y[200] == y[200, 1] / 2


def test_eight_channels_at_192_khz(tmp_path: Path) -> None:
    sound = open_sound(write(tmp_path / "a.wav", burst(19_200, 8), 192_000, "PCM_24"))
    (window,) = sound.windows(MODEL_SR, 2.0)
    assert (sound.content.channels, sound.content.duration_s) == (8, 0.1)
    assert len(window.y) == 3_200


@given(
    data=st.binary(min_size=16, max_size=400),
    tag=st.sampled_from([(1, 8), (1, 16), (1, 24), (1, 32), (3, 32), (3, 64)]),
    sr=st.sampled_from([8_000, 44_100, 192_000]),
    channels=st.integers(1, 2),
)
def test_random_bytes_behind_a_valid_header(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, tag: tuple[int, int], sr: int, channels: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "random.wav"
    path.write_bytes(wav_header(sr, channels, tag[1], len(data), tag[0]) + data)
    sound = open_sound(path)
    assert sound.content.frames == len(data) // (channels * tag[1] // 8)
    assert np.isfinite(sound.content.peak)
    assert all(np.isfinite(window.y).all() and len(window.y) for window in sound.windows(MODEL_SR, 0.002))


@pytest.mark.parametrize(
    ("subtype", "major"),
    [
        ("PCM_16", "WAV"),
        ("IMA_ADPCM", "WAV"),
        ("FLOAT", "AIFF"),
        ("PCM_16", "FLAC"),
        ("VORBIS", "OGG"),
        ("OPUS", "OGG"),
        ("MPEG_LAYER_III", "MP3"),
        ("ALAC_16", "CAF"),
        ("alac", "ipod"),
        ("aac", "adts"),
        ("wavpack", "wv"),
    ],
)
def test_damage_is_a_sound_or_an_audio_error(tmp_path: Path, subtype: str, major: str) -> None:
    path = tmp_path / "a"
    y = burst(48_000)
    original = write_pyav(path, subtype, major, y) if subtype.islower() else write(path, y, 48_000, subtype, major)
    data = original.read_bytes()
    for seed in range(12):
        path.write_bytes(data)
        damage(path, count=10, seed=seed, start=0 if seed % 2 else len(data) // 2)
        if seed % 3 == 0:
            truncate(path, 0.9)
        try:
            sound = open_sound(path)
        except AudioError:
            # Only these keep what a decoder must know at the end of the file.
            assert seed % 2 or major in {"ipod", "CAF"}
        else:
            assert 0 < sound.content.frames <= len(y) + 4096
            assert all(np.isfinite(window.y).all() for window in sound.windows(MODEL_SR, 2.0))


def test_two_hours_in_bounded_memory(tmp_path: Path) -> None:
    path = write_sparse(tmp_path / "a.wav", 7_200, 8_000)
    tracemalloc.start()
    try:
        sound = open_sound(path)
        loud = [(w.start_s, w.end_s) for w in sound.windows(8_000, 10.0) if w.y.max() > 0.1]
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert sound.content.frames == 7_200 * 8_000
    assert [loud[0][0], *loud[-1]] == [0.0, 7190.0, 7200.0]
    assert peak < 50e6


def test_the_reason_of_an_error_does_not_name_the_file(tmp_path: Path) -> None:
    """Reasons are counted over many files, and a name may not even be printable."""
    path = tmp_path / "broken.wav"
    path.write_text("text")
    with pytest.raises(AudioError) as caught:
        open_sound(path)
    assert "broken" not in caught.value.message
