from pathlib import PurePosixPath as Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cratedig.analysis.names import Claims, key_name, read_name


def claims(path: str) -> Claims:
    return read_name(Path(path))


@pytest.mark.parametrize(
    ("path", "bpm"),
    [
        ("Drum Loop 120bpm.wav", 120),
        ("beat_92.5_BPM_dusty.wav", 92.5),
        ("loop.92.5bpm.wav", 92.5),
        ("BPM128/lead.wav", 128),
        ("Pack (174 BPM)/Breaks/amen.wav", 174),
        ("bpm_85-keys.wav", 85),
        ("909beat01 - 122 BPM.ogg", 122),
    ],
)
def test_stated_tempi(path: str, bpm: float) -> None:
    assert (claims(path).bpm, claims(path).bpm_stated) == (bpm, True)


@pytest.mark.parametrize(
    ("path", "bpm"), [("loop_174.wav", 174), ("DrumLoop_95_Am.wav", 95), ("Synth Cmin 128.wav", 128)]
)
def test_bare_numbers_may_be_tempi(path: str, bpm: float) -> None:
    assert (claims(path).bpm, claims(path).bpm_stated) == (bpm, False)


@pytest.mark.parametrize(
    "path",
    [
        "Kick 808.wav", "TR-909/snare 24bit 44k.wav", "loop 909.wav", "Best of 1998 loop.wav", "Vol 3/loop.wav",
        "Vol. 120 loop.wav", "loop 24bit.wav", "loop_44100.wav", "loop 044.wav", "take 90 loop.wav",
        "loop 90 110.wav", "One Shots/tom 100.wav", "loop 900bpm.wav", "loop 12.wav", "bpm.wav", "loop v100.wav",
    ],
)  # fmt: skip
def test_traps_are_no_tempi(path: str) -> None:
    assert claims(path).bpm is None


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("Synth Cmin 128.wav", "Cm"), ("bass_A#m_140.wav", "A#m"), ("Gb minor pad.wav", "F#m"),
        ("lead C sharp minor.wav", "C#m"), ("Dmaj7 stab.wav", "D"), ("loop_Fm.wav", "Fm"), ("Key of Ebmaj.wav", "D#"),
        ("A_minor/loop.wav", "Am"), ("keys_GMaj.wav", "G"), ("pad-B♭m.wav", "A#m"), ("Cb major.wav", "B"),
    ],
)  # fmt: skip
def test_keys(path: str, key: str) -> None:
    assert claims(path).key == key


@pytest.mark.parametrize(
    "path",
    ["I am here.wav", "Am-azing.wav".replace("-", ""), "Emma.wav", "Take A.wav", "FM bell.wav", "AMen.wav", "Cm8x.wav"],
)
def test_words_are_no_keys(path: str) -> None:
    assert claims(path).key is None


def test_a_tonic_without_a_mode() -> None:
    assert (claims("808 F#.wav").key, claims("808 F#.wav").tonic) == (None, "F#")
    assert claims("pad Bb 120bpm.wav").tonic == "A#"
    assert claims("pad.wav").tonic is None


@pytest.mark.parametrize(
    ("path", "midi"),
    [
        ("Kick F1.wav", 29),
        ("piano_Ds4_forte.wav", 63),
        ("bb0_s_vl4.wav", 22),
        ("C-1.wav", 0),
        ("A4.wav", 69),
        ("e4_rr3.wav", 64),
    ],
)
def test_notes(path: str, midi: int) -> None:
    assert claims(path).note_midi == midi


@pytest.mark.parametrize("path", ["Kick.wav", "MP3.wav", "F12.wav", "AC3.wav", "H4.wav"])
def test_no_notes(path: str) -> None:
    assert claims(path).note_midi is None


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("Loops/x.wav", "loop"), ("One Shots/x.wav", "one-shot"), ("oneshots/x.wav", "one-shot"),
        ("Loops/one-shot snare.wav", "one-shot"), ("One Shots/drum loop.wav", "loop"), ("Breaks/x.wav", "loop"),
        ("Ambience/rain.wav", "texture"), ("drone 3.wav", "texture"), ("Loops and One Shots/x.wav", None),
        ("white.wav", None), ("Heartbreaker.wav", None), ("DrumLoop.wav", "loop"),
    ],
)  # fmt: skip
def test_kinds(path: str, kind: str | None) -> None:
    assert claims(path).kind == kind


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Bbmin", "A#m"),
        ("A# minor", "A#m"),
        ("C", "C"),
        ("F#", "F#"),
        (" Em ", "Em"),
        ("none", None),
        ("", None),
        ("8A", None),
    ],
)
def test_spelling_of_embedded_keys(text: str, key: str | None) -> None:
    assert key_name(text) == key


@settings(deadline=None)  # the machine may be busy
@given(st.text())
def test_any_name_can_be_read(text: str) -> None:
    found = claims(text)
    assert found.bpm is None or 40 <= found.bpm <= 300
