"""What is rendered, sample by sample: no device and no clock."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from cratedig.types import FloatArray
from tests.sound_server import burst
from tui.audition.clips import Clip
from tui.audition.mixer import FADE, KNEE, Ended, Entered, Mixer, Note, soft_clip

BLOCK = 480


def long_clip(*parts: FloatArray) -> Clip:
    """A long file of which all is decoded."""
    clips = [Clip.of(part) for part in parts]
    for before, after in itertools.pairwise(clips):
        before.following, before.at_end = after, False
    return clips[0]


def render(mixer: Mixer, frames: int, block: int = BLOCK) -> FloatArray:
    """Render as a device does, in blocks."""
    sizes = [block] * (frames // block) + [frames % block]
    return np.concatenate([mixer.render(size) for size in sizes])


def steps(y: FloatArray) -> float:
    """Largest jump from one sample to the next."""
    return float(np.abs(np.diff(y, axis=0)).max())


def flat(frames: int, level: float = 0.5) -> FloatArray:
    return np.full((frames, 2), level, np.float32)


@pytest.fixture
def notes() -> list[Note]:
    return []


@pytest.fixture
def mixer(notes: list[Note]) -> Mixer:
    return Mixer(notes.append)


def test_silence_until_something_is_played(mixer: Mixer) -> None:
    assert mixer.place is None
    assert not mixer.render(100).any()


def test_a_clip_is_played_as_it_is_and_ends(mixer: Mixer, notes: list[Note]) -> None:
    y = burst(1)
    mixer.play(Clip.of(y), tag="kick")
    heard = render(mixer, len(y) + 100)
    assert np.array_equal(heard[: len(y)], y)
    assert not heard[len(y) :].any()
    assert notes == [Ended("kick")]
    assert mixer.place is None


def test_the_attack_is_not_faded(mixer: Mixer) -> None:
    mixer.play(Clip.of(flat(1000)))
    assert mixer.render(10)[0, 0] == 0.5


@pytest.mark.parametrize("length", [1, 7, 479, 480, 481, 5000])
def test_a_loop_is_sample_exact_at_any_length(mixer: Mixer, notes: list[Note], length: int) -> None:
    y = burst(2)[:length]
    mixer.play(Clip.of(y), loop=True)
    heard = render(mixer, 12_345)
    assert np.array_equal(heard, np.tile(y, (12_345 // length + 1, 1))[:12_345])
    assert not notes


def test_a_loop_that_is_switched_off_plays_to_its_end(mixer: Mixer, notes: list[Note]) -> None:
    y = burst(3)[:1000]
    mixer.play(Clip.of(y), loop=True)
    before = render(mixer, 1440)
    mixer.set_loop(False)
    heard = np.concatenate([before, render(mixer, 1440)])
    assert np.array_equal(heard[:2000], np.tile(y, (2, 1)))
    assert not heard[2000:].any()
    assert len(notes) == 1


def test_loop_can_be_switched_on_while_it_plays(mixer: Mixer) -> None:
    y = burst(4)[:1000]
    mixer.play(Clip.of(y))
    before = render(mixer, 480)
    mixer.set_loop(True)
    assert np.array_equal(np.concatenate([before, render(mixer, 2520)]), np.tile(y, (3, 1)))


def test_a_start_inside_a_clip_is_faded_in_and_then_exact(mixer: Mixer) -> None:
    y = burst(5)
    mixer.play(Clip.of(y), 7000)
    heard = render(mixer, 4800)
    assert np.array_equal(heard[FADE:], y[7000 + FADE : 11_800])
    assert np.abs(heard[0]).max() < np.abs(y[7000]).max() / 100
    clip, at = mixer.place or (None, 0)
    assert clip is not None
    assert at == 11_800


def test_seeking_does_not_click(mixer: Mixer) -> None:
    y = flat(48_000)
    y[:, 1] *= np.linspace(-1, 1, len(y), dtype=np.float32)  # tells where it is played
    mixer.play(Clip.of(y))
    render(mixer, 960)
    mixer.seek(40_000)
    heard = render(mixer, 960)
    assert steps(heard) < 0.01
    assert np.array_equal(heard[FADE:], y[40_000 + FADE : 40_960])


def test_seeking_beyond_the_end_ends(mixer: Mixer, notes: list[Note]) -> None:
    mixer.play(Clip.of(flat(9600)), tag="pad")
    render(mixer, 960)
    mixer.seek(1_000_000)
    render(mixer, 960)
    assert notes == [Ended("pad")]


def test_seeking_beyond_the_end_of_a_loop_wraps(mixer: Mixer) -> None:
    y = burst(6)[:1000]
    mixer.play(Clip.of(y), loop=True)
    render(mixer, 480)
    mixer.seek(3500)
    assert np.array_equal(render(mixer, 480)[FADE:], y[500 + FADE : 980])


def test_stopping_fades_within_three_milliseconds(mixer: Mixer, notes: list[Note]) -> None:
    mixer.play(Clip.of(flat(48_000)))
    before = render(mixer, 960)
    mixer.stop()
    heard = np.concatenate([before, render(mixer, 960)])
    assert steps(heard) < 0.01
    assert not heard[960 + FADE :].any()
    assert not notes, "stopping is not ending"


def test_a_restart_does_not_click(mixer: Mixer) -> None:
    t = np.arange(48_000, dtype=np.float32)[:, None] / 48_000
    y = np.repeat(0.5 * np.sin(2 * np.pi * 50 * t), 2, axis=1).astype(np.float32)
    mixer.play(Clip.of(y))
    heard = [render(mixer, 1200)]  # a quarter of a period past a zero: the top of the wave
    mixer.play(Clip.of(y))
    heard.append(render(mixer, 4800))
    assert steps(np.concatenate(heard)) < 0.01
    assert np.array_equal(heard[1][FADE:], y[FADE:4800])


def test_only_the_newest_of_several_key_presses_is_heard(mixer: Mixer) -> None:
    y = burst(9)
    for seed in range(5):
        mixer.play(Clip.of(burst(seed)))
    mixer.play(Clip.of(y))
    assert np.array_equal(render(mixer, 9600), y[:9600])


def test_gain_is_applied_and_changed_without_a_click(mixer: Mixer) -> None:
    mixer.play(Clip.of(flat(48_000)), gain=0.3)
    first = render(mixer, 960)
    assert first == pytest.approx(0.15)
    mixer.set_gain(1.2)
    second = render(mixer, 960)
    assert steps(np.concatenate([first, second])) < 0.01
    assert second[FADE:] == pytest.approx(0.6)


def test_two_sounds_are_compared_at_the_same_place(mixer: Mixer) -> None:
    a, b = burst(10), burst(11)
    mixer.play(Clip.of(a), loop=True)
    render(mixer, 5000)
    mixer.play(Clip.of(b), None, loop=True)
    heard = render(mixer, 960)
    assert np.array_equal(heard[FADE:], b[5000 + FADE : 5960])
    assert (np.abs(heard[:FADE]).max(axis=1) > 0).all(), "no gap"


def test_the_place_is_taken_round_in_a_shorter_sound(mixer: Mixer) -> None:
    short = burst(12)[:2000]
    mixer.play(Clip.of(burst(13)))
    render(mixer, 5000)
    mixer.play(Clip.of(short), None, loop=True)
    assert np.array_equal(render(mixer, 960)[FADE:], short[1000 + FADE : 1960])


def test_comparing_with_silence_starts_at_the_beginning(mixer: Mixer) -> None:
    mixer.play(Clip.of(burst(14)), None)
    assert np.array_equal(render(mixer, 480), burst(14)[:480])


def test_a_long_file_goes_on_without_a_seam(mixer: Mixer, notes: list[Note]) -> None:
    y = burst(15)
    clip = long_clip(y[:1000], y[1000:2000], y[2000:3000])
    mixer.play(clip, tag="mix")
    assert np.array_equal(render(mixer, 4000)[:3000], y[:3000])
    assert [type(note) for note in notes] == [Entered, Entered, Ended]
    assert clip.following is None, "what was heard is let go"


def test_a_loop_of_a_long_file_stays_in_its_minute(mixer: Mixer) -> None:
    y = burst(16)
    mixer.play(long_clip(y[:1000], y[1000:2000]), loop=True)
    assert np.array_equal(render(mixer, 3000), np.tile(y[:1000], (3, 1)))


def test_what_is_not_decoded_yet_is_waited_for(mixer: Mixer, notes: list[Note]) -> None:
    y = burst(17)[:2000]
    clip = Clip(2001)
    clip.append(y[:1200])
    mixer.play(clip)
    heard = render(mixer, 2400)
    assert np.array_equal(heard[:1200], y[:1200])
    assert not heard[1200:].any()
    assert not notes
    clip.append(y[1200:])
    clip.finish(2000, at_end=True)
    assert np.array_equal(render(mixer, 800), y[1200:])
    render(mixer, 1)
    assert len(notes) == 1


def test_a_stop_while_waiting_leaves_nothing_behind(mixer: Mixer) -> None:
    clip = Clip(2000)
    clip.append(flat(1000))
    mixer.play(clip)
    render(mixer, 1440)
    mixer.stop()
    render(mixer, 480)
    clip.append(flat(1000))
    clip.finish(2000, at_end=True)
    assert not render(mixer, 960).any()


def test_clearing_forgets_everything(mixer: Mixer) -> None:
    mixer.play(Clip.of(flat(48_000)))
    render(mixer, 480)
    mixer.play(Clip.of(flat(48_000)))
    mixer.clear()
    assert mixer.place is None
    assert not render(mixer, 480).any()


def test_what_is_too_loud_is_bent_and_never_leaves_full_scale(mixer: Mixer) -> None:
    mixer.play(Clip.of(flat(4800, level=0.8)), gain=10)
    assert KNEE < np.abs(render(mixer, 4800)).max() <= 1


def test_the_bend_is_smooth_and_leaves_the_rest_alone() -> None:
    y = np.linspace(-3, 3, 60_001, dtype=np.float32)[:, None]
    bent = soft_clip(y)
    inside = np.abs(y) <= KNEE
    assert np.array_equal(bent[inside], y[inside])
    assert (np.diff(bent, axis=0) >= 0).all()
    assert steps(bent) <= steps(y) * 1.01
    assert np.array_equal(bent, -soft_clip(-y)), "even harmonics would change the sound"
