"""`cratedig export`: take the sounds of a query along."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import click

from cratedig.store.store import Store
from search.export import copy_to, write_csv, write_m3u
from search.links import GROUPS, link_by
from search.results import SearchHit
from search.sidecar import write_sidecars
from tui.cli.hits import LINE_HELP, LineCommand
from tui.cli.options import OutputFile, json_option, library_option
from tui.cli.output import print_json, printable
from tui.cli.selection import selected

__all__ = ["command"]


@click.command("export", cls=LineCommand, epilog=LINE_HELP)
@click.argument("query", nargs=-1, required=True)
@click.option("--csv", type=OutputFile(".csv"), metavar="FILE", help="Write a table.")
@click.option("--m3u", type=OutputFile(".m3u", ".m3u8"), metavar="FILE", help="Write a playlist.")
@click.option(
    "--copy-to", "folder", type=click.Path(path_type=Path), metavar="DIR", help="Copy the files into this folder."
)
@click.option("--link", is_flag=True, help="With --copy-to: make hard links where that can be done.")
@click.option(
    "--sidecars", type=click.Path(path_type=Path), metavar="DIR", help="Write what is known of each sound as JSON."
)
@click.option(
    "--links-by",
    type=(click.Choice(list(GROUPS)), click.Path(path_type=Path)),
    metavar="tag|pack|kind DIR",
    help="Make a folder of links for each.",
)
@click.option("-k", type=int, metavar="N", help="How many of the sounds that words find.  [CRATEDIG_RESULTS; 20]")
@json_option
@library_option
def command(
    query: tuple[str, ...],
    csv: Path | None,
    m3u: Path | None,
    folder: Path | None,
    link: bool,
    sidecars: Path | None,
    links_by: tuple[str, Path] | None,
    k: int | None,
    as_json: bool,
    library: Path | None,
) -> None:
    """Write the sounds of a query to a table, a playlist or sidecar files, or copy or link their files.

    For example: cratedig export fav:yes --copy-to kit

    Filters alone take every sound that passes. Nothing is overwritten, and the files stay where they are.
    """
    if link and folder is None:
        raise click.UsageError("--link goes with --copy-to DIR.")
    if not any((csv, m3u, folder, sidecars, links_by, as_json)):
        raise click.UsageError(
            "Say where to: --csv FILE, --m3u FILE, --copy-to DIR, --sidecars DIR, --links-by tag DIR or --json."
        )
    with selected(query, library, k) as (store, hits):
        if csv is not None:
            write_csv(hits, csv)
        if m3u is not None:
            write_m3u(hits, m3u)
        if as_json:
            for hit in hits:
                print_json(hit.as_dict())
        if folder is not None:
            copies = copy_to([hit.path for hit in hits], folder, link=link)
            click.echo(f"Copied into {printable(str(folder))}: {len(copies)}", err=True)
        if sidecars is not None:
            _write_sidecars(store, hits, sidecars)
        if links_by is not None:
            links = link_by(hits, *links_by, _roots(store))
            click.echo(f"Links in {printable(str(links_by[1]))}: {links}", err=True)
    click.echo(f"Sounds: {len(hits)}", err=True)


def _write_sidecars(store: Store, hits: Sequence[SearchHit], folder: Path) -> None:
    contents = [hit.content for hit in hits]
    ids = store.tags.ids(contents)
    tags = store.tags.of(ids)
    tags_of = {content: tags.get(i, []) for content, i in zip(contents, ids, strict=True)}
    written = write_sidecars(hits, tags_of, store.licences.of(contents), _roots(store), folder)
    click.echo(f"Sidecars in {printable(str(folder))}: {len(written)}", err=True)


def _roots(store: Store) -> list[str]:
    return [os.fsdecode(root) for root in store.files.roots()]
