"""`cratedig tags`: the tags of sounds, where they come from, and what is unsure."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePath

import click

from cratedig.config import Settings
from cratedig.errors import LibraryBusyError
from cratedig.models import registry
from cratedig.store.store import Store
from cratedig.store.tags import SoundRow, TagRow
from cratedig.tags.vocabulary import Vocabulary
from indexer.tagging import Conflict, conflicts, library_vocabulary, tag
from tui.cli.hits import LINE_HELP, LineCommand
from tui.cli.options import json_option, library_option, model_name, open_library, settings_for
from tui.cli.output import print_json, print_table, printable
from tui.cli.selection import selected

__all__ = ["command", "retag"]

SOUNDS_PER_READ = 1000
SHOWN = 500


@click.command("tags", cls=LineCommand, epilog=LINE_HELP)
@click.argument("query", nargs=-1)
@click.option("-k", type=int, metavar="N", help="How many of the sounds that words find.  [CRATEDIG_RESULTS; 20]")
@click.option("--unsure", is_flag=True, help="With --json, also what may be: each has `sure`.")
@click.option(
    "--conflicts", "only_conflicts", is_flag=True, help="List sounds that are named one thing and sound another."
)
@click.option("--again", is_flag=True, help="Tag every sound again, from what is stored about it.")
@library_option
@json_option
def command(
    query: tuple[str, ...],
    k: int | None,
    unsure: bool,
    only_conflicts: bool,
    again: bool,
    library: Path | None,
    as_json: bool,
) -> None:
    """List the tags of the sounds of a query; without one, the tags of the library and how many sounds have them.

    A tag with a question mark is a guess that is not sure enough to count.
    """
    settings = settings_for(library)
    if again:
        with open_library(settings) as store:
            click.echo(f"Sounds tagged: {retag(settings, store, again=True)}.", err=True)
    with _sounds(settings, query, library, k) as (store, sounds):
        vocabulary = library_vocabulary(store, settings.vocabularies)
        if only_conflicts:
            _print_conflicts([*conflicts(store, vocabulary, sounds)], as_json=as_json)
        elif as_json:
            _print_objects(store, vocabulary, sounds, unsure=unsure)
        elif query:
            _print_sounds(store, vocabulary, sounds)
        else:
            _print_counts(store.tags.counts(), vocabulary)


def retag(settings: Settings, store: Store, *, again: bool = False) -> int:
    """Bring tags up to date with what is known and taught; returns the number of sounds tagged.

    While the library is being indexed there is nothing to do: that ends with tagging.
    """
    if store.model is None:
        return 0
    model = registry.load(model_name(settings, store), settings.models)
    with contextlib.suppress(LibraryBusyError), store.writing():
        return tag(store, model, library_vocabulary(store, settings.vocabularies), again=again)
    return 0


@contextlib.contextmanager
def _sounds(
    settings: Settings, query: Sequence[str], library: Path | None, k: int | None
) -> Iterator[tuple[Store, list[SoundRow]]]:
    """Open the library, and find the sounds of a query; without one, all of them."""
    if query:
        with selected(query, library, k, none_will_do=True) as (store, hits):
            yield store, store.tags.sounds(store.tags.ids([hit.content for hit in hits]))
    else:
        with open_library(settings) as store:
            yield store, store.tags.sounds(store.tags.audible())


def _with_tags(store: Store, sounds: Sequence[SoundRow]) -> Iterator[tuple[SoundRow, list[TagRow]]]:
    for start in range(0, len(sounds), SOUNDS_PER_READ):
        batch = sounds[start : start + SOUNDS_PER_READ]
        tags = store.tags.of([sound.content_id for sound in batch])
        yield from ((sound, tags.get(sound.content_id, [])) for sound in batch)


def _print_objects(store: Store, vocabulary: Vocabulary, sounds: Sequence[SoundRow], *, unsure: bool) -> None:
    for sound, rows in _with_tags(store, sounds):
        shown = [row for row in rows if unsure or row.sure or row.state != "proposed"]
        tags = [_as_dict(row, vocabulary) | ({"sure": row.sure} if unsure else {}) for row in shown]
        print_json({"path": os.fsdecode(sound.path), "tags": tags})


def _as_dict(row: TagRow, vocabulary: Vocabulary) -> dict[str, object]:
    return {
        "term": row.term,
        "axis": vocabulary.axis_of(row.term),
        "score": round(row.score, 2),
        "source": row.source,
        "state": row.state,
    }


def _print_sounds(store: Store, vocabulary: Vocabulary, sounds: Sequence[SoundRow]) -> None:
    rows = [
        (PurePath(os.fsdecode(sound.path)).name, _said(tags, vocabulary))
        for sound, tags in _with_tags(store, sounds[:SHOWN])
    ]
    if rows:
        print_table(("name", "tags"), rows, right=frozenset(), cut=frozenset({"tags"}))
    if len(sounds) > SHOWN:
        click.echo(f"... and {len(sounds) - SHOWN} more sounds; --json lists them all", err=True)


def _said(rows: Iterable[TagRow], vocabulary: Vocabulary) -> str:
    """Tags in force, by axis, then guesses with a question mark; where each comes from is in `--json`."""
    axes = [*vocabulary.axes]
    ordered = sorted(rows, key=lambda row: (not row.in_force, axes.index(vocabulary.axis_of(row.term))))
    words = dict.fromkeys(row.term for row in ordered if row.in_force)
    guesses = dict.fromkeys(row.term for row in ordered if row.state == "proposed" and row.term not in words)
    return ", ".join([*words, *(f"{term}?" for term in guesses)])


def _print_counts(counts: dict[str, int], vocabulary: Vocabulary) -> None:
    by_axis: dict[str, list[str]] = {}
    for term, count in sorted(counts.items(), key=lambda item: -item[1]):
        by_axis.setdefault(vocabulary.axis_of(term), []).append(f"{term} {count}")
    for axis in vocabulary.axes:
        if axis in by_axis:
            click.echo(f"{axis}: {printable(', '.join(by_axis[axis]))}")
    if not by_axis:
        click.echo("No sound has a tag yet.", err=True)


def _print_conflicts(found: Sequence[Conflict], *, as_json: bool) -> None:
    for conflict in found:
        path = os.fsdecode(conflict.sound.path)
        if as_json:
            named = {"path": path, "axis": conflict.axis, "named": conflict.named}
            print_json(named | {"heard": conflict.heard, "score": round(conflict.score, 2)})
        else:
            click.echo(f"{printable(path)}: named {conflict.named}, sounds like {conflict.heard}")
    if not as_json:
        sounds = len({conflict.sound.content_id for conflict in found})
        click.echo(f"Sounds named one thing that sound another: {sounds}.", err=True)
