"""Writes the pack: neutral names, mixed formats, and the truth beside it."""

from __future__ import annotations

import json
import zlib
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import soundfile as sf

from data.demo_pack.arrangements import LONG, LOOPS
from data.demo_pack.effects import fade, normalise, resample
from data.demo_pack.loops import Groove
from data.demo_pack.oneshots import ONE_SHOTS
from data.demo_pack.sound import Kind, Sound
from data.demo_pack.synth import Wave

__all__ = ["SoundTruth", "build"]

LICENCE = """{pack}

To the extent possible under law, the makers of cratedig have waived all copyright and related
rights to these sounds. They were synthesised by cratedig's own code (data/demo_pack).
https://creativecommons.org/publicdomain/zero/1.0/
"""


@dataclass(frozen=True, slots=True)
class SoundTruth:
    """What is true of one file; a line of ``truth.json``.

    Attributes
    ----------
    path : str
        Relative to the pack's folder, with forward slashes.
    cls : str
        Class of the training corpus, such as ``closed hat``.
    words : list of str
        What a producer would say of it.
    kind : {"oneshot", "loop"} or None
        None for a long recording.
    bpm, key
        Tempo and key (``Am``; the name of a single note, ``E``) where there is one.
    duration_s : float
        Length in seconds.
    event_s : float or None
        When the one clear event of a long recording starts.
    """

    path: str
    cls: str
    words: list[str]
    kind: Kind | None
    bpm: float | None
    key: str | None
    duration_s: float
    event_s: float | None


@dataclass(frozen=True, slots=True)
class Pack:
    """One folder of the tree, delivered at one sample rate and bit depth."""

    name: str
    prefix: str
    sr: int
    subtype: str


PACKS = (
    Pack("Crate Tools Vol 1", "CT1", 44_100, "PCM_24"),
    Pack("Harbour Goods", "HG", 48_000, "PCM_24"),
    Pack("Unit 27", "U27", 48_000, "PCM_16"),
)
BANK_SIZE = 12
# Mostly WAV; now and then something else, as real folders have.
EXTENSIONS = {5: "flac", 9: "aiff", 12: "ogg", 18: "flac", 25: "aiff"}
PEAKS_DB = (-1.0, -2.0, -3.5, -6.0)
# Grooves come after the one-shots they play.
SOUNDS = (*ONE_SHOTS, *LOOPS, *LONG)


def build(out: Path, seed: int = 7) -> list[SoundTruth]:
    """Synthesise the pack into `out`; the same seed gives the same bytes.

    Parameters
    ----------
    out : Path
        Folder to fill; made if missing. Other files in it stay.
    seed : int
        Of every random choice: noise, order, uneven hits.

    Returns
    -------
    list of SoundTruth
        In the order of the recipe; also written to ``out/truth.json``.
    """
    places = np.random.default_rng(seed).permutation(len(SOUNDS))
    rendered: dict[str, Wave] = {}
    truths = []
    for sound, place in zip(SOUNDS, places, strict=True):
        rendered[sound.name] = _render(sound, seed, rendered)
        truths.append(_write(out, sound, rendered[sound.name], int(place)))
    for pack in PACKS:
        (out / pack.name / "LICENSE.txt").write_text(LICENCE.format(pack=pack.name), encoding="utf-8")
    table = json.dumps([asdict(truth) for truth in truths], indent=1)
    (out / "truth.json").write_text(table + "\n", encoding="utf-8")
    return truths


def _render(sound: Sound, seed: int, rendered: dict[str, Wave]) -> Wave:
    """Make one sound from its own random stream, so that a new recipe leaves the others as they are."""
    rng = np.random.default_rng([seed, zlib.crc32(sound.name.encode())])
    y = sound.make.render(rng, rendered) if isinstance(sound.make, Groove) else sound.make(rng)
    # A loop must close without a gap: only what ends is faded.
    return y if sound.kind == "loop" else fade(y)


def _write(out: Path, sound: Sound, y: Wave, place: int) -> SoundTruth:
    """Write one sound at its place in the shuffled tree."""
    pack = PACKS[place % len(PACKS)]
    number = place // len(PACKS) + 1
    bank = out / pack.name / f"Bank {(number - 1) // BANK_SIZE + 1}"
    bank.mkdir(parents=True, exist_ok=True)
    extension = "flac" if sound.kind is None else EXTENSIONS.get(number, "wav")
    path = bank / f"{pack.prefix}-{number:03d}.{extension}"
    y = normalise(resample(y, pack.sr), PEAKS_DB[place % len(PEAKS_DB)])
    sf.write(path, y, pack.sr, subtype="VORBIS" if extension == "ogg" else pack.subtype)
    if extension == "ogg":
        _fix_ogg_serial(path)
    return SoundTruth(
        path=path.relative_to(out).as_posix(),
        cls=sound.cls,
        words=sound.words.split(", "),
        kind=sound.kind,
        bpm=sound.bpm,
        key=sound.key,
        duration_s=len(y) / pack.sr,
        event_s=sound.event_s,
    )


def _fix_ogg_serial(path: Path) -> None:
    """Replace the random stream serial that libsndfile draws (RFC 3533), so that builds are identical."""
    data = bytearray(path.read_bytes())
    start = 0
    while start < len(data):
        segments = data[start + 26]
        end = start + 27 + segments + sum(data[start + 27 : start + 27 + segments])
        data[start + 14 : start + 18] = bytes(4)
        data[start + 22 : start + 26] = bytes(4)
        data[start + 22 : start + 26] = _ogg_crc(data[start:end]).to_bytes(4, "little")
        start = end
    path.write_bytes(data)


def _ogg_crc(page: bytearray) -> int:
    """CRC-32 of RFC 3533: polynomial 0x04c11db7, most significant bit first, start 0."""
    crc = 0
    for byte in page:
        crc = (crc << 8 & 0xFFFFFFFF) ^ CRC_TABLE[crc >> 24 ^ byte]
    return crc


def _crc_entry(value: int) -> int:
    crc = value << 24
    for _ in range(8):
        crc = (crc << 1 ^ (0x04C11DB7 if crc >> 31 else 0)) & 0xFFFFFFFF
    return crc


CRC_TABLE = [_crc_entry(value) for value in range(256)]
