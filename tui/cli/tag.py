"""`cratedig tag`: give, take, accept and reject tags, seen before it is done."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePath

import click

from cratedig.errors import QueryError
from cratedig.store.store import Store
from cratedig.tags.vocabulary import OWN, Vocabulary, as_term
from indexer.tagging import library_vocabulary
from indexer.verdicts import Change, Wish, forget_all, plan, settle
from tui.cli.hits import LINE_HELP, LineCommand
from tui.cli.options import json_option, library_option, open_library, settings_for
from tui.cli.output import print_json, print_table, printable
from tui.cli.selection import selected
from tui.cli.tags import retag

__all__ = ["command"]

SHOWN = 20
WISHES: tuple[Wish, ...] = ("add", "remove", "accept", "reject")


@click.command("tag", cls=LineCommand, epilog=LINE_HELP)
@click.argument("query", nargs=-1)
@click.option("--add", multiple=True, metavar="TERM", help="Give this tag to every sound. Repeat it, or write a,b.")
@click.option("--remove", multiple=True, metavar="TERM", help="Take this tag from every sound that has it.")
@click.option("--accept", multiple=True, metavar="TERM", help="It is right wherever it is proposed.")
@click.option("--reject", multiple=True, metavar="TERM", help="It is wrong wherever it is proposed.")
@click.option(
    "--forget-corrections", is_flag=True, help="Drop all that was accepted, rejected and given, of any sound."
)
@click.option("--yes", is_flag=True, help="Do it. Without it, only show what would change.")
@click.option("-k", type=int, metavar="N", help="How many of the sounds that words find.  [CRATEDIG_RESULTS; 20]")
@library_option
@json_option
def command(
    query: tuple[str, ...],
    forget_corrections: bool,
    yes: bool,
    k: int | None,
    library: Path | None,
    as_json: bool,
    **terms: tuple[str, ...],
) -> None:
    """Change the tags of the sounds of a query.

    For example: cratedig tag "kind:one-shot path:Misc" --reject snare --add clap

    Nothing changes without --yes, and `cratedig undo` takes it back. What you accept and reject teaches: proposals for
    sounds alike follow at once. A tag of your own is proposed elsewhere once five sounds have it.
    """
    settings = settings_for(library)
    if forget_corrections:
        if query or any(terms.values()):
            raise QueryError("--forget-corrections is for all sounds.", "Give it without a query and without tags.")
        with open_library(settings) as store:
            _forget(store, yes=yes, as_json=as_json)
            if yes:
                retag(settings, store)
        return
    wanted = {wish: [term for text in terms[wish] for term in text.split(",")] for wish in WISHES}
    if not query or not any(wanted.values()):
        raise QueryError("Say which sounds, and what to do.", 'Try: cratedig tag "path:Misc" --add snare')
    with selected(query, library, k) as (store, hits):
        vocabulary = library_vocabulary(store, settings.vocabularies)
        named = {wish: [_term(text, wish, vocabulary, store) for text in wanted[wish]] for wish in WISHES}
        changes = plan(store, vocabulary, [hit.content for hit in hits], named)
        _show(store, changes, as_json=as_json, done=yes)
        if yes and changes:
            settle(store, changes)
            retag(settings, store)
    if not as_json:
        _say(changes, vocabulary, done=yes)


def _term(text: str, wish: Wish, vocabulary: Vocabulary, store: Store) -> str:
    """Spell a term as the vocabulary does; only `--add` makes one of the user's own."""
    term = as_term(text)
    known = vocabulary.find(term)
    if known is not None:
        return known.name
    if wish == "add" or term in store.tags.counts():
        return term
    import difflib  # noqa: PLC0415  (10 ms that only a slip pays)

    near = difflib.get_close_matches(term, vocabulary.terms, n=1)
    raise QueryError(
        f"There is no tag {text!r}.", f"Did you mean {near[0]}?" if near else "cratedig tags lists those in use."
    )


def _show(store: Store, changes: Sequence[Change], *, as_json: bool, done: bool) -> None:
    sounds = store.tags.sounds(store.tags.ids([*dict.fromkeys(change.content for change in changes)]))
    of_sound: dict[str, list[Change]] = {}
    for change in changes:
        of_sound.setdefault(change.content, []).append(change)
    if as_json:
        for sound in sounds:
            said = [{"term": c.term, "before": c.before, "after": c.after} for c in of_sound[sound.hash]]
            print_json({"path": os.fsdecode(sound.path), "changes": said, "done": done})
        return
    rows = [(PurePath(os.fsdecode(s.path)).name, _in_words(of_sound[s.hash])) for s in sounds[:SHOWN]]
    if rows:
        print_table(("name", "change"), rows, right=frozenset(), cut=frozenset({"change"}))
    if len(sounds) > SHOWN:
        click.echo(f"... and {len(sounds) - SHOWN} more sounds")


def _in_words(changes: Iterable[Change]) -> str:
    return ", ".join(f"{change.term}: {change.before or 'none'} -> {change.after or 'none'}" for change in changes)


def _say(changes: Sequence[Change], vocabulary: Vocabulary, *, done: bool) -> None:
    own = sorted({c.term for c in changes if c.after == "accepted" and vocabulary.axis_of(c.term) == OWN})
    if own:
        click.echo(f"A tag of your own: {printable(', '.join(own))}.", err=True)
    sounds = len({change.content for change in changes})
    if not changes:
        click.echo("There is nothing to change.", err=True)
    elif done:
        click.echo(f"Changed: {len(changes)} tags of {sounds} sounds. To take it back: cratedig undo", err=True)
    else:
        click.echo(f"Would change {len(changes)} tags of {sounds} sounds. To do it, add --yes.", err=True)


def _forget(store: Store, *, yes: bool, as_json: bool) -> None:
    verdicts = [*store.user.verdicts()]
    sounds = len({content for content, _, _ in verdicts})
    what = f"{len(verdicts)} tags of {sounds} sounds that you gave, accepted or rejected"
    if as_json:
        print_json({"tags": len(verdicts), "sounds": sounds, "done": yes})
    if not verdicts:
        click.echo("There are no corrections to forget.", err=True)
    elif yes:
        forget_all(store)
        click.echo(f"Forgotten: {what}. To take it back: cratedig undo", err=True)
    else:
        click.echo(f"Would forget {what}. To do it, add --yes.", err=True)
