"""`cratedig config`: the settings in force and where each came from."""

from __future__ import annotations

from pathlib import Path

import click

from cratedig.config import SETTINGS
from tui.cli.options import json_option, library_option, settings_for
from tui.cli.output import print_json, printable

__all__ = ["command"]


@click.command("config")
@library_option
@json_option
def command(library: Path | None, as_json: bool) -> None:
    """Show each setting, its value, where that came from, and how to change it."""
    settings = settings_for(library)
    rows = [
        {
            "setting": setting.name,
            "value": str(getattr(settings, setting.name)),
            "origin": settings.origins[setting.name],
            "flag": setting.flag,
            "variable": setting.variable,
            "help": setting.help,
        }
        for setting in SETTINGS
    ]
    if as_json:
        for row in rows:
            print_json(row)
        return
    for row in rows:
        click.echo(f"{row['setting']:<8} {printable(row['value'])}")
        click.echo(f"{'':<8} from: {printable(row['origin'])}; change it with {row['flag']} or {row['variable']}")
    click.echo(f"Settings file: {settings.config_file}", err=True)
