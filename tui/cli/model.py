"""`cratedig model`: what models there are, adding one, taking one away."""

from __future__ import annotations

import dataclasses
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TypeVar

import click

from cratedig.config import Settings
from cratedig.errors import LibraryMissingError, UnknownModelError
from cratedig.models import registry
from cratedig.models.laion.catalogue import CHECKPOINTS, LICENCE, Checkpoint
from cratedig.models.laion.download import Progress
from cratedig.models.laion.install import add, remove
from cratedig.models.laion.manifest import folder_of, installed, read_manifest, split
from indexer.compare import compare
from tui.cli.options import json_option, library_option, open_library, settings_for
from tui.cli.output import print_json, print_table, printable, size

__all__ = ["command"]

T = TypeVar("T")

SHOWN = ("name", "state", "tower", "download", "published")
HEADINGS = ("name", "state", "audio tower", "download", "figures of its makers")
models_option = click.option(
    "--models", type=click.Path(path_type=Path), metavar="DIR", help="Folder of installed models.  [CRATEDIG_MODELS]"
)


@click.group("model")
def command() -> None:
    """List the models there are; add or remove LAION-CLAP.

    The built-in model is always there. LAION-CLAP is for those who want it, or have its weights already.
    """


@command.command("list")
@models_option
@json_option
def list_models(models: Path | None, as_json: bool) -> None:
    """List the built-in model, every official LAION-CLAP checkpoint, and what you added."""
    rows = list(_rows(settings_for(None, models=models).models))
    if as_json:
        for row in rows:
            print_json(row)
        return
    cells = [[str(row[key]) for key in SHOWN] for row in rows]
    print_table(HEADINGS, cells, right=frozenset({"download"}), cut=frozenset({"figures of its makers"}))
    click.echo(f"LAION-CLAP is {LICENCE}. More of each: cratedig model info NAME", err=True)


@command.command("info")
@click.argument("name")
@models_option
@json_option
def info(name: str, models: Path | None, as_json: bool) -> None:
    """Show what a model is, where it came from and what was measured when it was added."""
    facts = dict(_facts(name, settings_for(None, models=models).models))
    if as_json:
        print_json(facts)
        return
    for key, value in facts.items():
        click.echo(f"{key.replace('_', ' '):>24}  {printable(str(value))}")


@command.command("add")
@click.argument("name")
@click.option("--file", "checkpoint", type=click.Path(path_type=Path), help="A checkpoint you have.")
@click.option("--tokenizer", type=click.Path(path_type=Path), help="Folder with roberta-base's vocab.json, merges.txt.")
@models_option
@library_option
def add_model(
    name: str, checkpoint: Path | None, tokenizer: Path | None, models: Path | None, library: Path | None
) -> None:
    """Install a LAION-CLAP checkpoint, or NAME:int8 (three times as fast) or NAME:reference (laion_clap itself).

    Without --file and --tokenizer they are downloaded from their official places; a stopped download continues.
    Nothing in a checkpoint is ever run.
    """
    settings = settings_for(library, models=models)
    _draw(add(name, settings.models, checkpoint, tokenizer))
    for key, value in _facts(name, settings.models):
        click.echo(f"{key.replace('_', ' '):>24}  {printable(str(value))}", err=True)
    if split(name)[1] == "int8":
        _compare(name, settings)
    click.echo(f"Use it with: cratedig index FOLDER --model {name}", err=True)
    downloads = settings.models / "downloads"
    if not split(name)[1] and (checkpoint is None or tokenizer is None):
        click.echo(f"What was downloaded stays in {downloads}; only NAME:reference needs it again.", err=True)


@command.command("remove")
@click.argument("name")
@models_option
def remove_model(name: str, models: Path | None) -> None:
    """Remove an installed model, with its variants, or one variant. Libraries stay as they are."""
    remove(name, settings_for(None, models=models).models)
    click.echo(f"Removed {name}.", err=True)


def _rows(models: Path) -> Iterator[dict[str, object]]:
    there = installed(models)
    yield _row("compact", "built in", "convolutions", "Apache-2.0", published="see docs/models/compact.md")
    for name, official in CHECKPOINTS.items():
        state = "installed" if name in there else "refused" if official.fusion else ""
        yield _row(name, state, official.tower, LICENCE, size(official.gigabytes * 1e9), official.published)
    for name in there:
        if name not in CHECKPOINTS:
            yield _row(name, "installed", read_manifest(folder_of(split(name)[0], models)).tower)


def _row(
    name: str, state: str, tower: str, licence: str = "", download: str = "", published: str = ""
) -> dict[str, object]:
    return {
        "name": name,
        "state": state,
        "tower": tower,
        "download": download,
        "licence": licence,
        "published": published,
    }


def _facts(name: str, models: Path) -> Iterator[tuple[str, object]]:
    """What is known of a model, installed or not.

    Raises
    ------
    UnknownModelError
        Nothing is known by that name.
    """
    base, _ = split(name)
    if base in registry.MODELS:
        model = registry.load(base).info
        yield from {"name": model.name, "sha256": model.weights_sha256, "numbers_in_a_vector": model.dim}.items()
        return
    official = CHECKPOINTS.get(base)
    if official is not None:
        yield from _published(official)
    try:
        manifest = read_manifest(folder_of(base, models))
    except UnknownModelError:
        if official is None:
            raise
        yield "installed", "no"
        return
    yield "installed", ", ".join(n for n in installed(models) if split(n)[0] == base)
    yield "made_from", manifest.file
    yield "sha256", manifest.sha256
    yield "hash", "that of the official file" if manifest.known else "unknown: nobody vouches for this file"
    yield from {"audio_tower": manifest.tower, "numbers_in_a_vector": manifest.dim}.items()
    yield from ((key, round(value, 6)) for key, value in manifest.checks.items())
    yield "bytes_on_disk", sum(manifest.bytes.values())


def _published(official: Checkpoint) -> Iterator[tuple[str, object]]:
    facts = dataclasses.asdict(official)
    for key in ("name", "file", "tower", "trained_on", "published"):
        yield key, facts[key] or "-"
    yield "download", size(official.gigabytes * 1e9)
    yield "licence", LICENCE
    yield "from", official.url


def _compare(name: str, settings: Settings) -> None:
    """Say how far the fast towers agree with the exact ones on the user's own sounds."""
    exact, quick = (registry.load(n, settings.models) for n in (split(name)[0], name))
    try:
        with open_library(settings) as store:
            agreed = _draw(compare(store, exact, quick))
    except LibraryMissingError:
        agreed = None
    if agreed is not None:
        click.echo(
            f"On the first files of your library a sound keeps {agreed:.0%} of its ten nearest sounds in {name}.",
            err=True,
        )


def _draw(steps: Generator[Progress, None, T]) -> T:
    """Draw each step of long work on standard error, as a bar where it has a measure; returns what the work returns."""
    from rich.console import Console  # noqa: PLC0415  (70 ms that `list --json` need not pay)
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn  # noqa: PLC0415
    from rich.progress import Progress as Bars  # noqa: PLC0415

    console = Console(stderr=True, highlight=False)
    shown = ""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:.0f} %"),
        TimeRemainingColumn(),
    )
    with Bars(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        task = bars.add_task("", total=None)
        while True:
            try:
                step = next(steps)
            except StopIteration as end:
                result: T = end.value
                return result
            if step.step != shown:
                shown = step.step
                console.print(shown)
                bars.reset(task, description=shown, total=step.total or None)
            bars.update(task, completed=step.done)
