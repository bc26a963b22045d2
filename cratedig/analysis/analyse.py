"""One sound in, everything that is measured about it out."""

from __future__ import annotations

from pathlib import Path

from cratedig.analysis.base import Analysis, SoundToAnalyse
from cratedig.analysis.descriptors import describe
from cratedig.analysis.facts import other_octave, settle_key, settle_kind, settle_root, settle_tempo
from cratedig.analysis.key import estimate_key
from cratedig.analysis.kind import estimate_kind
from cratedig.analysis.loudness import measure_loudness
from cratedig.analysis.names import read_name
from cratedig.analysis.onsets import onset_strength, onset_times
from cratedig.analysis.root import estimate_root
from cratedig.analysis.spectrum import LONGEST_S, SR, Spectrum
from cratedig.analysis.tempo import estimate_tempo
from cratedig.analysis.waveform import draw, pack
from cratedig.audio.chunks import read_embedded
from cratedig.audio.content import Sound
from cratedig.audio.window import resample

__all__ = ["analyse", "analyse_file"]


def analyse_file(sound: Sound, path: Path) -> Analysis:
    """Measure the beginning of a sound that was opened, with what its file and its name say.

    Raises
    ------
    OSError
        The file cannot be read any more.
    """
    content = sound.content
    to_analyse = SoundToAnalyse(sound.head, content.sr, content.duration_s, sound.side, path, read_embedded(path))
    return analyse(to_analyse, Spectrum(sound.head_at(SR)[: int(LONGEST_S * SR)]))


def analyse(sound: SoundToAnalyse, spectrum: Spectrum | None = None) -> Analysis:
    """Measure a sound, and settle what it and its file say.

    Parameters
    ----------
    sound : SoundToAnalyse
    spectrum : Spectrum, optional
        Of the same sound, if the caller has one.

    Notes
    -----
    Only the first minute is measured.
    """
    kept = int(LONGEST_S * sound.sr)
    y = sound.y[:kept]
    side = None if sound.side is None else sound.side[:kept]
    spectrum = spectrum or Spectrum(resample(y, sound.sr, SR))
    claims = read_name(sound.path)

    strength = onset_strength(spectrum)
    onsets = onset_times(strength)
    heard = estimate_tempo(strength, sound.duration_s)
    guess = estimate_kind(spectrum, onsets, sound.duration_s, heard.score if heard else 0.0)
    kind = settle_kind(guess, sound.embedded, claims, sound.duration_s)
    bpm = settle_tempo(kind.value, heard, sound.embedded, claims, sound.duration_s)
    note = estimate_root(spectrum) if kind.value == "one-shot" else None
    return Analysis(
        kind=kind,
        bpm=bpm,
        bpm_alternative=other_octave(bpm.value, heard) if bpm else None,
        key=settle_key(kind.value, estimate_key(spectrum), note, sound.embedded, claims),
        root=settle_root(kind.value, note, sound.embedded, claims),
        onsets_s=tuple(float(onset) for onset in onsets),
        loudness=measure_loudness(spectrum, y, side),
        descriptors=describe(spectrum, onsets, y, side),
        picture=pack(draw(spectrum)),
    )
