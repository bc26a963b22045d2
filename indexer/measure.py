"""From a decoded sound to the row of what is measured about it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cratedig.analysis.analyse import analyse_file
from cratedig.analysis.base import VERSION, Analysis, Fact
from cratedig.audio.content import Sound
from cratedig.store.rows import AnalysisRow, Measured

__all__ = ["measure"]


def measure(sound: Sound, path: Path) -> Measured:
    """Analyse the beginning of a sound, with what its file and its name say.

    Raises
    ------
    OSError
        The file cannot be read any more.
    """
    analysis = analyse_file(sound, path)
    return Measured(_row(analysis), analysis.picture)


def _row(analysis: Analysis) -> AnalysisRow:
    kind, kind_source, kind_confidence = _columns(analysis.kind)
    bpm, bpm_source, bpm_confidence = _columns(analysis.bpm)
    key, key_source, key_confidence = _columns(analysis.key)
    root, root_source, root_confidence = _columns(analysis.root)
    descriptors = analysis.descriptors
    return AnalysisRow(
        version=VERSION,
        kind=kind,
        kind_source=kind_source,
        kind_confidence=kind_confidence,
        bpm=bpm,
        bpm_alternative=analysis.bpm_alternative,
        bpm_source=bpm_source,
        bpm_confidence=bpm_confidence,
        key=key,
        key_source=key_source,
        key_confidence=key_confidence,
        root_hz=root and root.hz,
        root_midi=root and root.midi,
        root_cents=root and root.cents,
        root_source=root_source,
        root_confidence=root_confidence,
        lufs=analysis.loudness.lufs,
        true_peak_db=analysis.loudness.true_peak_db,
        onsets=json.dumps([round(onset, 4) for onset in analysis.onsets_s]),
        **{name: float(getattr(descriptors, name)) for name in descriptors.__slots__},
    )


def _columns(fact: Fact[Any] | None) -> tuple[Any, Any, Any]:
    return (None, None, None) if fact is None else (fact.value, fact.source, fact.confidence)
