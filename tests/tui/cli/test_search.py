"""`cratedig search` and `cratedig similar`: tables, JSON, references, mistakes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cratedig.models import registry
from tests.library import write_tone
from tests.tui.cli.conftest import Run

KEYS = [
    "rank", "score", "path", "start_s", "end_s", "duration_s", "pack", "kind", "bpm", "key", "tags",
    "favourite", "by_name", "why", "content",
]  # fmt: skip


def names(answer: object) -> list[str]:
    return [Path(hit["path"]).name for hit in answer.objects]  # type: ignore[attr-defined]


def test_a_table_of_hits(indexed: Run) -> None:
    answer = indexed("search", "bright")
    assert (answer.code, answer.err) == (0, "")
    header, first, *others = answer.out.splitlines()
    assert header.split() == ["match", "name", "pack", "length", "kind"]
    assert first.split() == ["1", "98", "bright.wav", "Pack", "A", "0.20", "s", "one-shot"]
    assert len(others) == 2


def test_hits_as_json(indexed: Run, samples: Path) -> None:
    answer = indexed("search", "bright", "--json")
    assert (answer.code, answer.err) == (0, "")
    assert [list(hit) for hit in answer.objects] == [KEYS] * 3
    first = answer.objects[0]
    assert first["path"] == str(samples / "Pack A" / "Leads" / "bright.wav")
    assert (first["rank"], first["start_s"], first["end_s"], first["duration_s"]) == (1, 0, 0.2, 0.2)
    assert (first["pack"], first["kind"], first["bpm"], first["key"]) == ("Pack A", "one-shot", None, None)
    assert (first["favourite"], first["by_name"]) == (False, False)
    assert first["why"] == ["meaning 98"]
    assert 0.9 < first["score"] <= 1
    assert [hit["rank"] for hit in answer.objects] == [1, 2, 3]
    scores = [hit["score"] for hit in answer.objects]
    assert scores == sorted(scores, reverse=True)


def test_words_need_no_quotes(indexed: Run) -> None:
    assert indexed("search", "bright", "sound").out == indexed("search", "bright sound").out


def test_names_take_part_and_say_so(cratedig: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tone(tmp_path / "s" / "bright bright bright.wav", 80)
    write_tone(tmp_path / "s" / "1.wav", 2500)
    cratedig("index", tmp_path / "s")
    named = {hit["path"]: hit["by_name"] for hit in cratedig("search", "bright", "--json").objects}
    assert [Path(path).name for path, by_name in named.items() if by_name] == ["bright bright bright.wav"]
    assert "by name" in cratedig("search", "bright").out
    monkeypatch.setenv("CRATEDIG_NAMES_SHARE", "0")
    assert names(cratedig("search", "bright", "--json")) == ["1.wav", "bright bright bright.wav"]


def test_words_that_mean_nothing_are_looked_for_in_names_alone(indexed: Run) -> None:
    answer = indexed("search", "again", "--json")
    assert names(answer) == ["deep again.wav"]
    assert answer.objects[0]["score"] is None
    assert answer.err == "No word of it is known (again): results by name only.\n"
    answer = indexed("search", "qwertyuiop")
    assert (answer.code, answer.out) == (0, "")
    assert "No name has these words" in answer.err


def test_a_minus_takes_away(indexed: Run) -> None:
    """Not the option ``-d``, nor ``-k`` with a value."""
    away = names(indexed("search", "deep", "-kick", "-deep", "--json"))
    assert sorted(away) == sorted(names(indexed("search", "deep", "--json")))
    assert names(indexed("search", "-name:again", "len:<5", "--json")) == ["deep.wav", "bright.wav", "middle.wav"]
    assert len(indexed("search", "deep", "-k2", "--json").objects) == 2


def test_why_is_said_when_asked_for(indexed: Run) -> None:
    assert "meaning" not in indexed("search", "bright").out
    assert "meaning 98" in indexed("search", "bright", "--explain").out


def test_k_limits_the_results(indexed: Run) -> None:
    assert len(indexed("search", "deep", "-k", "1", "--json").objects) == 1
    assert len(indexed("search", "deep", "-k", "999", "--json").objects) == 3


def test_filters(indexed: Run) -> None:
    assert names(indexed("search", "deep", 'pack:"pack b"', "--json")) == ["deep again.wav", "middle.wav"]
    assert names(indexed("search", "deep len:>5", "--json")) == []
    answer = indexed("search", "deep len:long")
    assert answer.code == 2
    assert "For example len:0.5..2" in answer.err
    assert answer.err.splitlines()[2] == "           ^^^^"


def test_filters_narrow_similar_too(indexed: Run, samples: Path) -> None:
    answer = indexed("similar", samples / "Pack B" / "middle.wav", 'pack:"pack a"', "--json")
    assert set(names(answer)) == {"bright.wav", "deep.wav"}


def test_filters_alone_list_in_order_of_path(indexed: Run) -> None:
    answer = indexed("search", "len:<5", "--json")
    assert [hit["path"] for hit in answer.objects] == sorted(hit["path"] for hit in answer.objects)
    assert {hit["score"] for hit in answer.objects} == {None}
    assert indexed("search", "len:<5").code == 0


def test_an_unknown_filter_is_pointed_at(indexed: Run) -> None:
    answer = indexed("search", "deep bmp:120")
    assert answer.code == 2
    assert answer.err.splitlines() == [
        "cratedig: There is no filter bmp.",
        "  deep bmp:120",
        "       ^^^",
        "Did you mean bpm: as in bpm:118..124?",
    ]


def test_nothing_found_is_no_error(indexed: Run) -> None:
    answer = indexed("search", "deep pack:nonesuch")
    assert (answer.code, answer.out, answer.err) == (0, "", "Nothing passes the filters.\n")
    assert indexed("search", "deep pack:nonesuch", "--json").err == ""


@pytest.mark.parametrize("command", ["search", "similar"])
def test_a_file_of_the_library_finds_itself_first(indexed: Run, samples: Path, command: str) -> None:
    answer = indexed(command, samples / "Pack B" / "middle.wav", "--json")
    assert names(answer)[0] == "middle.wav"
    assert answer.objects[0]["score"] > 0.9


@pytest.mark.parametrize("command", ["search", "similar"])
def test_a_file_outside_the_library(
    indexed: Run, tmp_path: Path, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_tone(tmp_path / "reference.wav", 2600)
    monkeypatch.chdir(tmp_path)
    answer = indexed(command, "reference.wav", "--json")
    assert names(answer)[0] == "bright.wav"


def test_similar_by_content_id(indexed: Run) -> None:
    content = indexed("search", "bright", "--json").objects[0]["content"]
    for typed in (content, content[:10]):
        assert names(indexed("similar", typed, "--json"))[0] == "bright.wav"


def test_a_hit_in_a_long_file_says_where(cratedig: Run, tmp_path: Path) -> None:
    import numpy as np
    import soundfile

    from tests.library import SR, tone

    soundfile.write(tmp_path / "long.wav", np.concatenate([tone(80, 3), tone(2500, 3)]), SR)
    cratedig("index", tmp_path / "long.wav")
    assert "6.00 s at 3.00 s" in cratedig("search", "bright").out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["search", "  "], "There is nothing to search for"),
        (["search"], "Missing argument"),
        (["search", "deep", "-k", "0"], "results takes a whole number from 1, not 0"),
        (["search", "deep", "-k", "x"], "not a valid integer"),
        (["similar", "no such.wav"], "There is no file no such.wav"),
        (["similar", "abcdef0123"], "No sound in the library has the id 'abcdef0123'"),
        (["search", "deep", "--model", "x"], "No such option"),
    ],
)
def test_mistakes_end_with_2_and_words(indexed: Run, arguments: list[str], said: str) -> None:
    answer = indexed(*arguments)
    assert (answer.code, answer.out) == (2, "")
    assert said in answer.err


def test_a_reference_that_is_no_sound(indexed: Run, samples: Path) -> None:
    answer = indexed("similar", samples / "Pack B" / "broken.wav")
    assert answer.code == 2
    assert "broken.wav cannot be read: not audio" in answer.err
    answer = indexed("similar", samples / "Pack B" / "silence.wav")
    assert answer.code == 2
    assert "is silent" in answer.err


def test_without_a_library(cratedig: Run, library: Path) -> None:
    answer = cratedig("search", "deep")
    assert (answer.code, answer.out) == (2, "")
    assert f"There is no library in {library} yet." in answer.err
    assert "cratedig index FOLDER_OF_SAMPLES" in answer.err
    assert not library.exists()


def test_a_library_of_another_model(indexed: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry.MODELS, "other", "tests.indexer.other_model:OtherModel")
    monkeypatch.setenv("CRATEDIG_MODEL", "other")
    answer = indexed("search", "deep")
    assert answer.code == 2
    assert "made with the model fake" in answer.err


def test_odd_names_are_shown_safely_and_found_again(cratedig: Run, tmp_path: Path) -> None:
    for name in (
        b"red\x1b[31m.wav",
        b"two\nlines.wav",
        b"caf\xe9.wav",
        b"[bold]x.wav",
        "\N{SNOWMAN}.wav".encode(),
    ):
        write_tone(tmp_path / "s" / os.fsdecode(name), 100 + 200 * len(name))
    cratedig("index", tmp_path / "s")
    table = cratedig("search", "deep").out
    assert len(table.splitlines()) == 6
    assert "\x1b" not in table
    mark = "\N{REPLACEMENT CHARACTER}"
    for shown in (
        f"red{mark}[31m.wav",
        f"two{mark}lines.wav",
        f"caf{mark}.wav",
        "[bold]x.wav",
        "\N{SNOWMAN}.wav",
    ):
        assert shown in table
    hits = cratedig("search", "deep", "--json")
    assert hits.out.isascii()
    for hit in hits.objects:
        assert Path(hit["path"]).is_file()
        assert cratedig("similar", hit["path"], "--json").objects[0]["score"] > 0.9


def test_a_mistake_with_control_characters_is_shown_safely(indexed: Run) -> None:
    answer = indexed("similar", "evil\x1b[31m.wav")
    assert answer.code == 2
    assert "\x1b" not in answer.err


def test_a_reference_named_in_bytes_that_are_not_text(indexed: Run) -> None:
    assert indexed("similar", os.fsdecode(b"caf\xe9.wav")).code == 2
    assert indexed("search", os.fsdecode(b"caf\xe9")).code == 0


def test_paths_alone_are_for_other_programs(indexed: Run, samples: Path) -> None:
    answer = indexed("search", "bright", "--paths", "-k", "2")
    assert answer.out.splitlines()[0] == str(samples / "Pack A" / "Leads" / "bright.wav")
    assert len(answer.out.splitlines()) == 2


def test_an_unplugged_drive_is_told(indexed: Run, samples: Path, tmp_path: Path) -> None:
    samples.rename(tmp_path / "unplugged")
    assert "Is a drive unplugged?" in indexed("index").err
    answer = indexed("search", "bright")
    assert (answer.code, answer.out) == (0, "")
    assert "Is a drive unplugged?" in answer.err
    (tmp_path / "unplugged").rename(samples)
    assert "came back" in indexed("index").err
    assert "bright.wav" in indexed("search", "bright").out


@pytest.mark.parametrize("columns", [60, 80, 100, 200])
def test_long_names_give_way_and_numbers_do_not(
    cratedig: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    pack = tmp_path / "samples" / "Splice - Sounds of the East and West Vol. 4 (Deluxe Edition)"
    write_tone(pack / "KSHMR_Drum_Loop_02_Percussive_Top_128bpm_Full_Mix_Wet.wav", 2500)
    cratedig("index", pack.parent)
    monkeypatch.setenv("COLUMNS", str(columns))
    header, row = cratedig("search", "bright").out.splitlines()
    assert header.split() == ["match", "name", "pack", "length", "kind"]
    assert row.split()[:2] == ["1", "98"]
    assert row.rstrip().endswith("0.20 s  one-shot")
    assert "KSHMR" in row
    assert "Splice" in row
