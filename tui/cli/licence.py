"""`cratedig licence`: under which licence sounds come, on what evidence, and a note of your own in its place."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePath

import click

from cratedig.store.licences import LICENCE_WORDS, LICENCES, Rights
from cratedig.store.store import Store
from search.results import SearchHit
from tui.cli.hits import LINE_HELP, LineCommand
from tui.cli.options import json_option, library_option
from tui.cli.output import print_json, printable
from tui.cli.selection import selected

__all__ = ["command"]


@click.command("licence", cls=LineCommand, epilog=LINE_HELP)
@click.argument("query", nargs=-1, required=True)
@click.option("--note", type=click.Choice(LICENCES), help="State their licence yourself, whatever their packs say.")
@click.option("--unnote", is_flag=True, help="Go back to what the packs say.")
@click.option("-k", type=int, metavar="N", help="How many of the sounds that words find.  [CRATEDIG_RESULTS; 20]")
@library_option
@json_option
def command(
    query: tuple[str, ...], note: str | None, unnote: bool, k: int | None, library: Path | None, as_json: bool
) -> None:
    """Show the licence of the sounds of a query, and the sentences of their packs' documents that say so.

    It is a reading aid, not legal advice: the documents themselves are named, with their SHA-256.
    """
    if note and unnote:
        raise click.UsageError("--note and --unnote contradict each other.")
    with selected(query, library, k) as (store, hits):
        contents = [hit.content for hit in hits]
        if note:
            store.user.note_licence(contents, note)
        if unnote:
            store.user.unnote_licence(contents)
        _show(store, hits, as_json=as_json)
    if note or unnote:
        click.echo(f"Sounds: {len(contents)}. To take it back: cratedig undo", err=True)


def _show(store: Store, hits: Sequence[SearchHit], *, as_json: bool) -> None:
    rights_of = store.licences.of([hit.content for hit in hits])
    if as_json:
        for hit in hits:
            rights = rights_of[hit.content]
            print_json({"path": hit.path, "content": hit.content, **rights.as_dict()})
        return
    shown = set()
    for hit in hits:
        rights = rights_of[hit.content]
        click.echo(f"{printable(hit.path)}  {_in_words(rights)}")
        shown |= set(rights.packs.items())
    for path, pack in sorted(shown, key=lambda of_pack: of_pack[0]):
        asks = f"; asks for {', '.join(pack.asks)}" if pack.asks else ""
        click.echo(f"\n{printable(path)}: {printable(pack.in_words)}{asks}")
        for document in pack.evidence:
            click.echo(f"  {printable(PurePath(document.path).name)}, SHA-256 {document.sha256}")
            for phrase in document.says:
                click.echo(f'    "{printable(phrase)}"')


def _in_words(rights: Rights) -> str:
    noted = " (your note)" if rights.noted else ""
    differ = " (the packs differ: the strictest)" if rights.contradictory and not rights.noted else ""
    return f"{LICENCE_WORDS[rights.licence]}{noted}{differ}"
