"""`cratedig tags` and `cratedig tag`: what is listed, what would change, what changes, and what is refused."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from cratedig.store.tags import SoundRow
from indexer.tagging import Conflict
from tests.folders import start
from tests.library import write_tone
from tests.tui.cli.conftest import Run

KEYS = ["term", "axis", "score", "source", "state"]


@pytest.fixture
def pack(cratedig: Run, tmp_path: Path) -> Run:
    """`cratedig`, with a pack of two kicks, a clap, and six tones that no name gives away."""
    folder = tmp_path / "samples" / "Vol 3"
    write_tone(folder / "Kicks" / "deep 01.wav", 60)
    write_tone(folder / "Kicks" / "dark 02.wav", 80)
    write_tone(folder / "Misc" / "clap.wav", 2500)
    for i in range(6):
        write_tone(folder / "Misc" / f"x{i}.wav", 600 + i)
    assert cratedig("index", tmp_path / "samples").code == 0
    return cratedig


def tags(answer_objects: list[dict[str, Any]], name: str) -> dict[str, dict[str, Any]]:
    (found,) = [row["tags"] for row in answer_objects if row["path"].endswith(name)]
    return {tag["term"]: tag for tag in found}


def test_json_has_one_object_a_sound(pack: Run) -> None:
    objects = pack("tags", "--json").objects
    assert len(objects) == 9
    assert all(list(row) == ["path", "tags"] for row in objects)
    kick = tags(objects, "dark 02.wav")
    assert kick["kick"] == dict(zip(KEYS, ["kick", "instrument", 0.8, "path", "proposed"], strict=True))
    assert kick["dark"] == dict(zip(KEYS, ["dark", "timbre", 0.9, "path", "proposed"], strict=True))
    assert tags(objects, "x3.wav") == {"one-shot": tags(objects, "x3.wav")["one-shot"]}


def test_without_a_query_people_see_the_terms_and_how_many_sounds_have_them(pack: Run) -> None:
    assert "instrument: kick 2, clap 1\n" in pack("tags").out
    assert "family: drums 3\n" in pack("tags").out


def test_a_query_goes_through_the_language_of_search(pack: Run) -> None:
    shown = pack("tags", "path:Kicks").out.splitlines()
    assert [line.split()[1] for line in shown[1:]] == ["02.wav", "01.wav"]
    assert "kick" in shown[1]
    assert len(pack("tags", "tag:kick", "--json").objects) == 2
    assert pack("tags", "tag:nothing").out == ""


def test_guesses_are_shown_as_guesses(pack: Run, tmp_path: Path) -> None:
    write_tone(tmp_path / "samples" / "Vol 3" / "kick or tom.wav", 90)
    pack("index")
    sure = pack("tags", "--json").objects
    every = pack("tags", "--json", "--unsure").objects
    assert all(tag["sure"] in {True, False} for row in every for tag in row["tags"])
    assert sum(len(row["tags"]) for row in every) > sum(len(row["tags"]) for row in sure)
    assert not tags(every, "kick or tom.wav")["tom"]["sure"]
    assert "tom?" in pack("tags", "name:tom").out


def test_nothing_changes_without_yes(pack: Run) -> None:
    before = pack("tags", "--json").out
    answer = pack("tag", "path:Misc", "--add", "dusty", "--reject", "clap")
    assert answer.code == 0
    assert "dusty: none -> accepted" in answer.out
    assert "Would change 8 tags of 7 sounds. To do it, add --yes." in answer.err
    assert pack("tags", "--json").out == before


def test_tags_are_given_taken_and_given_back(pack: Run) -> None:
    answer = pack("tag", "path:Kicks", "--add", "Bass Drum,punchy", "--remove", "dark", "--yes")
    assert "To take it back: cratedig undo" in answer.err
    kick = tags(pack("tags", "--json").objects, "dark 02.wav")
    assert kick["kick"]["state"] == "accepted"
    assert kick["punchy"] == dict(zip(KEYS, ["punchy", "envelope", 1.0, "user", "accepted"], strict=True))
    assert kick["dark"]["state"] == "rejected"
    assert pack("undo").code == 0
    kick = tags(pack("tags", "--json").objects, "dark 02.wav")
    assert "punchy" not in kick
    assert kick["dark"]["state"] == "proposed"


@pytest.mark.parametrize("typed", ["bd", "Kick Drum", "BASSDRUM"])
def test_tags_are_typed_by_any_name_or_abbreviation(pack: Run, typed: str) -> None:
    for option in ("--add", "--accept", "--reject", "--remove"):
        (row,) = pack("tag", "path:Kicks name:02", option, typed, "--json").objects
        assert [change["term"] for change in row["changes"]] == ["kick"]
    assert pack("search", f'tag:"{typed}"', "--json").objects == pack("search", "tag:kick", "--json").objects != []


def test_changes_can_be_read_by_a_program(pack: Run) -> None:
    (row,) = pack("tag", "name:clap", "--accept", "clap", "--json").objects
    assert row["changes"] == [{"term": "clap", "before": "proposed", "after": "accepted"}]
    assert row["done"] is False


def test_a_tag_of_ones_own_is_proposed_after_five_examples(pack: Run) -> None:
    for i in range(5):
        answer = pack("tag", f"name:x{i}.wav", "--add", "my thing", "--yes")
        assert "A tag of your own: my thing." in answer.err
    last = tags(pack("tags", "--json").objects, "x5.wav")
    assert last["my thing"]["source"] == "heard"
    assert last["my thing"]["axis"] == "own"
    assert last["my thing"]["state"] == "proposed"
    assert len(pack("search", 'tag:"my thing"', "--json").objects) == 6
    assert "Would forget 5 tags of 5 sounds" in pack("tag", "--forget-corrections").err
    assert len(pack("search", 'tag:"my thing"', "--json").objects) == 6
    assert pack("tag", "--forget-corrections", "--json").objects == [{"tags": 5, "sounds": 5, "done": False}]
    assert "To take it back: cratedig undo" in pack("tag", "--forget-corrections", "--yes").err
    assert pack("search", 'tag:"my thing"', "--json").objects == []
    pack("undo")
    assert len(pack("search", 'tag:"my thing"', "--json").objects) == 6


def test_a_file_is_itself_not_what_sounds_like_it(pack: Run, tmp_path: Path) -> None:
    file = tmp_path / "samples" / "Vol 3" / "Misc" / "x2.wav"
    assert [row["path"] for row in pack("tag", file, "--add", "mine", "--json").objects] == [str(file)]


def test_verdicts_survive_a_move_and_rebuild(pack: Run, tmp_path: Path) -> None:
    pack("tag", "name:clap", "--add", "mine", "--yes")
    shutil.move(tmp_path / "samples" / "Vol 3" / "Misc", tmp_path / "samples" / "Renamed")
    assert pack("index").code == 0
    assert pack("rebuild").code == 0
    assert tags(pack("tags", "--json").objects, "Renamed/clap.wav")["mine"]["state"] == "accepted"


def test_tagging_again_on_demand(pack: Run) -> None:
    assert "Sounds tagged: 9." in pack("tags", "--again").err


def test_a_verdict_on_a_family_leaves_the_library_whole(pack: Run, tmp_path: Path) -> None:
    for wish in ("--accept", "--reject"):
        assert pack("tag", "path:Kicks", wish, "drums", "--yes").code == 0
    assert pack("index", tmp_path / "samples").code == 0
    assert "drums 1\n" in pack("tags").out


@pytest.mark.parametrize("wishes", [("--add", "kick,snare"), ("--add", "kick", "--reject", "bd")])
def test_wishes_that_contradict_each_other_are_refused(pack: Run, wishes: tuple[str, ...]) -> None:
    answer = pack("tag", "path:Misc", *wishes, "--yes")
    assert answer.code == 2
    assert "snare" in answer.err or "kick" in answer.err
    assert "snare" not in pack("tags").out


def test_conflicts_are_counted_by_sound(pack: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    sound = SoundRow(1, "h", b"/p/tuba & flute.wav")
    found = [Conflict(sound, "instrument", named, "kick", 0.9) for named in ("tuba", "flute")]
    monkeypatch.setattr("tui.cli.tags.conflicts", lambda *_: iter(found))
    assert "sound another: 1." in pack("tags", "--conflicts").err


def test_conflicts_are_listed(pack: Run) -> None:
    assert "Sounds named one thing that sound another: 0." in pack("tags", "--conflicts").err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["path:Misc"], "Say which sounds, and what to do."),
        (["--add", "dusty"], "Say which sounds, and what to do."),
        (["path:Misc", "--accept", "snrae"], "Did you mean snare?"),
        (["path:Misc", "--reject", "no such thing at all"], "cratedig tags lists those in use."),
        (["path:Misc", "--add", 'a"b'], "cannot be a tag"),
        (["path:Misc", "--add", ""], "cannot be a tag"),
        (["path:Misc", "--add", "x" * 61], "cannot be a tag"),
        (["path:Misc", "--forget-corrections"], "--forget-corrections is for all sounds."),
        (["bpm:x", "--add", "dusty"], "bpm"),
    ],
)
def test_what_cannot_be_done_is_refused_in_words(pack: Run, arguments: list[str], says: str) -> None:
    answer = pack("tag", *arguments)
    assert answer.code == 2
    assert says in answer.err


def test_tags_can_be_given_while_the_library_is_being_indexed(pack: Run, library: Path) -> None:
    from filelock import FileLock

    with FileLock(library / "writer.lock"):
        assert pack("tag", "path:Misc", "--add", "dusty", "--yes").code == 0
    assert "dusty 7" in pack("tags").out


@pytest.mark.usefixtures("pack")
def test_a_broken_vocabulary_is_named_with_its_line(tmp_path: Path, library: Path) -> None:
    (tmp_path / "settings" / "vocabularies").mkdir(parents=True)
    (tmp_path / "settings" / "vocabularies" / "mine.toml").write_text('axis = "own"\n[terms]\nboom = 3\n')
    config = str(tmp_path / "settings" / "config.toml")
    process = start("tags", "--library", library, CRATEDIG_CONFIG=config)
    _, err = process.communicate()
    assert process.returncode == 2
    assert "mine.toml, line 3:" in err
    assert "Traceback" not in err


def test_an_empty_library_has_no_tags(cratedig: Run, samples: Path) -> None:
    assert cratedig("tags").code == 2
    (samples / "empty").mkdir()
    cratedig("index", samples / "empty")
    assert "No sound has a tag yet." in cratedig("tags").err
    assert cratedig("tags", "--json").objects == []
    assert cratedig("tags", "--again").code == 0
