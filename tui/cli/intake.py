"""`cratedig intake`: take in a new pack, and report what it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path, PurePath

import click

from cratedig.errors import LibraryError
from cratedig.store.store import Store
from indexer.events import Event, IndexFinished, IntakeFinished, PackFound, SoundFound, as_dict
from indexer.intake import intake
from indexer.pipeline import IndexRequest
from indexer.report import MARK, as_html
from search.duplicates import near_duplicates
from search.export import refuse_others, write_again
from tui.cli.index import draw, stop_on_signals
from tui.cli.options import OutputFile, json_option, library_option, model_name, open_library, settings_for, whole_path
from tui.cli.output import print_json, printable, seconds

__all__ = ["command"]

SHOWN = 10  # of each list in the terminal; all of it is in --json and --html


@click.command("intake")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--html", type=OutputFile(".html"), metavar="FILE", help="Write the report as a page to listen to.")
@click.option("--jobs", type=int, metavar="N", help="Processes that read files.  [CRATEDIG_JOBS]")
@library_option
@json_option
def command(folder: Path, html: Path | None, jobs: int | None, library: Path | None, as_json: bool) -> None:
    """Take in a folder with a new pack: index it, and report its licence, its tags and what of it you own already.

    Tags are proposals until you accept them. Your audio files are never touched.
    """
    if not folder.expanduser().is_dir():
        raise LibraryError(f"There is no folder {folder}.", "Check the spelling.")
    if html is not None:
        refuse_others(html, MARK)  # now, not after an hour of indexing
    settings = settings_for(library, jobs=jobs)
    found: list[Event] = []
    with open_library(settings, create=True) as store, stop_on_signals() as stop:
        request = IndexRequest(
            [whole_path(folder)],
            model_name(settings, store),
            jobs=settings.jobs,
            models=settings.models,
            vocabularies=settings.vocabularies,
        )
        with closing(intake(store, request, stop.is_set, _versions)) as events:
            if not as_json and draw(_indexing(events)).cancelled:
                raise click.Abort
            for event in events:
                found.append(event)
                if as_json:
                    print_json(as_dict(event))
        finished = found[-1]
        if not isinstance(finished, IntakeFinished):
            raise click.Abort
        packs = [event for event in found if isinstance(event, PackFound)]
        sounds = [event for event in found if isinstance(event, SoundFound)]
        if html is not None:
            _write(html, finished, packs, sounds, store)
    if not as_json:
        _show(finished, packs, sounds)


def _versions(store: Store) -> dict[str, list[str]]:
    """By content, files with the same recording as other audio data."""
    versions = {}
    for group in near_duplicates(store, store.model) if store.model is not None else ():
        sounds = (group.keep, *group.others)
        for _, content in sounds:
            versions[content.hash] = [row.stamp.text for row, other in sounds if other.hash != content.hash]
    return versions


def _indexing(events: Iterator[Event]) -> Iterator[Event]:
    """Pass on the events of the indexing, and leave those of the report."""
    for event in events:
        yield event
        if isinstance(event, IndexFinished):
            return


def _write(
    file: Path, finished: IntakeFinished, packs: Sequence[PackFound], sounds: Sequence[SoundFound], store: Store
) -> None:
    pictures = store.measures.picture([sound.content for sound in sounds])
    write_again(file, "".join(as_html(finished, packs, sounds, pictures)), MARK)
    click.echo(f"Report: {printable(str(file))}", err=True)


def _show(finished: IntakeFinished, packs: Sequence[PackFound], sounds: Sequence[SoundFound]) -> None:
    if not packs:
        click.echo(f"No sounds were found in {printable(finished.folder)}.")
    for pack in packs[:SHOWN]:
        _show_pack(pack, [sound for sound in sounds if sound.pack == pack.path])
    _more(len(packs), "packs")
    _show_list("You own already", [f"{_name(s)}  is  {s.owned[0]}" for s in sounds if s.owned])
    _show_list("In another version too", [f"{_name(s)}  is  {s.versions[0]}" for s in sounds if s.versions])
    against = [f"{_name(s)}  named {c.named}, sounds like {c.heard}" for s in sounds for c in s.conflicts]
    _show_list("Named one thing, sounding like another", against)
    if finished.untagged:
        click.echo(f"Without a sure tag: {finished.untagged}")
    if finished.failed:
        click.echo(f"Not readable: {len(finished.failed)}")


def _name(sound: SoundFound) -> str:
    return PurePath(sound.path).name


def _show_list(what: str, lines: Sequence[str]) -> None:
    if not lines:
        return
    click.echo(f"{what}: {len(lines)}")
    for line in lines[:SHOWN]:
        click.echo(f"  {printable(line)}")
    _more(len(lines), "sounds")


def _show_pack(pack: PackFound, sounds: Sequence[SoundFound]) -> None:
    by = f", by {pack.vendor}" if pack.vendor else ""
    asks = f"; asks for {', '.join(pack.asks)}" if pack.asks else ""
    disagree = "; its documents disagree" if pack.contradictory else ""
    click.echo(printable(f"{pack.title}{by}"))
    click.echo(printable(f"  licence  {pack.name}{asks}{disagree}"))
    for document in pack.evidence:
        for phrase in document.says[:1]:
            click.echo(printable(f'           "{phrase}" ({PurePath(document.path).name})'))
    click.echo(f"  sounds   {pack.sounds}, {seconds(pack.seconds)}")
    terms = Counter(term for sound in sounds for term in {row.term for row in sound.tags if row.in_force})
    if terms:
        click.echo(printable(f"  tags     {', '.join(f'{term} {n}' for term, n in terms.most_common(SHOWN))}"))


def _more(count: int, what: str) -> None:
    if count > SHOWN:
        click.echo(f"  ... of {count} {what}: --html or --json lists them all")
