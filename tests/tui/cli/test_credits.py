"""`cratedig credits`: the sheet, its warnings, and names that try to be markup."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest

from tests.library import write_tone
from tests.tui.cli.conftest import Run


@pytest.fixture
def credited(cratedig: Run, tmp_path: Path) -> Run:
    """Four packs: with credit, non-commercial, unknown, and one with the audio of the first."""
    root = tmp_path / "samples"
    write_tone(root / "Dust" / "kick.wav", 60)
    write_tone(root / "Quiet" / "pad.wav", 500)
    write_tone(root / "Found" / "thing.wav", 2000)
    write_tone(root / "Copies" / "kick copy.wav", 60)
    (root / "Dust" / "LICENSE.txt").write_text("Vendor: Warm Records\nCC BY 4.0")
    (root / "Quiet" / "readme.txt").write_text("For personal use only.")
    (root / "Copies" / "readme.txt").write_text("CC0")
    assert cratedig("index", root).code == 0
    return cratedig


def test_the_sheet(credited: Run) -> None:
    answer = credited("credits", "len:..10")
    assert answer.code == 0
    lines = answer.out.splitlines()
    assert '## "Dust" by Warm Records, CC-BY-4.0' in lines
    assert "> Vendor: Warm Records CC BY 4.0 (LICENSE.txt, SHA-256" in answer.out.replace("\\", "")
    assert '## "Copies", CC0' in lines
    assert '## "Quiet", non-commercial' in lines
    assert "- thing.wav (source unknown, no licence found)" in lines
    assert sorted(answer.err.splitlines()) == [
        "Warning: 1 of the sounds: not for commercial use",
        "Warning: 1 of the sounds: source unknown, no licence found",
        "Warning: 1 of the sounds: sources name different licences, the strictest is taken",
    ]


def test_files(credited: Run, tmp_path: Path) -> None:
    answer = credited("credits", "pack:Dust", "--md", tmp_path / "c.md", "--csv", tmp_path / "c.csv")
    assert answer.out == ""
    assert (tmp_path / "c.md").read_text().startswith("# Credits and licences\n")
    with (tmp_path / "c.csv").open(newline="") as file:
        other, row = csv.DictReader(file)
    assert (other["pack"], other["class"], other["file"]) == ("Copies", "cc0", row["file"])
    assert (row["pack"], row["vendor"], row["licence"], row["class"]) == ("Dust", "Warm Records", "CC-BY-4.0", "cc-by")
    assert row["asks for"] == "credit"


def test_every_pack_is_named_with_its_own_licence(credited: Run, tmp_path: Path) -> None:
    for pack, licence in {"Hôstile": "For personal use only.", "Share": "CC BY-SA 4.0", "Mine": ""}.items():
        write_tone(tmp_path / "samples" / pack / "hit.wav", 60)
        (tmp_path / "samples" / pack / "readme.txt").write_text(licence)
    credited("index")
    answer = credited("credits", tmp_path / "samples" / "Hôstile" / "hit.wav")
    lines = [line for line in answer.out.splitlines() if line.startswith(("##", "Asks"))]
    assert dict(zip(lines[::2], lines[1::2], strict=True)) == {
        '## "Copies", CC0': "Asks for: nothing",
        '## "Dust" by Warm Records, CC-BY-4.0': "Asks for: credit",
        '## "Hôstile", non-commercial': "Asks for: no commercial use",
        '## "Share", CC-BY-SA-4.0': "Asks for: credit, the same licence for what is made of it",
    }
    assert answer.err.splitlines() == [
        "Warning: 1 of the sounds: not for commercial use",
        "Warning: 1 of the sounds: sources name different licences, the strictest is taken",
    ]
    assert credited("licence", "name:hit", "--note", "own").code == 0
    assert [line for line in credited("credits", "name:hit").out.splitlines() if line.startswith(("##", "Asks"))] == [
        '## "Hôstile", own recording',
        "Asks for: nothing",
    ]


def test_a_sheet_replaces_a_sheet_and_nothing_else(credited: Run, tmp_path: Path) -> None:
    sound = tmp_path / "samples" / "Dust" / "kick.wav"
    before = sound.read_bytes()
    readme = tmp_path / "README.md"
    readme.write_text("# My song")
    for option, file in (("--md", sound), ("--csv", sound), ("--md", "-"), ("--csv", "-"), ("--md", readme)):
        answer = credited("credits", "pack:Dust", option, file)
        assert (answer.code, answer.out) == (2, "")
        assert "does not end in ." in answer.err or "is there already" in answer.err
    assert (sound.read_bytes(), readme.read_text()) == (before, "# My song")
    for _ in range(2):
        assert credited("credits", "pack:Dust", "--md", tmp_path / "c.md", "--csv", tmp_path / "C.CSV").code == 0
    assert credited("credits", "pack:Dust", "--csv", tmp_path / "c.md").code == 2
    assert sorted(file.name for file in tmp_path.glob("*.*")) == ["C.CSV", "README.md", "c.md"]


def test_json(credited: Run) -> None:
    (credit,) = credited("credits", "pack:Quiet", "--json").objects
    assert credit["licence"] == "nc"
    assert credit["says"].startswith("For personal use only. (readme.txt, SHA-256 ")


def test_a_note_of_ones_own_beats_the_pack(credited: Run, library: Path) -> None:
    from cratedig.store.store import Store

    (hit,) = credited("search", "pack:Found", "--json").objects
    with Store.open(library) as store:
        store.user.note_licence([hit["content"]], "own")
    answer = credited("credits", "pack:Found")
    assert '"Found", own recording' in answer.out
    assert answer.err == ""


def test_a_file_that_cannot_be_written(credited: Run, tmp_path: Path) -> None:
    answer = credited("credits", "pack:Dust", "--md", tmp_path / "nowhere" / "c.md")
    assert answer.code == 2
    assert "cannot be written" in answer.err


def test_names_cannot_become_markup(cratedig: Run, tmp_path: Path) -> None:
    pack = Path(os.fsdecode(os.fsencode(tmp_path) + b"/samples/# [x](y) *a* \xff"))
    write_tone(pack / "<b>_kick_\n- item.wav", 100)
    (pack / "license.txt").write_text("Vendor: [click](http://x)\nCC BY 4.0")
    cratedig("index", pack.parent)
    out = cratedig("credits", "len:..10").out
    assert r"\# \[x\](y) \*a\* " in out
    assert r"by \[click\](http://x)" in out
    assert r"- \<b\>\_kick\_" in out
    assert not [line for line in out.splitlines() if line.startswith("- item")]


def test_the_licence_of_sounds_and_a_note_of_ones_own(credited: Run) -> None:
    shown = credited("licence", "pack:Quiet").out
    assert shown.splitlines()[0].endswith("pad.wav  non-commercial")
    assert '    "For personal use only."' in shown.splitlines()
    assert credited("licence", "pack:Quiet", "--note", "own").err == "Sounds: 1. To take it back: cratedig undo\n"
    (rights,) = credited("licence", "pack:Quiet", "--json").objects
    assert (rights["licence"], rights["noted"], rights["conditions"]) == ("own", True, [])
    assert rights["packs"][0]["evidence"][0]["says"] == ["For personal use only."]
    assert len(credited("search", "licence:own", "--json").objects) == 1
    credited("licence", "pack:Quiet", "--unnote")
    assert credited("licence", "pack:Quiet", "--json").objects[0]["licence"] == "nc"
    assert credited("licence", "pack:Quiet", "--note", "own", "--unnote").code == 2
    assert credited("licence", "pack:Nowhere").code == 2
