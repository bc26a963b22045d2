"""`cratedig ucs`: file names of the Universal Category System, as proposals."""

from __future__ import annotations

import dataclasses
from pathlib import Path, PurePath

import click

from search.ucs import propose
from tui.cli.hits import LINE_HELP, LineCommand
from tui.cli.options import json_option, library_option
from tui.cli.output import print_json, print_table
from tui.cli.selection import selected

__all__ = ["command"]


@click.command("ucs", cls=LineCommand, epilog=LINE_HELP)
@click.argument("query", nargs=-1, required=True)
@click.option("--creator", metavar="ID", help="In place of the initials of the vendor.")
@click.option("--source", metavar="ID", help="In place of the initials of the pack.")
@click.option("-k", type=int, metavar="N", help="How many of the sounds that words find.  [CRATEDIG_RESULTS; 20]")
@library_option
@json_option
def command(
    query: tuple[str, ...], creator: str | None, source: str | None, k: int | None, library: Path | None, as_json: bool
) -> None:
    """Propose file names like CatID_FXName_CreatorID_SourceID for effects. Nothing is renamed.

    The category follows from a sound's tags; sounds without a tag that has one are left out.
    """
    with selected(query, library, k) as (store, hits):
        proposals = propose(hits, store.licences.of([hit.content for hit in hits]), creator, source)
    named = [proposal for proposal in proposals if proposal.name]
    if as_json:
        for proposal in named:
            print_json(dataclasses.asdict(proposal))
    elif named:
        rows = [[PurePath(proposal.path).name, proposal.name, proposal.because] for proposal in named]
        print_table(["now", "proposed", "because of"], rows, right=frozenset(), cut=frozenset({"now"}))
    click.echo(f"Proposed: {len(named)}. Without a category: {len(proposals) - len(named)}.", err=True)
