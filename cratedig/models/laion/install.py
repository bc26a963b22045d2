"""`cratedig model add`: from a checkpoint to a model that runs without torch; `remove` takes it away again."""

from __future__ import annotations

import dataclasses
import importlib.util
import re
import shutil
import tempfile
from collections.abc import Generator, Iterator, Mapping
from pathlib import Path

from cratedig.errors import ModelError, QueryError
from cratedig.models.laion.catalogue import CHECKPOINTS, TOKENIZER_FILES, TOKENIZER_URL, Checkpoint
from cratedig.models.laion.download import Progress, fetch
from cratedig.models.laion.manifest import ENVIRONMENT, folder_of, read_manifest, split, write_manifest
from cratedig.models.registry import MODELS

__all__ = ["add", "remove"]

NAME = re.compile(r"laion-[a-z0-9][a-z0-9-]*")


def add(
    name: str, models: Path, checkpoint: Path | None = None, tokenizer: Path | None = None
) -> Generator[Progress, None, None]:
    """Install a model, or a variant of one that is installed.

    Parameters
    ----------
    name : str
        ``laion-music`` from its checkpoint; ``laion-music:int8`` from ``laion-music``; ``laion-music:reference`` from
        the checkpoint again.
    models : Path
        Folder of installed models.
    checkpoint : Path, optional
        A checkpoint the user has; without it the official one is downloaded.
    tokenizer : Path, optional
        Folder with RoBERTa's vocab.json and merges.txt; without it they are downloaded.

    Yields
    ------
    Progress

    Raises
    ------
    ModelError
        There is no such model, the checkpoint is not one that can be used, or what was made of it fails its checks.
        Nothing is left behind then but whole downloads.
    """
    try:
        yield from _add(name, models, checkpoint, tokenizer)
    except OSError as error:
        raise ModelError(
            f"{name} cannot be added: {error.strerror or error} ({error.filename}).",
            f"Check the path, and that there is room in {models} and you may write there.",
        ) from error


def _add(name: str, models: Path, checkpoint: Path | None, tokenizer: Path | None) -> Iterator[Progress]:
    base, variant = split(name)
    if variant == "int8":
        from cratedig.models.laion.quantise import add_int8  # noqa: PLC0415

        yield from add_int8(folder_of(base, models))
    elif variant == "reference":
        from cratedig.models.laion.reference import add_reference  # noqa: PLC0415

        folder = folder_of(base, models)
        yield from add_reference(folder, checkpoint or models / "downloads" / read_manifest(folder).file)
    else:
        yield from _add_base(base, models, checkpoint, tokenizer)


def remove(name: str, models: Path) -> None:
    """Remove a model with its variants, or one variant. Downloads and libraries stay as they are."""
    base, variant = split(name)
    _refuse_built_in(base, "removed")
    folder = folder_of(base, models)
    if variant:
        _remove_files(folder, {"audio.int8.onnx", "text.int8.onnx"} if variant == "int8" else {"reference.pt"})
    else:
        shutil.rmtree(folder)
    if not any(models.glob("*/reference.pt")):
        shutil.rmtree(models / ENVIRONMENT, ignore_errors=True)


def _refuse_built_in(name: str, done: str) -> None:
    if name in MODELS:
        raise ModelError(f"{name} is built in and cannot be {done}.", "See what can be: cratedig model list")


def _remove_files(folder: Path, names: set[str]) -> None:
    manifest = read_manifest(folder)
    sizes = {file: size for file, size in manifest.bytes.items() if file not in names}
    write_manifest(folder, dataclasses.replace(manifest, bytes=sizes))
    for name in names:
        (folder / name).unlink(missing_ok=True)


def _add_base(name: str, models: Path, checkpoint: Path | None, tokenizer: Path | None) -> Iterator[Progress]:
    official = CHECKPOINTS.get(name)
    _refuse(name, official, checkpoint, tokenizer)
    wanted: dict[Path, str] = {}
    if tokenizer is None:
        tokenizer = models / "downloads" / "roberta-base"
        wanted = {tokenizer / file: f"{TOKENIZER_URL}/{file}" for file in TOKENIZER_FILES}
    if checkpoint is None and official is not None:
        checkpoint = models / "downloads" / official.file
        yield from _download({checkpoint: official.url, **wanted})
    assert checkpoint is not None  # noqa: S101  (an unofficial one was refused above)
    from cratedig.models.laion.convert import convert, read_checkpoint  # noqa: PLC0415  (it needs torch)

    yield Progress("checking the checkpoint")
    manifest, weights = read_checkpoint(name, checkpoint)
    yield from _download(wanted)
    models.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=models, prefix=".adding-") as scratch:
        made = Path(scratch) / name
        made.mkdir()
        yield from convert(manifest, weights, tokenizer, made)
        if (models / name).exists():
            shutil.rmtree(models / name)
        made.rename(models / name)


def _download(wanted: Mapping[Path, str]) -> Iterator[Progress]:
    """Download what is not there yet; when that fails, name all that is missing at once."""
    try:
        for file, url in wanted.items():
            yield from fetch(url, file)
    except ModelError as error:
        missing = ", ".join(f"{url} to {file}" for file, url in wanted.items() if not file.is_file())
        raise ModelError(
            error.message,
            "Try again: it continues where it stopped. Or use --file and --tokenizer for what you have, or fetch by"
            f" hand: {missing}",
        ) from None


def _refuse(name: str, official: Checkpoint | None, checkpoint: Path | None, tokenizer: Path | None) -> None:
    """Refuse before anything is read or downloaded."""
    _refuse_built_in(name, "added")
    if NAME.fullmatch(name) is None:
        raise QueryError(
            f"A model cannot be called {name!r}.", "A name begins with laion- and has a-z, 0-9 and dashes."
        )
    if official is not None and official.fusion:
        raise ModelError(
            f"{name} cannot be used: a fusion checkpoint draws parts of a long sound at random, so that a sound has no"
            " fixed vector.",
            f"Use {name.removesuffix('-fusion')}.",
        )
    if official is None and checkpoint is None:
        raise ModelError(
            f"{name} is not an official model.", "Give its checkpoint with --file, or see: cratedig model list"
        )
    lacking = [file for file in TOKENIZER_FILES if tokenizer is not None and not (tokenizer / file).is_file()]
    if lacking:
        raise ModelError(
            f"There is no {' and no '.join(lacking)} in {tokenizer}.",
            "Give the folder with both files of roberta-base: --tokenizer FOLDER",
        )
    missing = [package for package in ("torch", "onnx", "onnxscript") if importlib.util.find_spec(package) is None]
    if missing:
        raise ModelError(
            f"Adding a model needs {' and '.join(missing)}; using it afterwards does not.",
            "pip install 'cratedig[laion]'",
        )
