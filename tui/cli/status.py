"""`cratedig status`: what is in the library."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import click

from cratedig.paths import LibraryPaths
from cratedig.store.store import Store
from tui.cli.options import json_option, library_option, open_library, settings_for
from tui.cli.output import print_json, printable, size

__all__ = ["command"]


@click.command("status")
@library_option
@json_option
def command(library: Path | None, as_json: bool) -> None:
    """Show files, sounds, hours, failures with their reasons, missing files, size and model."""
    settings = settings_for(library)
    with open_library(settings) as store:
        report = _report(store)
    if as_json:
        print_json(report)
        return
    failures = report.pop("failures")
    for name, value in report.items():
        click.echo(f"{name.replace('_', ' '):>14}  {_shown(name, value)}")
    for path, reason in failures.items():  # type: ignore[attr-defined]
        click.echo(f"{'not readable':>14}  {printable(path)} ({reason})")


def _report(store: Store) -> dict[str, object]:
    model = store.model
    return {
        "library": str(store.paths.root),
        **dataclasses.asdict(store.files.counts()),
        "bytes_on_disk": _bytes_on_disk(store.paths),
        "model": model.key if model else None,
        "beside": [row.key for row in store.models[1:]],
        "failures": {row.stamp.text: row.error for row in store.files.failed()},
    }


def _bytes_on_disk(paths: LibraryPaths) -> int:
    """Size of the library's own files: its folder may hold samples too."""
    own = (*paths.root.glob("library.*"), *paths.caches.glob("*"))
    return sum(file.stat().st_size for file in own)


def _shown(name: str, value: object) -> str:
    if name == "bytes_on_disk":
        return size(float(str(value)))
    if name == "beside":
        return ", ".join(map(str, value)) if isinstance(value, list) and value else "no other model"
    if name == "hours":
        return f"{float(str(value)):.2f}"
    return str(value)
