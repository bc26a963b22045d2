"""`cratedig dupes`: the same sound in several places."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from cratedig.errors import LibraryMissingError
from cratedig.store.rows import FileRow
from cratedig.store.store import Store
from search.duplicates import NearDuplicates, near_duplicates
from tui.cli.options import json_option, library_option, open_library, settings_for
from tui.cli.output import print_json, printable, size

__all__ = ["command"]


@click.command("dupes")
@click.option("--near", is_flag=True, help="List what sounds the same, too: an MP3 of a WAV, another level or rate.")
@click.option("--merge-tags", is_flag=True, help="With --near: give the one to keep what you decided about the others.")
@click.option("--yes", is_flag=True, help="Merge; without this, only count what would be merged.")
@library_option
@json_option
def command(near: bool, merge_tags: bool, yes: bool, library: Path | None, as_json: bool) -> None:
    """List sounds that lie in several places, by their audio: names, formats and tags may differ.

    The file that was indexed first is proposed as the one to keep; of near duplicates the lossless one, then the
    longest, then that of the highest sample rate. Nothing is deleted.
    """
    if (merge_tags and not near) or (yes and not merge_tags):
        raise click.UsageError("--merge-tags goes with --near, and --yes with --merge-tags.")
    with open_library(settings_for(library)) as store:
        found = _near(store) if near else []
        groups = ((group.keep[1].hash, [file for file, _ in (group.keep, *group.others)]) for group in found)
        number, wasted = _show(groups if near else store.files.duplicates(), as_json=as_json)
        merged = _merge(store, found, yes=yes) if merge_tags else 0
    what = "Sounds with near duplicates" if near else "Sounds in several places"
    click.echo(f"{what}: {number}. The copies take {size(wasted)}.", err=True)
    if merge_tags:
        done = "Merged. To take it back: cratedig undo" if yes else "To merge, add --yes."
        click.echo(f"Tags, favourites, collections and projects to carry over: {merged}. {done}", err=True)


def _near(store: Store) -> list[NearDuplicates]:
    model = store.model
    if model is None:
        raise LibraryMissingError(
            f"The library {store.paths.root} is empty.", "Fill it with: cratedig index FOLDER_OF_SAMPLES"
        )
    return near_duplicates(store, model)


def _show(groups: Iterator[tuple[str, Sequence[FileRow]]], *, as_json: bool) -> tuple[int, int]:
    """Print groups of files, the one to keep first; returns how many, and the bytes of the others."""
    number = wasted = 0
    for content_hash, (keeper, *others) in groups:
        number += 1
        wasted += sum(row.stamp.size for row in others)
        if as_json:
            paths = [row.stamp.text for row in others]
            print_json({"content": content_hash, "keep": keeper.stamp.text, "others": paths})
            continue
        click.echo(f"keep  {printable(keeper.stamp.text)}")
        for row in others:
            click.echo(f"      {printable(row.stamp.text)}")
    return number, wasted


def _merge(store: Store, found: Sequence[NearDuplicates], *, yes: bool) -> int:
    """Carry what the user decided about the others over to the one to keep; returns how much that is."""
    merged = 0
    with store.user.step("merge near duplicates"):
        for group in found:
            others = [content.hash for _, content in group.others]
            merged += store.user.carry_over(group.keep[1].hash, others, dry_run=not yes)
    return merged
