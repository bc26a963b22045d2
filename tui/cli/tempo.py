"""`cratedig tempo`: mend tempi in bulk."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePath

import click

from search.results import SearchHit
from tui.cli.hits import LINE_HELP, LineCommand
from tui.cli.options import library_option
from tui.cli.output import print_table
from tui.cli.selection import selected

__all__ = ["command"]

SHOWN = 20
LOWEST, HIGHEST = 10.0, 1000.0


@click.command("tempo", cls=LineCommand, epilog=LINE_HELP)
@click.argument("query", nargs=-1, required=True)
@click.option("--double", "factor", flag_value=2.0, type=float, help="Take twice the tempo.")
@click.option("--halve", "factor", flag_value=0.5, type=float, help="Take half the tempo.")
@click.option("--set", "bpm", type=float, metavar="BPM", help="Take this tempo.")
@click.option("--reset", is_flag=True, help="Take the measured tempo again.")
@click.option("--yes", is_flag=True, help="Do it; without this, only show what would change.")
@click.option("-k", type=int, metavar="N", help="How many of the sounds that words find.  [CRATEDIG_RESULTS; 20]")
@library_option
def command(
    query: tuple[str, ...],
    factor: float | None,
    bpm: float | None,
    reset: bool,
    yes: bool,
    k: int | None,
    library: Path | None,
) -> None:
    """Mend the tempo of the sounds of a query.

    For example: cratedig tempo --halve "kind:loop bpm:160.. pack:dub"

    Filters, hits and exports use the new tempo. The files are not touched.
    """
    if bpm is not None and not LOWEST <= bpm <= HIGHEST:
        raise click.UsageError(f"A tempo lies between {LOWEST:g} and {HIGHEST:g}.")
    if (factor is not None) + (bpm is not None) + reset != 1:
        raise click.UsageError("Say one of --double, --halve, --set BPM, --reset.")
    with selected(query, library, k) as (store, hits):
        measured = store.measures.tempi(hit.content for hit in hits)
        after = {hit.content: _after(hit, measured.get(hit.content), factor, bpm, reset=reset) for hit in hits}
        changed = [hit for hit in hits if after[hit.content] != hit.bpm]
        if yes and reset:
            store.user.unset_tempo([hit.content for hit in changed])
        elif yes:
            store.user.set_tempo({hit.content: new for hit in changed if (new := after[hit.content]) is not None})
    if changed:
        _show(changed, after)
    if not yes:
        click.echo(f"Sounds that would change: {len(changed)}. To do it, add --yes.", err=True)
    else:
        click.echo(f"Changed: {len(changed)}. To take it back: cratedig undo", err=True)


def _after(
    hit: SearchHit, measured: float | None, factor: float | None, bpm: float | None, *, reset: bool
) -> float | None:
    """Tempo of a sound afterwards; doubling and halving leave a sound without tempo as it is."""
    if reset:
        return measured
    if factor is not None:
        return None if hit.bpm is None else hit.bpm * factor
    return bpm


def _show(hits: Sequence[SearchHit], after: dict[str, float | None]) -> None:
    rows = [(PurePath(hit.path).name, hit.pack, _bpm(hit.bpm), _bpm(after[hit.content])) for hit in hits[:SHOWN]]
    print_table(("name", "pack", "bpm", "new"), rows, right=frozenset({"bpm", "new"}), cut=frozenset({"name", "pack"}))
    if len(hits) > SHOWN:
        click.echo(f"... and {len(hits) - SHOWN} more")


def _bpm(bpm: float | None) -> str:
    return "" if bpm is None else f"{bpm:.5g}"
