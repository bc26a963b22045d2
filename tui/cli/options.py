"""Options that several commands share, and what they open."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from cratedig.config import Settings, load_settings
from cratedig.paths import LibraryPaths

if TYPE_CHECKING:
    from cratedig.store.store import Store

__all__ = ["OutputFile", "json_option", "library_option", "model_name", "open_library", "settings_for", "whole_path"]

F = TypeVar("F", bound=Callable[..., object])


class OutputFile(click.Path):
    """A file to write, whose name ends as its kind does: a slip puts no text into ``kick.wav`` or ``-``."""

    def __init__(self, *endings: str) -> None:
        super().__init__(path_type=Path)
        self._endings = endings

    def convert(self, value: str | os.PathLike[str], param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Return the path, or fail in words."""
        path = Path(value)
        if path.suffix.lower() not in self._endings:
            self.fail(f"The name {path} does not end in {' or '.join(self._endings)}.", param, ctx)
        return path


def library_option(command: F) -> F:
    """Add ``--library``; it may stand before or after the command."""
    return click.option(
        "--library",
        type=click.Path(path_type=Path),
        metavar="DIR",
        help="Folder of the library.  [CRATEDIG_LIBRARY]",
    )(command)


def json_option(command: F) -> F:
    """Add ``--json``."""
    return click.option("as_json", "--json", is_flag=True, help="Print one JSON object per line.")(command)


def whole_path(path: Path) -> str:
    """Absolute path without ``..``, so that a folder has one name however it was typed. Links stay as they are."""
    return os.path.abspath(path.expanduser())  # noqa: PTH100


def settings_for(library: Path | None, **flags: object) -> Settings:
    """Return the settings of this call: flags given after the command, then before it, then the rest."""
    before = click.get_current_context().obj
    return load_settings({"library": library or before, **flags})


@contextlib.contextmanager
def open_library(settings: Settings, *, create: bool = False) -> Iterator[Store]:
    """Open the library of these settings, with SQLite's errors in words while it is used."""
    from cratedig.store.connection import plain_errors  # noqa: PLC0415  (the app paints before it opens a library)
    from cratedig.store.store import Store  # noqa: PLC0415

    if create and not LibraryPaths(settings.library).database.exists():  # none is made for a model that is not there
        from cratedig.models import registry  # noqa: PLC0415

        registry.require(settings.model_for(None), settings.models)

    with plain_errors(LibraryPaths(settings.library).database):
        store = Store.create_or_open(settings.library) if create else Store.open(settings.library)
        with store:
            yield store


def model_name(settings: Settings, store: Store) -> str:
    """Name the model to use with a library; see `Settings.model_for`."""
    own = store.model
    return settings.model_for(None if own is None else own.name)
