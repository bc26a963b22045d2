"""Physical and FM models of the Synthesis ToolKit, played by `stk-demo` with controllers drawn at random."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile as sf
from numpy.random import Generator

from train.render.sound import SR, Rendered, one_shot

SOURCE, LICENCE = "Debian stk (models played at random)", "MIT"
CONTROLLERS = (1, 2, 4, 11, 128)  # modulation, breath, foot, expression, pressure: each model has its own use for them
PRESET = 16  # controller that chooses among the kinds of a model


@dataclass(frozen=True, slots=True)
class Instrument:
    """A model of `stk-demo` and what its sounds are called."""

    model: str
    cls: str
    words: tuple[str, ...]
    pitches: tuple[int, int] = (48, 84)
    preset: int | None = None
    count: int = 24


def _shaken(number: int, cls: str, *words: str) -> Instrument:
    """A shaker: its kind is the note modulo 32."""
    return Instrument("Shakers", cls, words, (64 + number, 64 + number), count=8)


INSTRUMENTS = (
    Instrument("Clarinet", "winds", ("clarinet", "woodwind"), (50, 84)),
    Instrument("BlowHole", "winds", ("clarinet", "woodwind"), (50, 84)),
    Instrument("Saxofony", "winds", ("saxophone", "woodwind"), (44, 76)),
    Instrument("Flute", "winds", ("flute", "woodwind"), (60, 90)),
    Instrument("Recorder", "winds", ("recorder", "woodwind"), (60, 90)),
    Instrument("BlowBotl", "winds", ("bottle",), (48, 72), count=12),
    Instrument("Brass", "brass", ("trumpet", "horn"), (40, 76), count=40),
    Instrument("Bowed", "strings", ("violin", "cello", "bowed"), (40, 84), count=40),
    Instrument("Plucked", "plucked", ("string",), (40, 80)),
    Instrument("StifKarp", "plucked", ("string",), (40, 80)),
    Instrument("Sitar", "plucked", ("sitar",), (48, 76)),
    Instrument("Mandolin", "plucked", ("mandolin",), (55, 84)),
    Instrument("Rhodey", "electric piano", ("rhodes",), (36, 84)),
    Instrument("Wurley", "electric piano", ("wurlitzer",), (36, 84)),
    Instrument("TubeBell", "bell", ("tubular bell",), (48, 90), count=32),
    Instrument("HevyMetl", "electric guitar", ("distorted", "fm"), (36, 72), count=32),
    Instrument("PercFlut", "winds", ("flute", "fm"), (55, 84), count=12),
    Instrument("BeeThree", "organ", ("hammond",), (36, 84), count=32),
    Instrument("FMVoices", "choir", ("voice", "fm"), (48, 76)),
    Instrument("VoicForm", "choir", ("voice", "formant"), (48, 72)),
    Instrument("Moog", "synth lead", ("moog", "analog"), (48, 84), count=32),
    Instrument("Moog", "synth bass", ("moog", "analog"), (26, 44), count=24),
    Instrument("BandedWG", "mallet", ("glass harmonica",), (55, 84), preset=2, count=8),
    Instrument("BandedWG", "bell", ("tibetan bowl",), (48, 76), preset=3, count=12),
    Instrument("ModalBar", "mallet", ("marimba",), (40, 84), preset=0, count=16),
    Instrument("ModalBar", "mallet", ("vibraphone",), (48, 88), preset=1, count=16),
    Instrument("ModalBar", "agogo", (), (60, 90), preset=2, count=12),
    Instrument("ModalBar", "woodblock", (), (50, 84), preset=3, count=12),
    _shaken(0, "shaker", "maracas"),
    _shaken(1, "shaker", "cabasa"),
    _shaken(2, "shaker", "sekere"),
    _shaken(3, "tambourine"),
    _shaken(4, "percussion", "sleigh bells"),
    _shaken(5, "percussion", "bamboo chimes"),
    _shaken(8, "percussion", "sticks"),
    _shaken(19, "guiro"),
    _shaken(21, "foley", "water drops"),
)


def render_stk(seed: int) -> Iterator[Rendered]:
    """Each instrument at random pitches, strengths, lengths and controllers; some settings are silent."""
    for i, instrument in enumerate(INSTRUMENTS):
        rng = np.random.default_rng([seed, i])
        for number in range(instrument.count):
            yield _play(instrument, number, rng)


def _play(instrument: Instrument, number: int, rng: Generator) -> Rendered:
    pitch = int(rng.integers(instrument.pitches[0], instrument.pitches[1] + 1))
    strength, seconds = rng.uniform(50, 127), float(rng.choice([0.2, 0.5, 1.0, 2.0]))
    with tempfile.TemporaryDirectory() as folder:
        score, wav = Path(folder, "score.ski"), Path(folder, "sound.wav")
        controls = [(c, rng.uniform(10, 118)) for c in CONTROLLERS if rng.random() < 0.6]
        if instrument.preset is not None:
            controls.insert(0, (PRESET, float(instrument.preset)))
        lines = [f"ControlChange 0.0 1 {control} {value:.1f}" for control, value in controls]
        lines += [f"NoteOn 0.0 1 {pitch} {strength:.1f}", f"NoteOff {seconds} 1 {pitch} 64.0", "NoteOff 1.5 1 1 1.0"]
        score.write_text("\n".join(lines) + "\n")
        command: list[str | Path] = ["stk-demo", instrument.model, "-s", str(SR), "-ow", wav, "-if", score]
        subprocess.run(command, check=True, capture_output=True)
        y, _ = sf.read(wav, dtype="float32", always_2d=True)
    pack = f"stk/{instrument.model} {' '.join(instrument.words[:1]) or instrument.cls}"
    labels = one_shot(pack, number, instrument.cls, instrument.words)
    return Rendered(y.mean(1), labels | {"source": SOURCE, "licence": LICENCE})
