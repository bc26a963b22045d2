"""Copies into a project folder: safe names, nothing overwritten, the originals untouched."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cratedig.errors import ExportError
from search.export import copy_to, portable_name
from tests.library import unprivileged

DEVICES = ("CON", "nul.wav", "Com1.aiff", "LPT9")


def sound(path: Path, what: bytes = b"kick") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(what)
    return path


@pytest.mark.parametrize("link", [False, True])
def test_sounds_arrive_and_the_originals_stay(tmp_path: Path, *, link: bool) -> None:
    originals = [sound(tmp_path / "a" / "kick.wav"), sound(tmp_path / "b" / "snare.wav", b"snare")]
    times = [path.stat().st_mtime_ns for path in originals]
    copies = copy_to(originals, tmp_path / "new" / "project", link=link)
    assert copies == [tmp_path / "new" / "project" / name for name in ("kick.wav", "snare.wav")]
    assert [path.read_bytes() for path in (*originals, *copies)] == [b"kick", b"snare"] * 2
    assert [path.stat().st_mtime_ns for path in (*originals, *copies)] == times * 2
    assert [copy.samefile(original) for copy, original in zip(copies, originals, strict=True)] == [link, link]


@pytest.mark.parametrize("link", [False, True])
def test_the_same_name_gets_a_number(tmp_path: Path, *, link: bool) -> None:
    originals = [sound(tmp_path / letter / "kick.wav", letter.encode()) for letter in "abc"]
    copies = copy_to(originals, tmp_path / "project", link=link)
    assert [copy.name for copy in copies] == ["kick.wav", "kick 2.wav", "kick 3.wav"]
    assert [copy.read_bytes() for copy in copies] == [b"a", b"b", b"c"]


def test_what_is_there_is_never_overwritten(tmp_path: Path) -> None:
    there = sound(tmp_path / "project" / "KICK.wav", b"mine")
    (copy,) = copy_to([sound(tmp_path / "kick.wav")], tmp_path / "project")
    assert copy.name == "kick 2.wav"  # a case-insensitive disk would take them for one
    assert there.read_bytes() == b"mine"
    folder = tmp_path / "project" / "snare.wav"
    folder.mkdir()
    (copy,) = copy_to([sound(tmp_path / "snare.wav")], tmp_path / "project")
    assert copy.name == "snare 2.wav"


def test_copying_again_changes_nothing(tmp_path: Path) -> None:
    original = sound(tmp_path / "kick.wav")
    first = copy_to([original], tmp_path / "project")
    assert copy_to([original, original], tmp_path / "project") == first * 2
    assert copy_to([original], tmp_path) == [original]
    assert len(list((tmp_path / "project").iterdir())) == 1


def test_a_link_to_elsewhere_is_a_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_source: Path, _target: Path) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", refuse)
    original = sound(tmp_path / "kick.wav")
    (copy,) = copy_to([original], tmp_path / "project", link=True)
    assert copy.read_bytes() == b"kick"
    assert not copy.samefile(original)


def test_a_symbolic_link_is_copied_as_the_sound_it_leads_to(tmp_path: Path) -> None:
    sound(tmp_path / "real.wav")
    (tmp_path / "kick.wav").symlink_to("real.wav")
    for link in (False, True):
        (copy,) = copy_to([tmp_path / "kick.wav"], tmp_path / f"project {link}", link=link)
        assert not copy.is_symlink()
        assert copy.read_bytes() == b"kick"


def test_a_vanished_sound_is_said(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"gone\.wav is not there any more"):
        copy_to([tmp_path / "gone.wav"], tmp_path / "project")


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    blocked = sound(tmp_path / "a file")
    with pytest.raises(ExportError, match="a file"):
        copy_to([sound(tmp_path / "kick.wav")], blocked / "project")


def test_a_folder_that_may_not_be_written_is_said(public_folder: Path) -> None:
    original = sound(public_folder / "kick.wav")
    (public_folder / "project").mkdir()
    (public_folder / "project").chmod(0o555)
    with unprivileged(), pytest.raises(ExportError, match="Permission denied"):
        copy_to([original], public_folder / "project")


def test_a_full_disk_leaves_no_half_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_source: object, target: object) -> None:
        target.write(b"ki")  # type: ignore[attr-defined]
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("search.export.shutil.copyfileobj", fail)
    with pytest.raises(ExportError, match="No space left"):
        copy_to([sound(tmp_path / "kick.wav")], tmp_path / "project")
    assert list((tmp_path / "project").iterdir()) == []


@pytest.mark.parametrize(
    ("name", "portable"),
    [
        ("kick.wav", "kick.wav"),
        ("808: sub? <hard>.wav", "808_ sub_ _hard_.wav"),
        ("C:\\kick.wav", "C__kick.wav"),
        ("tab\there.wav", "tab_here.wav"),
        (os.fsdecode(b"caf\xe9.wav"), "caf_.wav"),
        ("cafe\u0301.wav", "caf\xe9.wav"),
        ("ends with dots...", "ends with dots"),
        ("con.wav", "_con.wav"),
        ("console.wav", "console.wav"),
        ("...", "_"),
    ],
)
def test_portable_names(name: str, portable: str) -> None:
    assert portable_name(name) == portable


@given(st.text(min_size=1, max_size=300) | st.sampled_from(DEVICES))
def test_any_name_becomes_one_that_every_system_takes(name: str) -> None:
    portable = portable_name(name)
    assert portable == portable_name(portable)
    assert portable
    assert not set(portable) & set('<>:"/\\|?*\0\n')
    assert portable[-1] not in " ."
    assert portable.upper() not in DEVICES
    portable.encode()


@pytest.mark.parametrize("letter", ["x", "ü", "日", "🥁"])
def test_a_long_name_is_cut_before_its_ending(tmp_path: Path, letter: str) -> None:
    name = portable_name(letter * 250 + ".wav")
    assert name.endswith(f"{letter}.wav")
    (tmp_path / name).touch()
