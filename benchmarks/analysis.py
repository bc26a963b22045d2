"""How well tempo, key, root and kind are measured, and how fast; librosa in the same run.

    .venv/bin/python -m benchmarks.analysis ../shared/corpus --cache train/runs/cache --write

Figures are of sources that nothing was developed on, and of sounds made here with known truth. They are the
estimates alone: no name, no embedded fact.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import librosa
import numpy as np
from numpy.typing import NDArray

from benchmarks.known_sounds import Labelled, corpus_rows, made_hits, made_loops, made_textures, variants
from benchmarks.record import report, write_flag
from cratedig.analysis.analyse import analyse
from cratedig.analysis.base import SoundToAnalyse
from cratedig.analysis.key import NAMES, estimate_key
from cratedig.analysis.kind import estimate_kind
from cratedig.analysis.onsets import onset_strength, onset_times
from cratedig.analysis.root import estimate_root
from cratedig.analysis.spectrum import SR, Spectrum
from cratedig.analysis.tempo import estimate_tempo
from cratedig.audio.window import resample

SEED = 99_1122
UNPITCHED = frozenset({"closed hat", "clap", "crash", "ride", "shaker", "noise", "snare", "cymbal", "hat", "kick"})
KRUMHANSL = (
    (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88),
    (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17),
)
Waveform = NDArray[np.float32]


@dataclass
class Table:
    """Rows of scores by group; printed as count and means in percent."""

    rows: dict[str, list[tuple[float, ...]]] = field(default_factory=lambda: defaultdict(list))

    def add(self, groups: Iterable[str], *scores: float) -> None:
        """Count one sound in several groups; NaN where a score does not apply."""
        for group in groups:
            self.rows[group].append(scores)

    def means(self, *names: str) -> dict[str, object]:
        """Per group: count, and the mean of each score in percent."""
        out: dict[str, object] = {}
        for group, rows in sorted(self.rows.items()):
            values = np.array(rows, float)
            known = [column[~np.isnan(column)] for column in values.T]
            means = [round(100 * float(column.mean()), 1) if len(column) else None for column in known]
            out[group] = {"sounds": len(rows), **dict(zip(names, means, strict=True))}
        return out


def our_tempo(y: Waveform) -> tuple[float, float]:
    """Tempo and confidence."""
    tempo = estimate_tempo(onset_strength(Spectrum(y)), len(y) / SR)
    return (tempo.bpm, tempo.confidence) if tempo else (0.0, 0.0)


def librosa_tempo(y: Waveform) -> tuple[float, float]:
    """`librosa.feature.tempo` with its defaults."""
    return float(librosa.feature.tempo(y=y, sr=SR)[0]), 1.0


def tempo_figures(rows: list[Labelled]) -> dict[str, object]:
    """Accuracy 1 (within 1 %) and accuracy 2 (or half or double), by source and by how the file is cut."""
    ours, theirs, sure = Table(), Table(), Table()
    for row in (row for row in rows if row.bpm):
        for name, y in variants(row):
            place = "made" if row.group == "made" else "corpus"
            groups = [f"{place}, {name}", f"{place}, {name}, {row.cls}"]
            groups += [f"{row.group}, {name}"] if name == "as it is" and row.group != "made" else []
            bpm, confidence = our_tempo(y)
            ours.add(groups, *_tempo_scores(bpm, row.bpm))
            sure.add(
                [f"{place}, {name}"], confidence >= 0.7, _tempo_scores(bpm, row.bpm)[0] if confidence >= 0.7 else np.nan
            )
            if name in {"as it is", "with a tail"}:
                theirs.add(groups[:2], *_tempo_scores(librosa_tempo(y)[0], row.bpm))
    return {
        "cratedig": ours.means("within 1 %", "or its octave"),
        "cratedig where confidence is 0.7 or more": sure.means("share of sounds", "within 1 %"),
        "librosa.feature.tempo": theirs.means("within 1 %", "or its octave"),
    }


def _tempo_scores(bpm: float, truth: float) -> tuple[float, float]:
    right = [abs(bpm / (truth * octave) - 1) <= 0.01 for octave in (1, 2, 0.5)]
    return float(right[0]), float(any(right))


def mirex(name: str, truth: str) -> float:
    """The weighted score of the MIREX key task."""
    tonic, true_tonic = NAMES.index(name) % 12, NAMES.index(truth) % 12
    minor, true_minor = name.endswith("m"), truth.endswith("m")
    if minor == true_minor:
        return {0: 1.0, 7: 0.5, 5: 0.5}.get((tonic - true_tonic) % 12, 0.0)
    if (tonic - true_tonic) % 12 == (3 if true_minor else 9):
        return 0.3
    return 0.2 if tonic == true_tonic else 0.0


def librosa_key(y: Waveform) -> str:
    """Mean `chroma_stft` against the profiles of Krumhansl and Kessler."""
    chroma = librosa.feature.chroma_stft(y=y, sr=SR, n_fft=8192).mean(axis=1)
    match = [np.corrcoef(chroma, np.roll(profile, tonic))[0, 1] for profile in KRUMHANSL for tonic in range(12)]
    return NAMES[int(np.argmax(match))]


def key_figures(rows: list[Labelled]) -> dict[str, object]:
    """MIREX-weighted score of tonal loops where a key is claimed, and how often one is claimed."""
    ours, theirs = Table(), Table()
    claims = Table()
    for row in rows:
        if row.key:
            groups = ["corpus" if row.group != "made" else "made", f"{row.group}, {row.cls}"]
            key = estimate_key(Spectrum(row.y))
            score = mirex(key.name, row.key) if key else np.nan
            ours.add(groups, score, key.name == row.key if key else np.nan, key is not None)
            theirs.add(groups, mirex(librosa_key(row.y), row.key))
        elif row.cls in UNPITCHED | {"drum loop", "percussion loop"}:
            claims.add(
                [f"{'made' if row.group == 'made' else 'corpus'}, {row.cls}"], estimate_key(Spectrum(row.y)) is not None
            )
    return {
        "cratedig": ours.means("MIREX-weighted", "exact", "claimed"),
        "librosa chroma_stft, Krumhansl-Kessler": theirs.means("MIREX-weighted"),
        "cratedig, claims on drums and noise": claims.means("claimed"),
    }


def librosa_root(y: Waveform) -> float:
    """Median of the voiced frames of `librosa.pyin`, 0 where there are none."""
    hz, voiced, _ = librosa.pyin(y, fmin=28, fmax=4500, sr=SR, frame_length=4096)
    return float(np.median(hz[voiced])) if voiced.any() else 0.0


def root_figures(rows: list[Labelled], compared: int) -> dict[str, object]:
    """Within 50 cents where claimed, in any octave and (where the octave is known) in the right one."""
    ours, theirs, claims = Table(), Table(), Table()
    rng = np.random.default_rng(SEED)
    pitched = [row for row in rows if row.pitch_class is not None or row.hz]
    drawn = set(rng.permutation(len(pitched))[:compared].tolist())
    for i, row in enumerate(pitched):
        groups = [
            "corpus" if row.group != "made" else "made",
            f"{row.group}{', ' + row.cls if row.group == 'made' else ''}",
        ]
        root = estimate_root(Spectrum(row.y))
        ours.add(groups, root is not None, *(_root_scores(root.hz, row) if root else (np.nan, np.nan)))
        if i in drawn:
            hz = librosa_root(row.y)
            theirs.add([f"{groups[0]}, drawn"], hz > 0, *(_root_scores(hz, row) if hz else (np.nan, np.nan)))
            ours.add(
                [f"{groups[0]}, drawn"], root is not None, *(_root_scores(root.hz, row) if root else (np.nan, np.nan))
            )
    for row in rows:
        if row.cls in UNPITCHED and row.pitch_class is None and not row.hz:
            claims.add(
                [f"{'made' if row.group == 'made' else 'corpus'}, {row.cls}"],
                estimate_root(Spectrum(row.y)) is not None,
            )
    names = ("claimed", "within 50 cents in any octave", "and in the right one")
    return {
        "cratedig": ours.means(*names),
        "librosa.pyin, the sounds drawn": theirs.means(*names),
        "cratedig, claims on unpitched drums": claims.means("claimed"),
    }


def _root_scores(hz: float, row: Labelled) -> tuple[float, float]:
    note = 69 + 12 * float(np.log2(hz / 440))
    true_note = 69 + 12 * float(np.log2(row.hz / 440)) if row.hz else np.nan
    apart = (note - (true_note if row.hz else row.pitch_class or 0)) % 12
    return float(min(apart, 12 - apart) <= 0.5), float(abs(note - true_note) <= 0.5) if row.hz else np.nan


def kind_figures(rows: list[Labelled]) -> dict[str, object]:
    """Right kind; a loop also when only two or four beats of it are left."""
    table = Table()
    for row in (row for row in rows if row.kind):
        place = "made" if row.group == "made" else "corpus"
        table.add([f"{place}, {row.kind}", f"{place}, all", f"{row.group}, {row.kind}, all"], _kind(row.y) == row.kind)
        if row.kind == "loop" and row.bpm:
            for beats in (2, 4):
                cut = row.y[: int(beats * 60 / row.bpm * SR)]
                if len(cut) < len(row.y):
                    table.add([f"{place}, loop cut to {beats} beats"], _kind(cut) == "loop")
    return table.means("right")


def _kind(y: Waveform) -> str:
    spectrum = Spectrum(y)
    strength = onset_strength(spectrum)
    tempo = estimate_tempo(strength, len(y) / SR)
    return estimate_kind(spectrum, onset_times(strength), len(y) / SR, tempo.score if tempo else 0.0).name


def speed_figures(rows: list[Labelled], count: int) -> dict[str, object]:
    """CPU time of the whole analysis of stereo sounds at 48 kHz, resampling included, one thread."""
    rng = np.random.default_rng(SEED)
    drawn = [rows[i] for i in rng.permutation(len(rows))[:count]]
    sounds = [
        SoundToAnalyse(y, 48_000, len(y) / 48_000, side=y[::-1] * np.float32(0.1))
        for y in (resample(row.y, SR, 48_000) for row in drawn)
    ]
    for sound in sounds[:5]:
        analyse(sound)
    times = np.array([_cpu_ms(analyse, sound) for sound in sounds])
    seconds = np.array([sound.duration_s for sound in sounds])
    bins = {
        f"{low}-{high} s": (seconds >= low) & (seconds < high) for low, high in ((0, 0.5), (0.5, 2), (2, 4), (4, 9))
    }
    return {
        "sounds": count,
        "mean length, s": round(float(seconds.mean()), 2),
        "mean CPU time, ms": round(float(times.mean()), 2),
        "sounds a second on two cores": round(2000 / float(times.mean()), 1),
        "mean CPU time by length, ms": {
            name: round(float(times[at].mean()), 2) for name, at in bins.items() if at.any()
        },
    }


def _cpu_ms(work: Callable[[SoundToAnalyse], object], sound: SoundToAnalyse) -> float:
    start = time.process_time()
    work(sound)
    return 1000 * (time.process_time() - start)


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--cache", type=Path, required=True, help="where the decoded corpus is kept")
    parser.add_argument("--made", type=int, default=400, help="loops and hits to make")
    parser.add_argument("--compared", type=int, default=150, help="one-shots given to librosa.pyin, which is slow")
    write_flag(parser)
    args = parser.parse_args()
    warnings.filterwarnings("ignore", module="librosa")
    rows = corpus_rows(args.corpus, args.cache, reported=True)
    made = [*made_loops(args.made, SEED), *made_hits(args.made, SEED), *made_textures(args.made // 8, SEED)]
    figures = {
        "seed": SEED,
        "speed": speed_figures(rows, 400),
        "tempo": tempo_figures([*rows, *made]),
        "key": key_figures([*rows, *made]),
        "root": root_figures([*rows, *made], args.compared),
        "kind": kind_figures([*rows, *made]),
    }
    report("analysis", figures, write=args.write)


if __name__ == "__main__":
    main()
