"""`cratedig used`: note which sounds a project uses."""

from __future__ import annotations

from pathlib import Path

import click

from cratedig.errors import QueryError
from tui.cli.hits import LINE_HELP, LineCommand
from tui.cli.options import library_option
from tui.cli.output import printable
from tui.cli.selection import selected

__all__ = ["command"]


@click.command("used", cls=LineCommand, epilog=LINE_HELP)
@click.argument("query", nargs=-1, required=True)
@click.option("--project", required=True, metavar="NAME", help="The project, such as the name of a song.")
@click.option("--remove", is_flag=True, help="They are not used in it after all.")
@click.option("-k", type=int, metavar="N", help="How many of the sounds that words find.  [CRATEDIG_RESULTS; 20]")
@library_option
def command(query: tuple[str, ...], project: str, remove: bool, k: int | None, library: Path | None) -> None:
    """Note that the sounds of a query are used in a project.

    Find them again with the filter used:"NAME", and credit them with: cratedig credits 'used:"NAME"'
    """
    project = project.strip()
    if project.lower() in {"", "yes", "no"}:
        raise QueryError(
            f"A project cannot be called {project!r}.", "Name it after a song: used:yes and used:no mean any project."
        )
    with selected(query, library, k) as (store, hits):
        contents = [hit.content for hit in hits]
        if remove:
            store.user.unuse(contents, project)
        else:
            store.user.use(contents, project)
    what = "No longer used" if remove else "Used"
    click.echo(f"{what} in {printable(project)}: {len(contents)}. To take it back: cratedig undo", err=True)
