"""Which pack a file came in with: one that was handed over, one that lies among others, and folders that only sort."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from indexer.packs import as_pack
from indexer.scan import walk

SORTING = """
    Closed Hats|Open Hats|Hi-Hats|HiHats|Rims|Rimshots|Shakers|Crashes|Cymbals|Toms|Congas|Tambourines|Percs|Perc Loops
    Kicks|Hard Kicks|Kicks & Snares|01 Kicks|01 - Kicks|Kicks - Hard|Snare Rolls|Drum Fills|Drum One-Shots|OneShots
    Drum Kits|Construction Kits|Kit 01|Kit A|Song Starters|Stems|Top Loops|Full Loops|Melody Loops|Chord Progressions
    Basses|Basslines|808s|808 & Bass|Subs|Stabs|Chords|Leads|Pads|Plucks|Arps|Keys|Pianos|Guitars|Strings|Bells|Horns
    Vocals|Male Vocals|Vocal Chops|Ad Libs|Acapellas|FX|SFX|FX & Vocals|Risers|Risers & Downers|Impacts|Sweeps|Whooshes
    Textures|Atmospheres|Field Recordings|Foley|Noise|Vinyl FX|Wet|Dry|Distorted|Long|Short|Reverse Cymbals|Melodies
    Bonus|Bonus Content|Misc|Extras|Demo|MIDI|Presets|Serum Presets|Apple Loops|Samples|Audio|WAV|24bit
    44.1kHz 24bit WAV
    120 BPM|Loops 120-128 BPM|128bpm|A Minor|C#m|F# min|Key of C|Am 120|Vol 3|Part 2|Disc 1|01|REX2|Velocity 1|RR1
""".replace("\n", "|").split("|")
NAMED = """
    Dusty Breaks|Deep House|808 Mafia|909|Vendor Pack A|Pack A|A|LINN|TR-808|Old Pack|Soul Sessions|Sub Focus
    KSHMR Vol 3|Midnight Drive|The Drum Broker|Warm Records - Dust|---|\N{DRUM WITH DRUMSTICKS}
""".replace("\n", "|").split("|")


def names(text: list[str]) -> list[str]:
    return [name.strip() for name in text if name.strip()]


def packs(root: Path, *files: str, handed: bool = False) -> list[str]:
    """Packs of files below a root, by their paths below it, in order of the walk."""
    for file in files:
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_bytes(b"x")
    walked = walk([str(root)], packs=[str(root)] if handed else ())
    found = dict.fromkeys(file.pack.path for folder in walked for file in folder.files)
    return [os.path.relpath(os.fsdecode(pack), root) for pack in found]


@pytest.mark.parametrize("name", names(SORTING))
def test_a_folder_that_sorts_is_no_pack(tmp_path: Path, name: str) -> None:
    assert packs(tmp_path / "music", f"{name}/a.wav") == ["."]


@pytest.mark.parametrize("name", names(NAMED))
def test_a_folder_with_a_name_is_a_pack(tmp_path: Path, name: str) -> None:
    assert packs(tmp_path / "music", f"{name}/a.wav") == [name]


@pytest.mark.parametrize(
    ("path", "pack"),
    [
        ("Dusty Breaks/Kicks/a.wav", "Dusty Breaks"),
        ("Dusty Breaks/Midnight Drive/a.wav", "Dusty Breaks"),
        ("a.wav", "."),
        ("Kicks/a.wav", "."),
        ("Kicks/Dusty Breaks/a.wav", "Kicks/Dusty Breaks"),
        ("Drums/Vendor Pack A/Kicks/a.wav", "Drums/Vendor Pack A"),
        ("Bought in May/Warm Records - Dust/Kicks/a.wav", "Bought in May/Warm Records - Dust"),
        ("Warm Records - Dust/Warm Records - Dust - Kicks/a.wav", "Warm Records - Dust"),
    ],
)
def test_the_pack_of_a_file(tmp_path: Path, path: str, pack: str) -> None:
    assert packs(tmp_path / "music", path) == [pack]


ODD = ("Kicks/a.wav", "Tape Hits 2/a.wav", "Midnight Drive/a.wav", "Warm Pads/a.wav")


def test_a_folder_that_is_handed_over_as_a_pack_is_one(tmp_path: Path) -> None:
    assert packs(tmp_path / "Dust", *ODD, handed=True) == ["."]
    assert len(packs(tmp_path / "Dust", *ODD)) > 1


@pytest.mark.parametrize("root", ["Warm Records - Dust (WAV)", "Warm_Records_-_Dust"])
def test_a_root_that_names_its_vendor_is_a_pack(tmp_path: Path, root: str) -> None:
    assert packs(tmp_path / root, *ODD) == ["."]


def test_a_root_with_a_licence_is_a_pack_unless_its_name_only_sorts(tmp_path: Path) -> None:
    files = ("EULA.txt", "Midnight Drive/a.wav", "Dusty Breaks/a.wav")
    assert packs(tmp_path / "Dust", *files) == ["."]
    assert packs(tmp_path / "Samples", *files) == ["Dusty Breaks", "Midnight Drive"]


def test_packs_in_a_folder_that_is_handed_over_are_told_apart(tmp_path: Path) -> None:
    files = ("Warm Records - Dust/a.wav", "Rust/License.pdf", "Rust/Hard Ones/a.wav", "Kicks/a.wav")
    assert packs(tmp_path / "May", *files, handed=True) == [".", "Rust", "Warm Records - Dust"]
    assert packs(tmp_path / "Downloads", *files, "Second/a.wav", handed=True) == [
        ".",
        "Rust",
        "Second",
        "Warm Records - Dust",
    ]


def test_a_readme_says_too_little(tmp_path: Path) -> None:
    assert packs(tmp_path / "Dust", "Midnight Drive/info.txt", "Midnight Drive/a.wav", handed=True) == ["."]


def test_the_pack_of_a_single_file_is_its_folder(tmp_path: Path) -> None:
    kick = tmp_path / "Dusty Breaks" / "kick.wav"
    kick.parent.mkdir()
    kick.write_bytes(b"x")
    (folder,) = walk([str(kick)])
    assert folder.files[0].pack.name == "Dusty Breaks"


def test_the_whole_disk_has_a_name() -> None:
    assert as_pack("/").name == "/"


def test_no_name_keeps_us_busy(tmp_path: Path) -> None:
    assert packs(tmp_path, f"{'bass drum ' * 24}xyz/a.wav") == [f"{'bass drum ' * 24}xyz"]
