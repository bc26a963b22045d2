"""How things are shown: results on standard output, everything else on standard error."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import click

__all__ = ["print_json", "print_table", "printable", "seconds", "size"]


def print_json(value: Mapping[str, object]) -> None:
    """Print one object on a line of its own. Undecodable bytes of a path are escaped, so that it can be read back."""
    click.echo(json.dumps(value))


def printable(text: str) -> str:
    """Make a name safe to show: control characters and undecodable bytes become marks."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def seconds(value: float) -> str:
    """Show a length: ``0.62 s``, ``1:12``, ``1:02:03``."""
    if value < 60:
        return f"{value:.2f} s"
    minutes, rest = divmod(round(value), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def size(n_bytes: float) -> str:
    """Show a number of bytes: ``3.2 MB``."""
    for unit in ("B", "kB", "MB"):
        if n_bytes < 1000:
            return f"{n_bytes:.3g} {unit}"
        n_bytes /= 1000
    return f"{n_bytes:.3g} GB"


def print_table(headings: Sequence[str], rows: Sequence[Sequence[str]], numeric: frozenset[str] = frozenset()) -> None:
    """Print a compact table that fits the terminal; columns named in `numeric` are right-aligned and never cut."""
    from rich.console import Console  # noqa: PLC0415  (70 ms that `--json` need not pay)
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in headings:
        if heading in numeric:
            table.add_column(heading, justify="right", no_wrap=True)
        else:
            table.add_column(heading, overflow="ellipsis", no_wrap=True)
    for row in rows:
        table.add_row(*(Text(printable(cell)) for cell in row))
    console = Console()
    with console.capture() as drawn:
        console.print(table)
    click.echo(drawn.get(), nl=False)
