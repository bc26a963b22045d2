import pytest

from cratedig.analysis.facts import other_octave, settle_key, settle_kind, settle_root, settle_tempo
from cratedig.analysis.key import Key
from cratedig.analysis.kind import Kind
from cratedig.analysis.names import Claims
from cratedig.analysis.root import root_of_hz
from cratedig.analysis.tempo import Tempo
from cratedig.audio.chunks import NOTHING, Embedded

SILENT = Claims()
LOOP, HIT = Kind("loop", 0.9), Kind("one-shot", 0.9)
HEARD = Tempo(90.0, 180.0, 0.6, 5.0)


def test_embedded_tempo_that_agrees_with_the_length_wins() -> None:
    fact = settle_tempo("loop", HEARD, Embedded(bpm=120, beats=8), Claims(bpm=90, bpm_stated=True), 4.0)
    assert fact is not None
    assert (fact.value, fact.source) == (120, "embedded")


@pytest.mark.parametrize(
    "embedded",
    [
        Embedded(bpm=120, beats=8, one_shot=True),
        Embedded(bpm=120, beats=4),  # 2 s; the file has 5.33
        Embedded(bpm=120),  # nothing speaks for the vendor's default
        Embedded(bpm=350, beats=31),
        Embedded(bpm=10),
    ],
)
def test_vendor_defaults_are_no_facts(embedded: Embedded) -> None:
    fact = settle_tempo("loop", HEARD, embedded, SILENT, 5.33)
    assert fact is not None
    assert (fact.value, fact.source) == (90, "estimated")


def test_beats_alone_give_the_tempo() -> None:
    fact = settle_tempo("loop", None, Embedded(beats=16), SILENT, 8.0)
    assert fact is not None
    assert (fact.value, fact.source) == (120, "embedded")


def test_a_name_settles_the_octave() -> None:
    fact = settle_tempo("loop", HEARD, NOTHING, Claims(bpm=180), 5.0)
    assert fact is not None
    assert (fact.value, fact.source) == (180, "name")


def test_a_bare_number_that_nothing_confirms_is_ignored() -> None:
    fact = settle_tempo("loop", HEARD, NOTHING, Claims(bpm=101), 5.0)
    assert fact is not None
    assert (fact.value, fact.source) == (90, "estimated")


def test_a_stated_tempo_stands_unless_the_audio_is_sure() -> None:
    stated = Claims(bpm=101, bpm_stated=True)
    fact = settle_tempo("loop", HEARD, NOTHING, stated, 5.0)
    assert fact is not None
    assert (fact.value, fact.source) == (101, "name")
    sure = settle_tempo("loop", Tempo(90, 180, 0.99, 9), NOTHING, stated, 5.0)
    assert sure is not None
    assert sure.value == 90


def test_one_shots_have_no_tempo_and_textures_only_a_clear_one() -> None:
    stated = Claims(bpm=120, bpm_stated=True)
    assert settle_tempo("one-shot", HEARD, Embedded(bpm=120, beats=8), stated, 4.0) is None
    assert settle_tempo("texture", HEARD, NOTHING, SILENT, 30.0) is None
    assert settle_tempo("texture", HEARD, NOTHING, stated, 30.0) is not None
    assert settle_tempo("texture", Tempo(90, 180, 0.99, 9), NOTHING, SILENT, 30.0) is not None


@pytest.mark.parametrize(
    ("bpm", "estimate", "octave"),
    [(87, None, 174), (174, None, 87), (120, Tempo(60, 120, 0.5, 1), 60), (100, Tempo(100, 50, 0.5, 1), 50)],
)
def test_the_other_octave(bpm: float, estimate: Tempo | None, octave: float) -> None:
    assert other_octave(bpm, estimate) == octave


def test_kind_by_source() -> None:
    assert settle_kind(HIT, Embedded(one_shot=True), Claims(kind="loop"), 1.0).source == "embedded"
    assert settle_kind(HIT, Embedded(bpm=120, beats=8), SILENT, 4.0).value == "loop"
    assert settle_kind(LOOP, NOTHING, Claims(kind="one-shot"), 4.0).value == "one-shot"
    assert settle_kind(Kind("one-shot", 0.99), NOTHING, Claims(kind="loop"), 0.3).value == "one-shot"
    assert settle_kind(HIT, NOTHING, Claims(bpm=120, bpm_stated=True), 4.0).value == "loop"
    assert settle_kind(HIT, NOTHING, SILENT, 4.0).source == "estimated"


def test_a_one_shot_flag_on_an_obvious_loop_is_a_default() -> None:
    assert settle_kind(Kind("loop", 0.99), Embedded(one_shot=True), SILENT, 8.0).value == "loop"


def test_key_by_source() -> None:
    heard = Key("C", 0.5)
    embedded = settle_key("loop", heard, None, Embedded(key="Am"), Claims(key="Em"))
    named = settle_key("loop", heard, None, NOTHING, Claims(key="Am"))
    unlikely = settle_key("loop", heard, None, NOTHING, Claims(key="F#m"))
    estimated = settle_key("loop", heard, None, NOTHING, SILENT)
    assert embedded is not None
    assert named is not None
    assert unlikely is not None
    assert estimated is not None
    assert (embedded.value, embedded.source) == ("Am", "embedded")
    assert (named.value, named.source) == ("Am", "name")
    assert unlikely.confidence < named.confidence
    assert (estimated.value, estimated.source, estimated.confidence) == ("C", "estimated", 0.5)


def test_no_key_for_unpitched_sounds_and_single_notes() -> None:
    note = root_of_hz(440, 0.9)
    assert settle_key("loop", None, None, Embedded(key="Am"), Claims(key="Am")) is None
    assert settle_key("one-shot", Key("A", 0.5), note, NOTHING, SILENT) is None


def test_a_bare_tonic_confirms() -> None:
    fact = settle_key("loop", Key("F#m", 0.3), None, NOTHING, Claims(tonic="F#"))
    assert fact is not None
    assert (fact.value, fact.source) == ("F#m", "name")


def test_root_by_source() -> None:
    heard = root_of_hz(443, 0.8)
    for embedded, named, source in (
        (Embedded(root_midi=57), SILENT, "embedded"),  # another octave of the same note
        (Embedded(root_midi=60), SILENT, "estimated"),
        (Embedded(root_midi=60), Claims(note_midi=69), "name"),
        (NOTHING, Claims(note_midi=30), "estimated"),
    ):
        fact = settle_root("one-shot", heard, embedded, named)
        assert fact is not None
        assert fact.source == source
        assert fact.value.hz == pytest.approx(443)


def test_an_unheard_root_of_60_is_a_default() -> None:
    assert settle_root("one-shot", None, Embedded(root_midi=60), SILENT) is None
    fact = settle_root("one-shot", None, Embedded(root_midi=57), SILENT)
    assert fact is not None
    assert fact.value.hz == pytest.approx(220)


def test_loops_have_no_root() -> None:
    assert settle_root("loop", root_of_hz(440, 0.9), Embedded(root_midi=69), SILENT) is None
