"""The review of tags: in order of confidence, heard, settled by single keys or by class, and undone without limit."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import DataTable

from cratedig.config import Settings
from cratedig.store.store import Store
from tests.tui.driving import Driven, driven, locked
from tui.screens.review import ReviewScreen


def verdicts(settings: Settings) -> list[tuple[str, str]]:
    """Term and state of every verdict."""
    with Store.open(settings.library) as store:
        return [(term, state) for _, term, state in store.user.verdicts()]


async def review(app: Driven, term: str | None = None) -> None:
    await app.press("enter", "r")
    if term is not None:
        await app.press("t")
        await app.type(term)
        await app.press("enter")


def table(app: Driven) -> list[list[str]]:
    """Cells of the table, row by row."""
    shown = app.app.screen.query_one(DataTable)
    return [[str(cell) for cell in shown.get_row_at(i)] for i in range(shown.row_count)]


async def test_the_surest_come_first_and_o_turns_it_round(settings: Settings) -> None:
    async with driven(settings) as app:
        await review(app)
        assert app.screen == "ReviewScreen"
        assert "everything: all heard or named" in app.text("#reviewed")
        assert "surest first" in app.text("#reviewed")
        scores = [float(row[0].rstrip("?")) for row in table(app)]
        assert scores == sorted(scores, reverse=True)
        await app.press("o")
        assert "least sure first" in app.text("#reviewed")
        assert [float(row[0].rstrip("?")) for row in table(app)] == sorted(scores)


async def test_what_is_unsure_is_shown_as_such_and_every_row_says_its_source(settings: Settings) -> None:
    with Store.open(settings.library) as store, store.transaction():
        store._connection.execute(
            "INSERT INTO proposal (content_id, term, source, score, sure)"
            " SELECT content_id, 'tom', 'heard', 0.4, 0 FROM proposal WHERE term = 'kick'"
        )
    async with driven(settings) as app:
        await review(app)
        assert {(row[0], row[2]) for row in table(app) if row[1] == "tom"} == {(" 40?", "heard")}
        assert {(row[0], row[2]) for row in table(app) if row[1] == "kick"} == {(" 90", "path")}


async def test_going_to_a_row_plays_it(settings: Settings) -> None:
    async with driven(settings) as app:
        await review(app, "kick")
        assert [row[3] for row in table(app)] == ["kick deep.wav", "kick low.wav"]
        await app.press("down")
        assert app.player.played[-1] == "kick low.wav"
        assert "kick low.wav" in app.text("#sound")
        await app.press("space")
        assert app.player.playing is None


@pytest.mark.parametrize(("key", "state"), [("y", "accepted"), ("enter", "accepted"), ("n", "rejected")])
async def test_one_key_settles_one_tag(settings: Settings, key: str, state: str) -> None:
    async with driven(settings) as app:
        await review(app, "kick")
        await app.press(key)
        assert verdicts(settings) == [("kick", state)]
        assert [row[3] for row in table(app)] == ["kick low.wav"]
        assert "1 tag settled" in app.text("#said")


async def test_keys_may_come_faster_than_the_library_answers(settings: Settings) -> None:
    async with driven(settings) as app:
        await review(app)
        first = [(row[1], row[3]) for row in table(app)][:3]
        played = len(app.player.played)
        await app.press("y", "y", "n")
        assert sorted(verdicts(settings)) == sorted(
            zip([term for term, _ in first], ["accepted", "accepted", "rejected"], strict=True)
        )
        assert not {*first} & {(row[1], row[3]) for row in table(app)}
        assert len(app.player.played) == played + 3, "an answer that changes nothing under the cursor plays nothing"


@pytest.mark.parametrize(("key", "state"), [("Y", "accepted"), ("N", "rejected")])
async def test_a_class_is_settled_in_bulk(settings: Settings, key: str, state: str) -> None:
    async with driven(settings) as app:
        await review(app, "kick")
        await app.press(key)
        assert verdicts(settings) == [("kick", state)] * 2
        assert "2 tags settled" in app.text("#said")
        assert "Nothing waits for a verdict." in app.text("#said")
        assert table(app) == []
        await app.press("y", "n", "Y", "r", "space", "down")
        assert verdicts(settings) == [("kick", state)] * 2


async def test_more_wait_than_are_listed(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    async with driven(settings) as app:
        await review(app)
        waiting = len(table(app))
    monkeypatch.setattr("tui.reviewing.LISTED", 2)
    async with driven(settings) as app:
        await review(app)
        assert len(table(app)) == 2
        assert f" {waiting} waiting" in app.text("#reviewed")


async def test_a_class_is_settled_beyond_what_is_listed(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.reviewing.LISTED", 1)
    async with driven(settings) as app:
        await review(app, "kick")
        await app.press("N")
        assert any("Reject kick for all 2 sounds that wait? 1 of them is listed." in line for line in app.lines)
        await app.press("escape")
        assert verdicts(settings) == []
        await app.press("N", "enter")
        assert verdicts(settings) == [("kick", "rejected")] * 2
        await app.press("u")
        assert verdicts(settings) == [], "one step"


async def test_the_review_is_of_the_sounds_that_the_query_finds(settings: Settings) -> None:
    async with driven(settings) as app:
        await app.type("pack:test name:deep")
        await review(app)
        assert {row[3] for row in table(app)} == {"kick deep.wav"}
        heading = app.text("#reviewed")
        assert heading.startswith(f"Review of pack:test name:deep: all heard or named, {len(table(app))} waiting")
        await app.press("t")
        assert not any("bass" in line for line in app.lines), "no tag of other sounds is offered"
        await app.type("kick")
        await app.press("enter", "N")
        assert verdicts(settings) == [("kick", "rejected")]


@pytest.mark.parametrize(
    ("typed", "term"), [("Floor Tom", "floor tom"), ("sd", "snare"), ("hh", "hi-hat"), ("hand clap", "clap")]
)
async def test_another_tag_takes_the_place_of_a_wrong_one(settings: Settings, typed: str, term: str) -> None:
    async with driven(settings) as app:
        await review(app, "bd")
        await app.press("r")
        await app.type(typed)
        await app.press("enter")
        assert sorted(verdicts(settings)) == sorted([(term, "accepted"), ("kick", "rejected")])


async def test_a_tag_in_its_own_place_is_right(settings: Settings) -> None:
    async with driven(settings) as app:
        await review(app, "kick")
        await app.press("r")
        await app.type("kick")
        await app.press("enter")
        assert verdicts(settings) == [("kick", "accepted")]


@pytest.mark.parametrize(("keys", "term"), [(["enter"], "snare"), (["down", "enter"], "snaer"), (["escape"], None)])
async def test_a_slip_becomes_no_tag_unasked(settings: Settings, keys: list[str], term: str | None) -> None:
    async with driven(settings) as app:
        await review(app, "kick")
        await app.press("r")
        await app.type("Snaer")
        await app.press("enter")
        assert any("There is no tag 'Snaer' yet." in line for line in app.lines)
        await app.press(*keys)
        assert sorted(verdicts(settings)) == ([("kick", "rejected"), (term, "accepted")] if term else [])


async def test_a_known_tag_is_completed(settings: Settings) -> None:
    async with driven(settings) as app:
        await review(app, "kick")
        await app.press("r")
        await app.type("rack t")
        await app.press("right", "enter")
        assert sorted(verdicts(settings)) == [("kick", "rejected"), ("rack tom", "accepted")]


async def test_searching_goes_on_while_a_verdict_waits(settings: Settings) -> None:
    async with driven(settings) as app:
        await review(app, "kick")
        with locked(settings):
            await app.pilot.press("y", "escape", "slash", *"high")
            await app.until(lambda: app.screen == "BrowseScreen" and app.names[:1] == ["hat high.wav"])
            assert verdicts(settings) == []
    assert verdicts(settings) == [("kick", "accepted")]


async def test_a_verdict_that_could_not_be_written_is_said_and_waits_again(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cratedig.store.connection.BUSY_S", 0.05)
    async with driven(settings) as app:
        await review(app, "kick")
        with locked(settings):
            await app.press("y")
            assert any("Verdict: not written." in toast for toast in app.toasts)
        assert len(table(app)) == 2
        await app.press("y")
        assert verdicts(settings) == [("kick", "accepted")]


async def test_what_cannot_be_a_tag_is_not_taken(settings: Settings) -> None:
    async with driven(settings) as app:
        await review(app, "kick")
        await app.press("r")
        await app.type('a "tag"')
        await app.press("enter")
        assert app.screen == "Ask"
        assert "cannot be a tag" in app.text("#keys")
        await app.press("escape")
        assert app.screen == "ReviewScreen"
        assert verdicts(settings) == []


async def test_undo_goes_back_as_far_as_one_likes(settings: Settings) -> None:
    async with driven(settings) as app:
        await review(app, "kick")
        await app.press("y", "n")
        assert len(verdicts(settings)) == 2
        await app.press("u")
        assert "Undone: tag 1 sound" in app.text("#said")
        await app.press("u")
        assert verdicts(settings) == []
        assert len(table(app)) == 2
        await app.press("u")
        assert "There is nothing to undo." in app.text("#said")


async def test_leaving_goes_back_to_the_list_with_the_new_tags(settings: Settings) -> None:
    async with driven(settings) as app:
        await review(app, "drums")
        await app.press("N")
        await app.press("escape")
        assert app.screen == "BrowseScreen"
        assert app.player.calls[-1] == ("stop", None)
        rows = [row for row in app.browser.results._rows.values() if row is not None]
        assert all("drums" not in row.hit.tags for row in rows)


async def test_a_verdict_while_the_library_is_being_indexed(settings: Settings) -> None:
    from filelock import FileLock

    with FileLock(Path(settings.library) / "writer.lock"):
        async with driven(settings) as app:
            await review(app, "kick")
            await app.press("y", "escape")
            assert app.screen == "BrowseScreen"
    assert verdicts(settings) == [("kick", "accepted")]


async def test_help_lists_the_keys_of_the_review(settings: Settings) -> None:
    async with driven(settings, size=(120, 200)) as app:
        await review(app)
        await app.press("question_mark")
        assert app.screen == "HelpScreen"
        assert any("Accept the proposed tag." in line for line in app.lines)
        await app.press("escape")
        assert isinstance(app.app.screen, ReviewScreen)


async def test_hostile_names_are_shown_harmlessly(settings: Settings) -> None:
    with Store.open(settings.library) as store, store.transaction():
        store._connection.execute(
            "UPDATE file SET path = CAST('/p/[red]kick[b] ' || char(27) || '[31m.wav' AS BLOB) WHERE id = 1"
        )
    async with driven(settings) as app:
        await review(app)
        assert any("[red]kick[b]" in line for line in app.lines)
        assert not any("\x1b" in line for line in app.lines)
