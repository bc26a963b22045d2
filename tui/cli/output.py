"""How things are shown: results on standard output, everything else on standard error."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence

import click

__all__ = ["print_json", "print_path", "print_table", "printable", "seconds", "size"]

WIDEST = 10_000
GAP = 2  # between columns
SHORTEST = 8  # of a column that gives way: less says nothing


def print_json(value: Mapping[str, object]) -> None:
    """Print one object on a line of its own. Undecodable bytes of a path are escaped, so that it can be read back."""
    click.echo(json.dumps(value))


def print_path(path: str) -> None:
    """Print a path with the very bytes of its name, for another program to open."""
    click.echo(os.fsencode(path))


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


def print_table(
    headings: Sequence[str], rows: Sequence[Sequence[str]], *, right: frozenset[str], cut: frozenset[str]
) -> None:
    """Print a compact table: columns in `right` are right-aligned, only those in `cut` give way when it is too wide.

    No column is ever left out: what is still too wide then is for the terminal to wrap.
    """
    from rich.console import Console  # noqa: PLC0415  (70 ms that `--json` need not pay)
    from rich.measure import Measurement  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(box=None, pad_edge=False, header_style="dim")
    for i, heading in enumerate(headings):
        longest = max(len(cell) for cell in (heading, *(row[i] for row in rows)))
        table.add_column(
            heading,
            justify="right" if heading in right else "left",
            min_width=min(longest, SHORTEST) if heading in cut else longest,
            ratio=longest if heading in cut else None,
            overflow="ellipsis",
            no_wrap=True,
        )
    for row in rows:
        table.add_row(*(Text(printable(cell)) for cell in row))
    console = Console()
    # Too wide: only when it expands does rich take the width from the columns that have a ratio.
    table.expand = Measurement.get(console, console.options.update(width=WIDEST), table).maximum > console.width
    least = sum(column.min_width or 0 for column in table.columns) + GAP * (len(headings) - 1)
    console.width = max(console.width, least)
    with console.capture() as drawn:
        console.print(table)
    click.echo(drawn.get(), nl=False)
