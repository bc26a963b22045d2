"""One hit a content."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cratedig.store.rows import HitRow
from search.rank import best_of_each, to_hits


@given(
    st.lists(st.integers(0, 50), unique=True), st.dictionaries(st.integers(0, 50), st.integers(0, 5)), st.integers(0, 9)
)
def test_the_first_segment_of_each_content_is_kept(segments: list[int], contents: dict[int, int], k: int) -> None:
    expected: list[int] = []
    for segment in segments:
        if segment in contents and contents[segment] not in [contents[other] for other in expected]:
            expected.append(segment)
    assert best_of_each(segments, contents, k) == expected[:k]


def test_hits_are_numbered_from_one() -> None:
    row = HitRow(7, 3, "abc", b"/s/\xff.wav", "s", 0.5, 1.0, 2.0, "loop", 120.0, "Am")
    first, second = to_hits([row, row], [0.5, None])
    assert (first.rank, first.score, first.path) == (1, 0.5, "/s/\udcff.wav")
    assert (first.start_s, first.end_s, first.duration_s, first.pack, first.content) == (0.5, 1.0, 2.0, "s", "abc")
    assert second.rank == 2
    assert second.score is None
    assert to_hits([], []) == ()
