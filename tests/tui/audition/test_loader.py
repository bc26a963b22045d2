"""What is decoded when, and what is dropped: the decoder is held back by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

import pytest

from cratedig.errors import AudioError
from tests.audio.synth import write
from tests.sound_server import SR, burst, until
from tui.audition import clips, loader
from tui.audition.clips import Clip, ClipCache, Take
from tui.audition.loader import Loader, in_words


class Gate:
    """Lets the decoder go on block by block, and remembers what it began and what it finished."""

    def __init__(self) -> None:
        self.closed_for: set[str] = set()
        self.began: list[str] = []
        self.finished: list[str] = []
        self._open = Event()

    def decode(self, take: Take) -> Iterator[Clip]:
        self.began.append(take.path.name)
        for clip in clips.decode(take):
            yield clip
            if take.path.name in self.closed_for:
                self._open.wait(60)
        self.finished.append(take.path.name)

    def open(self) -> None:
        self._open.set()


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Gate:
    gate = Gate()
    monkeypatch.setattr(loader, "decode", gate.decode)
    return gate


@pytest.fixture
def cache() -> ClipCache:
    return ClipCache()


@pytest.fixture
def loading(cache: ClipCache, gate: Gate) -> Iterator[Loader]:
    loading = Loader(cache)
    yield loading
    gate.open()
    loading.close()


@pytest.fixture
def take(tmp_path: Path) -> Callable[[str], Take]:
    """A take of a file of one second, made when first asked for."""

    def make(name: str) -> Take:
        path = tmp_path / name
        return Take(path if path.exists() else write(path, burst(len(name), 1.0), SR))

    return make


def unexpected(error: Exception) -> None:
    raise error


def test_a_clip_is_ready_before_it_is_complete(
    loading: Loader, gate: Gate, cache: ClipCache, take: Callable[[str], Take]
) -> None:
    gate.closed_for = {"a"}
    ready: list[Clip] = []
    loading.load(take("a"), ready.append, unexpected)
    until(lambda: ready, "the first block")
    assert 0 < ready[0].filled < SR
    gate.open()
    until(lambda: cache.get(take("a")), "the clip in the cache")
    assert ready[0].filled == SR
    assert len(ready) == 1


def test_prefetching_fills_the_cache_in_order(
    loading: Loader, gate: Gate, cache: ClipCache, take: Callable[[str], Take]
) -> None:
    takes = [take(name) for name in ("a", "b", "c")]
    loading.prefetch(takes)
    until(lambda: cache.get(takes[2]), "the last clip")
    assert gate.finished == ["a", "b", "c"]
    loading.prefetch(takes)
    ready: list[Clip] = []
    loading.load(takes[1], ready.append, unexpected)
    until(lambda: ready, "the cached clip")
    assert gate.finished == ["a", "b", "c"], "nothing is decoded twice"


def test_a_wish_goes_before_everything_prefetched(
    loading: Loader, gate: Gate, cache: ClipCache, take: Callable[[str], Take]
) -> None:
    gate.closed_for = {"slow"}
    loading.prefetch([take("slow"), take("other")])
    until(lambda: gate.began, "the first prefetch")
    ready: list[Clip] = []
    loading.load(take("wish"), ready.append, unexpected)
    gate.open()
    until(lambda: cache.get(take("wish")), "the wish")
    assert gate.began == ["slow", "wish"]
    assert gate.finished == ["wish"]
    assert cache.get(take("slow")) is None, "what was dropped is not kept"


def test_a_newer_wish_replaces_an_older_one(loading: Loader, gate: Gate, take: Callable[[str], Take]) -> None:
    gate.closed_for = {"a"}
    ready: list[Clip] = []
    loading.load(take("a"), ready.append, unexpected)
    until(lambda: ready, "the first wish")
    for name in ("b", "c", "d"):
        loading.load(take(name), ready.append, unexpected)
    gate.open()
    until(lambda: len(ready) == 2, "the last wish")
    assert gate.began == ["a", "d"]
    assert gate.finished == ["d"]


def test_prefetching_leaves_the_wish_alone(
    loading: Loader, gate: Gate, cache: ClipCache, take: Callable[[str], Take]
) -> None:
    gate.closed_for = {"wish"}
    loading.load(take("wish"), lambda _: None, unexpected)
    until(lambda: gate.began, "the wish")
    loading.prefetch([take("a")])
    loading.prefetch([take("b")])
    gate.open()
    until(lambda: cache.get(take("b")), "the last prefetch")
    assert gate.finished == ["wish", "b"]


def test_bad_files_are_said_for_a_wish_and_passed_over_when_prefetched(
    loading: Loader, cache: ClipCache, tmp_path: Path, take: Callable[[str], Take]
) -> None:
    (tmp_path / "broken").write_text("not a sound")
    loading.prefetch([Take(tmp_path / "gone"), Take(tmp_path / "broken"), take("good")])
    until(lambda: cache.get(take("good")), "the good one")
    errors: list[Exception] = []
    loading.load(Take(tmp_path / "broken"), lambda _: None, errors.append)
    until(lambda: errors, "the error")
    assert isinstance(errors[0], AudioError)


def test_what_follows_a_clip_is_linked_to_it(loading: Loader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clips, "LONGEST_S", 2)
    path = write(tmp_path / "long", burst(1, 5.0), SR)
    *_, clip = clips.decode(Take(path, 2.0))
    loading.follow(clip, Take(path))
    following = until(lambda: clip.following, "what follows")
    assert following is not None
    until(lambda: following.complete, "the whole of it")
    assert (following.start_s, following.at_end) == (4, True)


def test_a_long_file_that_vanishes_ends_where_it_was_decoded(
    loading: Loader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clips, "LONGEST_S", 2)
    path = write(tmp_path / "long", burst(1, 5.0), SR)
    *_, clip = clips.decode(Take(path))
    path.unlink()
    loading.follow(clip, Take(path))
    until(lambda: clip.at_end, "the end")


def test_closing_drops_what_is_not_done(gate: Gate, cache: ClipCache, take: Callable[[str], Take]) -> None:
    gate.closed_for = {"a"}
    loading = Loader(cache)
    loading.prefetch([take("a"), take("b")])
    until(lambda: gate.began, "the first prefetch")
    loading.drop()
    gate.open()
    loading.close()
    assert gate.began == ["a"]
    assert gate.finished == []


@pytest.mark.parametrize(
    ("error", "message", "hint"),
    [
        (AudioError("0 bytes", "Copy it again."), "kick.wav cannot be played: 0 bytes.", "Copy it again."),
        (FileNotFoundError(2, "no"), "kick.wav is gone: it was moved, renamed or deleted.", "Index its folder again."),
        (PermissionError(13, "Permission denied"), "kick.wav cannot be read: Permission denied.", ""),
        (OSError("odd"), "kick.wav cannot be read: OSError.", ""),
    ],
)
def test_errors_in_words(error: Exception, message: str, hint: str) -> None:
    assert in_words(Path("/samples/kick.wav"), error) == (message, hint)


def test_a_bug_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError):
        in_words(Path("a"), ZeroDivisionError())
