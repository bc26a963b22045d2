"""`cratedig export`: tables, playlists and copies, and nothing overwritten."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from search.export import write_csv, write_json, write_m3u
from search.results import SearchHit
from tests.tui.cli.conftest import Run

ODD = SearchHit(
    1, None, '/s/caf\udce9, "x".wav', 0, 1, 1.4, "p", None, None, None, "c", ("kick", "dusty"), why=("by name",)
)
LINES = SearchHit(2, 0.5, "/s/two\nlines.wav", 0, 1, 1.6, "p", "loop", 120.0, "Am", "d")


def test_every_form_at_once(indexed: Run, samples: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    answer = indexed(
        "export", "len:<5", "--csv", out / "a.csv", "--m3u", out / "a.m3u", "--copy-to", out / "kit", "--json"
    )
    assert answer.code == 0
    assert answer.err.splitlines() == [f"Copied into {out / 'kit'}: 3", "Sounds: 3"]
    paths = [hit["path"] for hit in answer.objects]
    assert [row["path"] for row in csv.DictReader((out / "a.csv").read_text().splitlines())] == paths
    assert [line for line in (out / "a.m3u").read_text().splitlines() if not line.startswith("#")] == paths
    assert sorted(path.name for path in (out / "kit").iterdir()) == ["bright.wav", "deep.wav", "middle.wav"]
    assert (samples / "Pack B" / "middle.wav").read_bytes() == (out / "kit" / "middle.wav").read_bytes()


def test_links(indexed: Run, samples: Path, tmp_path: Path) -> None:
    assert indexed("export", "name:middle", "--copy-to", tmp_path / "kit", "--link").code == 0
    assert (tmp_path / "kit" / "middle.wav").samefile(samples / "Pack B" / "middle.wav")


def test_words_take_the_best_and_filters_take_all(indexed: Run) -> None:
    assert len(indexed("export", "deep", "-k", "1", "--json").objects) == 1
    assert len(indexed("export", "len:<5", "--json").objects) == 3


@pytest.mark.parametrize("form", ["--csv", "--m3u"])
def test_nothing_is_overwritten(indexed: Run, samples: Path, tmp_path: Path, form: str) -> None:
    sound = samples / "Pack B" / "middle.wav"
    theirs = (tmp_path / "theirs").with_suffix(form.replace("--", "."))
    theirs.write_bytes(sound.read_bytes())
    answer = indexed("export", "len:<5", form, theirs)
    assert answer.code == 2
    assert "is there already" in answer.err
    assert theirs.read_bytes() == sound.read_bytes()
    answer = indexed("export", "len:<5", form, tmp_path / "new.wav")
    assert answer.code == 2
    assert "does not end in" in answer.err
    assert not (tmp_path / "new.wav").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["len:<5"], "Say where to"),
        (["len:<5", "--link", "--csv", "x.csv"], "--link goes with --copy-to"),
        (["len:<5", "--csv", "/nowhere/at/all.csv"], "cannot be written"),
        (["bmp:1", "--json"], "There is no filter bmp"),
    ],
)
def test_mistakes_are_told(indexed: Run, arguments: list[str], said: str) -> None:
    answer = indexed("export", *arguments)
    assert answer.code == 2
    assert said in answer.err


def test_odd_names(tmp_path: Path) -> None:
    for write, name in ((write_csv, "a.csv"), (write_json, "a.json"), (write_m3u, "a.m3u")):
        write([ODD, LINES], tmp_path / name)
    with (tmp_path / "a.csv").open(encoding="utf-8", errors="surrogateescape", newline="") as text:
        first, second = csv.DictReader(text)
    assert (first["path"], first["tags"], first["why"], first["score"]) == (ODD.path, "kick; dusty", "by name", "")
    assert (second["path"], second["bpm"]) == (LINES.path, "120.0")
    assert [json.loads(line) for line in (tmp_path / "a.json").read_text().splitlines()] == [
        ODD.as_dict(),
        LINES.as_dict(),
    ]
    playlist = (tmp_path / "a.m3u").read_bytes().splitlines()
    assert playlist == [b"#EXTM3U", b'#EXTINF:1,caf\xe9, "x"', b'/s/caf\xe9, "x".wav']
