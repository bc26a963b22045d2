"""`cratedig ucs`, and what `cratedig export` writes beside tables: sidecars and folders of links."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.library import write_tone
from tests.tui.cli.conftest import Run


def fingerprint(folder: Path) -> dict[str, str]:
    """Every file below a folder with the hash of its bytes."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(autouse=True)
def _untouched(samples: Path) -> Iterator[None]:
    """Whatever a test does, the user's audio stays as it was."""
    before = fingerprint(samples)
    yield
    assert fingerprint(samples) == before


def test_sidecars_mirror_the_tree(indexed: Run, samples: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    answer = indexed("export", "len:..10", "--sidecars", out)
    assert answer.code == 0
    assert f"Sidecars in {out}: 3" in answer.err
    sidecar = json.loads((out / "samples" / "Pack A" / "Kicks" / "deep.wav.json").read_text())
    assert sidecar["path"] == str(samples / "Pack A" / "Kicks" / "deep.wav")
    assert sidecar["licence"] == "unknown"
    assert sidecar["packs"][0]["title"] == "Pack A"
    assert {"term", "score", "source", "state"} == set(sidecar["tags"][0])
    assert len(list(out.rglob("*.*"))) == 3


def test_sidecars_again_follow_what_changed(indexed: Run, tmp_path: Path) -> None:
    out = tmp_path / "out"
    indexed("export", "name:bright", "--sidecars", out)
    indexed("tag", "name:bright", "--add", "sparkle", "--yes")
    assert indexed("export", "name:bright", "--sidecars", out).code == 0
    sidecar = json.loads((out / "samples" / "Pack A" / "Leads" / "bright.wav.json").read_text())
    assert ("sparkle", "accepted") in [(tag["term"], tag["state"]) for tag in sidecar["tags"]]


def test_no_sidecar_lies_beside_its_sound(indexed: Run, samples: Path) -> None:
    answer = indexed("export", "len:..10", "--sidecars", samples.parent)
    assert answer.code == 2
    assert "would lie beside the sounds" in answer.err


def test_a_file_of_someone_else_is_not_replaced(indexed: Run, tmp_path: Path) -> None:
    theirs = tmp_path / "out" / "samples" / "Pack A" / "Leads" / "bright.wav.json"
    theirs.parent.mkdir(parents=True)
    theirs.write_text('{"mine": 1}')
    answer = indexed("export", "name:bright", "--sidecars", tmp_path / "out")
    assert answer.code == 2
    assert theirs.read_text() == '{"mine": 1}'


def test_folders_of_links_by_tag(indexed: Run, samples: Path, tmp_path: Path) -> None:
    indexed("tag", "name:bright", "--add", "a/b", "--add", "lead", "--yes")
    out = tmp_path / "by tag"
    assert indexed("export", "name:bright", "--links-by", "tag", out).code == 0
    for tag in ("a_b", "lead"):
        link = out / tag / "bright.wav"
        assert link.samefile(samples / "Pack A" / "Leads" / "bright.wav")
    before = sorted(out.rglob("*"))
    assert indexed("export", "name:bright", "--links-by", "tag", out).code == 0
    assert sorted(out.rglob("*")) == before


def test_links_with_the_same_name(cratedig: Run, samples: Path, tmp_path: Path) -> None:
    write_tone(samples / "Pack A" / "x.wav", 300)
    write_tone(samples / "Pack B" / "x.wav", 900)
    cratedig("index", samples)
    out = tmp_path / "out"
    (out / "one-shot").mkdir(parents=True)
    (out / "one-shot" / "x.wav").write_text("theirs")
    cratedig("export", "name:x.wav", "--links-by", "kind", out)
    assert sorted(path.name for path in (out / "one-shot").iterdir()) == ["x 2.wav", "x 3.wav", "x.wav"]
    assert (out / "one-shot" / "x.wav").read_text() == "theirs"
    (samples / "Pack A" / "x.wav").unlink()
    (samples / "Pack B" / "x.wav").unlink()


def test_no_link_lies_where_it_would_be_indexed(indexed: Run, samples: Path, tmp_path: Path) -> None:
    indexed("tag", "name:deep", "--add", "samples", "--yes")
    (tmp_path / "way in").symlink_to(samples)
    for folder in (samples / "by tag", tmp_path / "way in" / "by tag", tmp_path):
        answer = indexed("export", "name:deep", "--links-by", "tag", folder)
        assert answer.code == 2
        assert f"among the sounds in {samples}" in answer.err
        assert sorted(path.name for path in samples.iterdir()) == ["Pack A", "Pack B"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["library", "samples", "way in"]


def test_where_no_link_can_be_made(indexed: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    answer = indexed("export", "name:bright", "--links-by", "pack", tmp_path / "file")
    assert answer.code == 2
    assert "No link to bright.wav can be made" in answer.err


def test_ucs_names_are_only_proposed(indexed: Run) -> None:
    indexed("tag", "name:bright", "--add", "riser", "--yes")
    answer = indexed("ucs", "name:bright", "--creator", "ME", "--json")
    (proposal,) = answer.objects
    assert proposal["name"] == "DSGNRise_Bright_ME_PA.wav"
    assert answer.err == "Proposed: 1. Without a category: 0.\n"
    assert "DSGNRise_Bright_NONE_PA.wav" in indexed("ucs", "name:bright").out


def test_a_narrow_terminal_loses_no_column(indexed: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    indexed("tag", "name:bright", "--add", "riser", "--yes")
    monkeypatch.setenv("COLUMNS", "40")
    heading, row = indexed("ucs", "name:bright").out.splitlines()
    assert heading.split() == ["now", "proposed", "because", "of"]
    assert row.split() == ["bright.…", "DSGNRise_Bright_NONE_PA.wav", "riser"]
