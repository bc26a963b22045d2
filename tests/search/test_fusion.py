"""Orders of several models become one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cratedig.errors import QueryError
from cratedig.models import registry
from cratedig.models.fake import FakeModel
from cratedig.store.store import Store
from indexer.pipeline import IndexRequest, index
from search.engine import SearchEngine, SearchRequest
from search.fusion import fuse
from search.parse import parse_line
from search.rank import Ranking
from search.results import SearchHit
from tests.library import write_tone


def ranking(ids: list[int], scores: list[float] | None = None, files: list[int] | None = None) -> Ranking:
    return Ranking(
        "kick",
        np.array(ids, dtype=np.int64),
        None if scores is None else np.array(scores, np.float32),
        None if files is None else np.array(files, dtype=np.int64),
    )


def rows(*sounds: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array(sounds, dtype=np.int64)


def test_a_sound_that_both_models_find_comes_first() -> None:
    """Reciprocal rank: second and second is more than first and nowhere."""
    own, other = ranking([10, 11, 12], [0.9, 0.8, 0.7]), ranking([21, 20, 24], [0.6, 0.5, 0.4])
    fused = fuse([own, other], [rows(0, 1, 2), rows(3, 1, 4)], ["compact", "laion-music"], 10)
    assert fused.ids.tolist() == [11, 10, 21, 12, 24]
    assert fused.title == "kick"
    assert fused.scores is not None
    assert fused.scores == pytest.approx([0.65, 0.9, 0.6, 0.7, 0.4])
    assert fused.why(0) == ("meaning 65", "compact place 2", "laion-music place 2")
    assert fused.why(1) == ("meaning 90", "compact place 1")


def test_equal_orders_stay_as_they_are_and_are_cut_at_k() -> None:
    one, other = ranking([10, 11, 12, 13], [0.9, 0.8, 0.7, 0.6]), ranking([20, 21, 22, 23], [0.9, 0.8, 0.7, 0.6])
    fused = fuse([one, other], [rows(5, 2, 9, 1)] * 2, ["a", "b"], 3)
    assert fused.ids.tolist() == [10, 11, 12]


def test_files_and_names_go_with_their_sound() -> None:
    own, other = ranking([10, 11], files=[7, 8]), ranking([20, 21], files=[9, 7])
    fused = fuse([own, other], [rows(0, 1), rows(2, 0)], ["a", "b"], 3)
    assert fused.ids.tolist() == [10, 20, 11]
    assert fused.files is not None
    assert fused.files.tolist() == [7, 9, 8]
    assert fused.scores is None


def test_nothing_found_by_either() -> None:
    empty = ranking([], [], [])
    fused = fuse([empty, empty], [rows(), rows()], ["a", "b"], 5)
    assert len(fused) == 0


def test_only_one_model_finds_anything() -> None:
    fused = fuse([ranking([], []), ranking([20, 21], [0.5, 0.4])], [rows(), rows(3, 1)], ["a", "b"], 5)
    assert fused.ids.tolist() == [20, 21]
    assert fused.why(0) == ("meaning 50", "b place 1")


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SearchEngine:
    """Twelve tones, heard by the fake model and, beside it, by the other one."""
    monkeypatch.setitem(registry.MODELS, "other", "tests.indexer.other_model:OtherModel")
    for i in range(12):
        write_tone(tmp_path / "samples" / f"{i:02}.wav", 90 * 1.4**i)
    store = Store.create_or_open(tmp_path / "library")
    list(index(store, IndexRequest([str(tmp_path / "samples")], "fake", beside="other"), lambda: False))
    return SearchEngine(store, FakeModel())


def ask(engine: SearchEngine, line: str, k: int = 12) -> tuple[SearchHit, ...]:
    return engine.search(SearchRequest.of(parse_line(line), k)).hits


def test_each_model_and_both_find_every_sound_once(engine: SearchEngine) -> None:
    for line in ("bright", "bright model:fake", "bright model:other", "bright model:both"):
        hits = ask(engine, line)
        assert len({hit.content for hit in hits}) == len(hits) == 12, line
        assert [hit.rank for hit in hits] == list(range(1, 13))
    assert [hit.path for hit in ask(engine, "bright model:fake")] == [hit.path for hit in ask(engine, "bright")]


def test_both_says_where_each_model_has_a_sound(engine: SearchEngine) -> None:
    first = ask(engine, "bright model:both")[0]
    assert first.why[1:] == ("fake place 1", "other place 1")
    assert first.score is not None


def test_filters_k_and_references_work_with_both(engine: SearchEngine) -> None:
    assert len(ask(engine, "bright model:both name:0", k=5)) == 5
    hits = ask(engine, "deep model:both name:03")
    assert [Path(hit.path).name for hit in hits] == ["03.wav"]
    reference = hits[0].content
    assert ask(engine, f"like:{reference} model:both")[0].content == reference
    assert len(ask(engine, "name:03 model:both")) == 1


def test_a_model_that_the_library_does_not_keep_is_told_with_those_it_keeps(engine: SearchEngine) -> None:
    with pytest.raises(QueryError, match="no vectors of the model laion-music") as error:
        ask(engine, "bright model:laion-music")
    assert error.value.hint == "It has fake, other. To add one: cratedig index --beside NAME"


@pytest.mark.parametrize("line", ["kick model:", 'kick model:" "', "kick model:a model:b", "kick -model:both"])
def test_a_model_is_named_once_and_not_taken_away(line: str) -> None:
    with pytest.raises(QueryError):
        parse_line(line)


@pytest.mark.parametrize("line", ["kick model:both", "model:laion-music:int8", "kick kind:loop model:compact"])
def test_a_line_with_a_model_is_written_as_it_was_read(line: str) -> None:
    assert parse_line(str(parse_line(line))) == parse_line(line)
    assert parse_line(line).model == line.rpartition(" ")[2].removeprefix("model:")
