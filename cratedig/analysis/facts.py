"""Whom to believe: what is embedded, then a name that the audio confirms, then the estimate.

A default that vendors leave in a file is no fact: a tempo must agree with the length, and a root note of 60
with the pitch.
"""

from __future__ import annotations

from dataclasses import replace

from cratedig.analysis.base import Fact
from cratedig.analysis.key import NAMES, Key
from cratedig.analysis.kind import Kind, KindName
from cratedig.analysis.names import Claims, key_name
from cratedig.analysis.root import Root, root_of_hz
from cratedig.analysis.tempo import USUAL, Tempo
from cratedig.audio.chunks import Embedded

__all__ = ["other_octave", "settle_key", "settle_kind", "settle_root", "settle_tempo"]

SLOWEST, FASTEST = 40.0, 300.0
BEATS_AGREE = 0.02  # of the length
TEMPI_AGREE = 0.02
LONGEST_CUT_LOOP = 64  # beats; more would fit any tempo
DEFAULT_ROOT = 60
SURE = 0.95  # an estimate this sure is not overruled by a word in a name
EMBEDDED, CONFIRMED, UNCONFIRMED = 0.98, 0.95, 0.7  # confidence of what is taken from the file


def settle_kind(estimate: Kind, embedded: Embedded, claims: Claims, duration_s: float) -> Fact[KindName]:
    """Kind, by its source."""
    if embedded.one_shot and (estimate.name != "loop" or estimate.confidence < SURE):
        return Fact("one-shot", "embedded", EMBEDDED)
    if _embedded_bpm(embedded, duration_s) is not None and embedded.beats:
        return Fact("loop", "embedded", EMBEDDED)
    claimed = claims.kind
    if claimed is None and claims.bpm and claims.bpm_stated and _is_whole_beats(claims.bpm, duration_s):
        claimed = "loop"
    if claimed is not None and (claimed == estimate.name or estimate.confidence < SURE):
        return Fact(claimed, "name", CONFIRMED if claimed == estimate.name else UNCONFIRMED)
    return Fact(estimate.name, "estimated", estimate.confidence)


def settle_tempo(
    kind: KindName, estimate: Tempo | None, embedded: Embedded, claims: Claims, duration_s: float
) -> Fact[float] | None:
    """Tempo and its source; None for one-shots, and for textures without a clear one."""
    if kind == "one-shot":
        return None
    inside = _embedded_bpm(embedded, duration_s)
    if inside is not None and (embedded.beats or _agrees(inside, estimate, duration_s)):
        return Fact(inside, "embedded", EMBEDDED)
    if claims.bpm is not None and _agrees(claims.bpm, estimate, duration_s):
        return Fact(claims.bpm, "name", CONFIRMED)
    if claims.bpm is not None and claims.bpm_stated and (estimate is None or estimate.confidence < SURE):
        return Fact(claims.bpm, "name", UNCONFIRMED)
    if estimate is None or (kind == "texture" and estimate.confidence < SURE):
        return None
    return Fact(estimate.bpm, "estimated", estimate.confidence)


def settle_key(
    kind: KindName, estimate: Key | None, root: Root | None, embedded: Embedded, claims: Claims
) -> Fact[str] | None:
    """Key and its source. A single note has a root, not a key, unless the file names one."""
    inside = key_name(embedded.key) if embedded.key else None
    if estimate is not None and inside is not None:
        return Fact(inside, "embedded", EMBEDDED if _related(inside, estimate.name) else UNCONFIRMED)
    if estimate is not None and claims.key is not None:
        return Fact(claims.key, "name", CONFIRMED if _related(claims.key, estimate.name) else UNCONFIRMED)
    if estimate is None or (kind == "one-shot" and root is not None):
        return None
    if claims.tonic is not None and claims.tonic == estimate.name.removesuffix("m"):
        return Fact(estimate.name, "name", CONFIRMED)
    return Fact(estimate.name, "estimated", estimate.confidence)


def settle_root(kind: KindName, estimate: Root | None, embedded: Embedded, claims: Claims) -> Fact[Root] | None:
    """Root note of a one-shot and its source; frequency and cents are measured wherever they can be."""
    if kind != "one-shot":
        return None
    inside = embedded.root_midi
    if estimate is None:
        if inside is None or inside == DEFAULT_ROOT or not 12 <= inside <= 120:
            return None
        nominal = root_of_hz(440 * 2 ** ((inside - 69) / 12), UNCONFIRMED)
        return Fact(nominal, "embedded", UNCONFIRMED)
    if _same_note(inside, estimate):
        return Fact(replace(estimate, confidence=EMBEDDED), "embedded", EMBEDDED)
    if _same_note(claims.note_midi, estimate):
        return Fact(replace(estimate, confidence=CONFIRMED), "name", CONFIRMED)
    return Fact(estimate, "estimated", estimate.confidence)


def _embedded_bpm(embedded: Embedded, duration_s: float) -> float | None:
    """The embedded tempo, or the one that follows from embedded beats; None where it contradicts itself."""
    if embedded.one_shot or duration_s <= 0:
        return None
    from_beats = embedded.beats * 60 / duration_s if embedded.beats else None
    bpm = embedded.bpm or from_beats
    if bpm is None or not SLOWEST <= bpm <= FASTEST:
        return None
    if from_beats is not None and abs(from_beats / bpm - 1) > BEATS_AGREE:
        return None
    return bpm


def _agrees(bpm: float, estimate: Tempo | None, duration_s: float) -> bool:
    octaves = (bpm / 2, bpm, bpm * 2)
    heard = estimate is not None and any(abs(estimate.bpm / octave - 1) <= TEMPI_AGREE for octave in octaves)
    return heard or _is_whole_beats(bpm, duration_s)


def _is_whole_beats(bpm: float, duration_s: float) -> bool:
    beats = round(duration_s * bpm / 60)
    return 2 <= beats <= LONGEST_CUT_LOOP and beats % 2 == 0 and abs(beats * 60 / bpm / duration_s - 1) <= 0.005


def other_octave(bpm: float, estimate: Tempo | None) -> float:
    """Half or double of a settled tempo: what the estimate gives next, else the one nearer to usual tempi."""
    heard = (estimate.bpm, estimate.alternative) if estimate else ()
    for octave in (bpm / 2, bpm * 2):
        if any(abs(tempo / octave - 1) <= TEMPI_AGREE for tempo in heard):
            return octave
    return bpm / 2 if bpm > USUAL else bpm * 2


def _related(one: str, other: str) -> bool:
    """Whether two keys are the same, relative, parallel or a fifth apart: what an estimate confuses."""
    tonic, against = (NAMES.index(key) % 12 for key in (one, other))
    minor, minor_against = one.endswith("m"), other.endswith("m")
    apart = (against - tonic) % 12
    if minor == minor_against:
        return apart in {0, 5, 7}
    return apart in {0, 3 if minor else 9}


def _same_note(midi: int | None, root: Root) -> bool:
    """Whether a stated note is the measured pitch in some octave: makers count octaves differently."""
    if midi is None:
        return False
    apart = (root.midi + root.cents / 100 - midi) % 12
    return min(apart, 12 - apart) <= 0.7
