"""General MIDI fonts of Debian's packages, playing the very notes that the corpus plays on FluidR3."""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mido
import soundfile as sf

from train.render.sound import SR, Rendered

SCORE = "Debian fluid-soundfont-gm"
APART, LONGEST = 5.0, 4.0  # seconds from one note to the next, and what is kept of each
DRUM_CHANNEL = 9
TICKS_A_SECOND = 960  # 480 a beat at 120 beats a minute
CHORDS = {
    "maj": (0, 4, 7),
    "min": (0, 3, 7),
    "7": (0, 4, 7, 10),
    "maj7": (0, 4, 7, 11),
    "min7": (0, 3, 7, 10),
    "sus4": (0, 5, 7),
}
_PATH = re.compile(
    r"[^:]+:(?P<bank>\d+):(?P<program>\d+):(?:[^:]*:)?(?:note(?P<note>\d+)|chord(?P<root>\d\d))(?P<rest>.*)"
)


@dataclass(frozen=True, slots=True)
class Font:
    """A font to render: a SoundFont, or a configuration of TiMidity."""

    name: str
    source: str
    licence: str
    path: Path


_SF2 = Path("/usr/share/sounds/sf2")
FONTS = (
    Font("TimGM6mb", "Debian timgm6mb-soundfont", "GPL-2.0", _SF2 / "TimGM6mb.sf2"),
    Font("sf_GMbank", "Debian csound-soundfont", "Public domain (stated)", _SF2 / "sf_GMbank.sf2"),
    Font("freepats", "Debian freepats", "GPL-2.0-or-later", Path("/etc/timidity/freepats.cfg")),
)


@dataclass(frozen=True, slots=True)
class Note:
    """One sound of a score, with its labels."""

    pitches: tuple[int, ...]
    velocity: int
    row: dict[str, Any]
    channel: int = 0
    program: int = 0
    seconds: float = 1.6


def render_fonts(corpus: Path) -> Iterator[Rendered]:
    """Every note of the score on every font; where a font lacks one, silence or its standard kit again."""
    score = [note_of(row) for row in _score(corpus)]
    for font in FONTS:
        for sound in play(font, score):
            place = {key: str(sound.row[key]).replace("FluidR3_GM", font.name) for key in ("pack", "path")}
            yield Rendered(sound.y, sound.row | place)


def _score(corpus: Path) -> list[dict[str, Any]]:
    rows = [json.loads(line) for line in (corpus / "manifest.jsonl").read_text().splitlines()]
    return [row for row in rows if row["source"] == SCORE and row["kind"] != "loop"]


def note_of(row: dict[str, Any]) -> Note:
    """The note that a row of the corpus' manifest was rendered from; `ValueError` if it was none."""
    found = _PATH.fullmatch(row["path"])
    if found is None:
        raise ValueError(f"not a note of a General MIDI font: {row['path']}")
    rest = dict(re.findall(r":([vd])([\d.]+)", found["rest"]))
    chord = CHORDS[found["rest"]] if found["root"] else (0,)
    return Note(
        pitches=tuple(int(found["root"] or found["note"]) + step for step in chord),
        velocity=int(rest.get("v", 100)),
        row=row,
        channel=DRUM_CHANNEL if found["bank"] == "128" else 0,
        program=int(found["program"]),
        seconds=float(rest.get("d", 1.6)),
    )


def play(font: Font, notes: list[Note]) -> Iterator[Rendered]:
    """The notes one by one, each as long as it sounds but at most `LONGEST`."""
    with tempfile.TemporaryDirectory() as folder:
        midi, wav = Path(folder, "score.mid"), Path(folder, "score.wav")
        write_score(notes, midi)
        subprocess.run(_command(font, midi, wav), check=True, capture_output=True)
        with sf.SoundFile(wav) as file:
            for i, note in enumerate(notes):
                file.seek(min(int(i * APART * SR), file.frames))
                y = file.read(int(LONGEST * SR), dtype="float32", always_2d=True).mean(1)
                yield Rendered(y, note.row | {"source": font.source, "licence": font.licence})


def write_score(notes: list[Note], path: Path) -> None:
    """A MIDI file with a note every `APART` seconds."""
    events: list[tuple[float, mido.Message]] = []
    for i, note in enumerate(notes):
        at = i * APART
        events.append((at, mido.Message("program_change", channel=note.channel, program=note.program)))
        for pitch in note.pitches:
            on = mido.Message("note_on", channel=note.channel, note=pitch, velocity=note.velocity)
            off = mido.Message("note_off", channel=note.channel, note=pitch)
            events += [(at, on), (at + note.seconds, off)]
    track, now = mido.MidiTrack(), 0
    for at, message in sorted(events, key=lambda event: event[0]):
        ticks = round(at * TICKS_A_SECOND)
        track.append(message.copy(time=ticks - now))
        now = ticks
    mido.MidiFile(ticks_per_beat=480, tracks=[track]).save(path)


def _command(font: Font, midi: Path, wav: Path) -> list[str | Path]:
    if font.path.suffix == ".cfg":
        return ["timidity", "-c", font.path, "-EFreverb=0", "-EFchorus=0", "-s", str(SR), "-Ow", "-o", wav, midi]
    dry = ["-R", "0", "-C", "0"]
    return ["fluidsynth", "-ni", *dry, "-g", "0.5", "-r", str(SR), "-F", wav, font.path, midi]
