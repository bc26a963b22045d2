"""Taking in packs: real ones, and ones made to do harm."""

from __future__ import annotations

import os
import shutil
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote_to_bytes, urlsplit

import numpy as np
import pytest
import soundfile

from cratedig.store.store import Store
from cratedig.tags.head import Head, Trust
from indexer import tagging
from indexer.events import Event, FileFailed, IndexFinished, IntakeFinished, PackFound, SoundFound, as_dict
from indexer.intake import intake
from indexer.pipeline import IndexRequest
from indexer.report import as_html
from tests.library import INFO, run_index, write_tone


def taken_in(store: Store, folder: Path, *, cancelled: bool = False) -> list[Event]:
    return list(intake(store, IndexRequest([str(folder)], "fake"), lambda: cancelled))


def sounds(events: list[Event]) -> dict[str, SoundFound]:
    """Sounds by the name of their file."""
    return {Path(event.path).name: event for event in events if isinstance(event, SoundFound)}


def page(store: Store, events: list[Event]) -> str:
    finished = events[-1]
    assert isinstance(finished, IntakeFinished)
    packs = [event for event in events if isinstance(event, PackFound)]
    found = [event for event in events if isinstance(event, SoundFound)]
    pictures = store.measures.picture([sound.content for sound in found])
    return "".join(as_html(finished, packs, found, pictures))


class Page(HTMLParser):
    """Every tag with its attributes, and every word, of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data

    def files(self) -> list[bytes]:
        """Paths that the sounds of the page play from."""
        sources = [str(attributes["src"]) for tag, attributes in self.tags if tag == "audio"]
        assert all(urlsplit(source).scheme == "file" for source in sources)
        return [unquote_to_bytes(urlsplit(source).path) for source in sources]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A library that owns one kick."""
    store = Store.create_or_open(tmp_path / "library")
    write_tone(tmp_path / "owned" / "Old Pack" / "kick.wav", 60)
    run_index(store, tmp_path / "owned")
    return store


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A pack with a licence, a sound that is owned, one that is in it twice, and one that cannot be read."""
    pack = tmp_path / "downloads" / "Warm Records - Dust (WAV)"
    write_tone(pack / "Kicks" / "dusty kick.wav", 60)
    write_tone(pack / "Leads" / "lead.wav", 1500)
    shutil.copyfile(pack / "Leads" / "lead.wav", pack / "Leads" / "lead again.wav")
    (pack / "broken.wav").write_bytes(b"nothing")
    (pack / "EULA.txt").write_text("Royalty-free. You may not resell the samples.")
    return pack


def test_a_pack_is_taken_in(store: Store, pack: Path, tmp_path: Path) -> None:
    events = taken_in(store, pack)
    found = next(event for event in events if isinstance(event, PackFound))
    assert (found.title, found.vendor, found.licence, found.sounds) == ("Dust", "Warm Records", "royalty-free", 3)
    assert found.conditions == ("no_isolated_use",)
    assert found.evidence[0].says[0] == "Royalty-free."
    by_name = sounds(events)
    assert by_name["dusty kick.wav"].owned == (str(tmp_path / "owned" / "Old Pack" / "kick.wav"),)
    assert by_name["lead.wav"].owned == ()
    assert by_name["lead.wav"].copies == (str(pack / "Leads" / "lead again.wav"),)
    assert "kick" in [row.term for row in by_name["dusty kick.wav"].tags]
    last = events[-1]
    assert isinstance(last, IntakeFinished)
    assert (last.packs, last.sounds, last.owned) == (1, 3, 1)
    assert last.failed == (FileFailed(str(pack / "broken.wav"), "not audio, or damaged"),)


def test_a_pack_is_one_whatever_its_folders_are_called(store: Store, pack: Path) -> None:
    for number, name in enumerate(("Closed Hats", "Construction Kits", "Midnight Drive", "120 BPM")):
        write_tone(pack / name / "a.wav", 200 + 100 * number)
    assert [Path(event.path) for event in taken_in(store, pack) if isinstance(event, PackFound)] == [pack]


def test_what_a_name_says_against_the_ear_is_in_the_report(
    store: Store, pack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights = np.zeros((2, INFO.dim + 1), dtype=np.float32)
    weights[1, -1] = 8  # whatever it hears, it is a clap
    trust = {axis: Trust(1.0, 0.0, 0.9, 0.8, {}) for axis in ("instrument", "family")}
    monkeypatch.setattr(tagging, "load_head", lambda *_: Head(("snare", "clap"), weights, trust))
    write_tone(pack / "Snares" / "snare 01.wav", 300)
    events = taken_in(store, pack)
    (conflict,) = sounds(events)["snare 01.wav"].conflicts
    assert (conflict.axis, conflict.named, conflict.heard) == ("instrument", "snare", "clap")
    last = events[-1]
    assert isinstance(last, IntakeFinished)
    assert last.conflicts == sum(bool(sound.conflicts) for sound in sounds(events).values()) >= 1
    shown = Page(page(store, events)).words
    assert "named snare, sounds like clap" in shown
    assert f"{last.conflicts} named one thing, sounding like another" in shown


def test_only_what_is_missing_in_the_folder_is_said(store: Store, pack: Path, tmp_path: Path) -> None:
    (tmp_path / "owned" / "Old Pack" / "kick.wav").unlink()
    run_index(store, tmp_path / "owned")
    assert missing(taken_in(store, pack)) == 0
    (pack / "Leads" / "lead again.wav").unlink()
    assert missing(taken_in(store, pack)) == 1


def missing(events: list[Event]) -> int:
    return next(event.missing for event in events if isinstance(event, IndexFinished))


def test_versions_in_a_folder_are_named_once(store: Store, pack: Path) -> None:
    first = sounds(taken_in(store, pack))
    kick, lead = first["dusty kick.wav"], first["lead again.wav"]
    alike = {kick.content: [lead.path, "/elsewhere/kick.mp3"], lead.content: [kick.path, "/elsewhere/kick.mp3"]}
    request = IndexRequest([str(pack)], "fake")
    found = sounds(list(intake(store, request, lambda: False, lambda _: alike)))
    assert found["dusty kick.wav"].versions == (lead.path, "/elsewhere/kick.mp3")
    assert found["lead again.wav"].versions == ("/elsewhere/kick.mp3",)


def test_again_and_again(store: Store, pack: Path) -> None:
    first = [event for event in taken_in(store, pack) if isinstance(event, SoundFound | PackFound)]
    assert [event for event in taken_in(store, pack) if isinstance(event, SoundFound | PackFound)] == first


def test_several_packs_at_once(store: Store, pack: Path) -> None:
    write_tone(pack.parent / "Second" / "o.wav", 900)
    events = taken_in(store, pack.parent)
    assert [Path(event.path).name for event in events if isinstance(event, PackFound)] == ["Second", pack.name]


def test_a_cancelled_run_has_no_report(store: Store, pack: Path) -> None:
    events = taken_in(store, pack, cancelled=True)
    assert isinstance(events[-1], IndexFinished)


def test_every_event_is_plain_values(store: Store, pack: Path) -> None:
    kinds = {as_dict(event)["event"] for event in taken_in(store, pack)}
    assert {"index_finished", "pack_found", "sound_found", "intake_finished"} <= kinds


def test_the_page(store: Store, pack: Path) -> None:
    events = taken_in(store, pack)
    shown = Page(page(store, events))
    assert sorted(shown.files()) == sorted(os.fsencode(sound.path) for sound in sounds(events).values())
    assert sum(tag == "svg" for tag, _ in shown.tags) == 3
    assert "New in the crate: Warm Records - Dust (WAV)" in shown.words
    assert "royalty-free, by its vendor" in shown.words
    assert "You may not resell the samples." in shown.words
    assert "you own it as kick.wav" in shown.words
    assert "not audio, or damaged" in shown.words
    assert {tag for tag, _ in shown.tags}.isdisjoint({"script", "link", "img", "iframe"})
    assert not [attributes for _, attributes in shown.tags if str(attributes.get("src")).startswith("http")]


HOSTILE = (
    b'"><script>alert(1)<.wav', b"' onerror='x.wav", b"&amp;.wav", b"100%25 #1?.wav", b"caf\xe9.wav", b"\xff\xfe.wav",
    b"new\nline.wav", "夜 \u202e.wav".encode(), b"file:..wav", b" lead.wav",
)  # fmt: skip


def test_names_that_try_to_be_markup(store: Store, tmp_path: Path) -> None:
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/<b>pack&\xe9"))
    paths = [os.fsencode(folder) + b"/" + name for name in HOSTILE]
    for number, path in enumerate(paths):
        write_tone(Path(os.fsdecode(path)), 100 + 50 * number)
    (folder / "license.txt").write_text("Vendor: <img src=x>\nThese <script>sounds</script> are royalty-free.")
    events = taken_in(store, folder)
    text = page(store, events)
    text.encode()
    shown = Page(text)
    assert sorted(shown.files()) == sorted(paths)
    assert {"script", "img"}.isdisjoint(tag for tag, _ in shown.tags)
    assert not [name for _, attributes in shown.tags for name in attributes if name.startswith("on")]


@pytest.mark.slow
def test_ten_thousand_files_in_one_folder(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "Big"
    folder.mkdir()
    rng = np.random.default_rng(0)
    for number in range(20):
        soundfile.write(folder / f"{number}.wav", rng.uniform(-0.5, 0.5, 64), 8000, "PCM_16")
    for number in range(20, 2000):
        shutil.copyfile(folder / f"{number % 20}.wav", folder / f"{number}.wav")
    for number in range(8000):
        (folder / f"note {number}.txt").write_text("CC BY 4.0")
    (folder / "license.txt").write_text("CC0")
    events = taken_in(store, folder)
    last = events[-1]
    assert isinstance(last, IntakeFinished)
    assert (last.sounds, last.packs) == (2000, 1)
    found = next(event for event in events if isinstance(event, PackFound))
    assert len(found.evidence) == 8
    assert Path(found.evidence[0].path).name == "license.txt"
    assert len(sounds(events)["0.wav"].copies) == 10
    assert len(page(store, events)) < 10_000_000
