"""`cratedig doctor`: whether this machine has what cratedig needs, and what to do where it has not."""

from __future__ import annotations

import platform
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import distributions, requires
from pathlib import Path
from typing import Literal

import click
import numpy as np
import soundfile

import cratedig
from cratedig.audio.quiet import silence_c_libraries
from cratedig.config import Settings
from cratedig.errors import CratedigError, LibraryMissingError
from cratedig.models import registry
from cratedig.store.rows import ModelRow
from cratedig.store.store import Store
from cratedig.vectors.snapshot import load_cache
from tui.cli.options import json_option, library_option, model_name, open_library, settings_for
from tui.cli.output import print_json, printable

__all__ = ["command"]

FORMATS = ("WAV", "AIFF", "CAF", "W64", "RF64", "AU", "FLAC", "VORBIS", "OPUS", "MPEG_LAYER_III")
NOT_DEVICES = ("NULL Playback Device", "Discard all samples", "Dummy Output")  # of miniaudio, ALSA, PulseAudio
REINSTALL = "Install cratedig again: pip install --force-reinstall cratedig"


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the report. A `note` can be lived with; a `problem` is to be mended, as `remedy` says."""

    name: str
    state: Literal["ok", "note", "problem"]
    detail: str
    remedy: str = ""


@click.command("doctor")
@library_option
@json_option
def command(library: Path | None, as_json: bool) -> None:
    """Check versions, audio formats, audio output, model and library. Exits with 2 when something must be mended."""
    problems = 0
    for check in _checks(settings_for(library)):
        problems += check.state == "problem"
        if as_json:
            print_json(asdict(check))
            continue
        click.echo(f"{check.state:>7}  {check.name:>8}  {printable(check.detail)}")
        if check.remedy:
            click.echo(f"{'':>17}  {printable(check.remedy)}")
    if problems:
        raise SystemExit(2)


def _checks(settings: Settings) -> Iterator[Check]:
    yield Check("cratedig", "ok", f"{cratedig.__version__}, Python {platform.python_version()}, {platform.platform()}")
    yield _parts()
    yield from _formats()
    yield _output()
    yield _model(settings.model, settings.models)
    yield from _library(settings)


def _parts() -> Check:
    """Versions of everything the base install depends on."""
    needed = [re.split(r"[^\w.-]", line)[0] for line in requires("cratedig") or () if "extra ==" not in line]
    found = {name: distribution.version for name in needed for distribution in distributions(name=name)}
    if absent := sorted(set(needed) - set(found)):
        return Check("parts", "problem", f"not installed: {', '.join(absent)}", REINSTALL)
    parts = [f"{name} {found[name]}" for name in sorted(found)]
    return Check("parts", "ok", ", ".join([*parts, f"SQLite {sqlite3.sqlite_version}"]))


def _formats() -> Iterator[Check]:
    known = soundfile.available_formats().keys() | soundfile.available_subtypes().keys()
    libsndfile = f"libsndfile {soundfile.__libsndfile_version__}"
    if absent := [name for name in FORMATS if name not in known]:
        yield Check("formats", "problem", f"{libsndfile} lacks {', '.join(absent)}", "Install libsndfile 1.1 or newer.")
    else:
        yield Check("formats", "ok", f"{libsndfile}: WAV, AIFF, CAF, W64, RF64, AU, FLAC, Ogg Vorbis, Opus, MP3")
    try:
        import av  # noqa: PLC0415  (an extra)
    except ImportError:
        yield Check("formats", "note", "no M4A, AAC, ALAC, WMA, WavPack without PyAV", "pip install 'cratedig[m4a]'")
    else:
        yield Check("formats", "ok", f"PyAV {av.__version__}: M4A, AAC, ALAC, WMA, WavPack")


def _output() -> Check:
    silence_c_libraries()
    try:
        import miniaudio  # noqa: PLC0415  (it needs the system's sound libraries: here that is a finding)
    except (ImportError, OSError) as error:
        return Check("output", "note", f"no audio output: miniaudio cannot be loaded ({error})", REINSTALL)
    connect = "Searching works. To listen, connect a device or start the sound server."
    try:
        devices = miniaudio.Devices()
        names = [device["name"] for device in devices.get_playbacks()]
    except miniaudio.MiniaudioError as error:
        return Check("output", "note", f"no audio output: {error}", connect)
    real = [name for name in names if not name.startswith(NOT_DEVICES)]
    if not real:
        return Check("output", "note", "no audio output: no playback device found", connect)
    return Check("output", "ok", f"{devices.backend}: {', '.join(real)}")


def _model(name: str, models: Path) -> Check:
    """Load a model, which compares its weights with their hash, and run both its towers."""
    try:
        model = registry.load(name, models)
        silence = np.zeros(model.info.sr // 10, np.float32)
        vectors = np.concatenate([model.embed_text(["kick"]), model.embed_audio([silence])])
    except CratedigError as error:
        return Check("model", "problem", error.message, error.hint)
    except ImportError as error:
        return Check("model", "problem", f"{name} cannot be loaded: {error}", REINSTALL)
    if vectors.shape != (2, model.info.dim) or not np.isfinite(vectors).all():
        return Check("model", "problem", f"{name} gives vectors that cannot be right", REINSTALL)
    weights = "weights as shipped" if name in registry.MODELS else "installed whole"
    return Check("model", "ok", f"{model.info.key}: {weights}, vectors of {model.info.dim} numbers")


def _library(settings: Settings) -> Iterator[Check]:
    try:
        with open_library(settings) as store:
            for problem in store.problems():
                yield Check("library", "problem", problem, "Restore a copy, or move the library aside and index again.")
            model = store.require_model(registry.load(model_name(settings, store), settings.models).info)
            sounds = f"{store.files.counts().contents} sounds by {model.key}, schema {store.schema_version}"
            yield Check("library", "ok", f"{settings.library}: {sounds}")
            yield _cache(store, model)
    except LibraryMissingError as error:
        yield Check("library", "ok", error.message, error.hint)
    except CratedigError as error:
        yield Check("library", "problem", error.message, error.hint)


def _cache(store: Store, model: ModelRow) -> Check:
    index = load_cache(store, model)
    behind = len(np.setxor1d(() if index is None else index.ids, store.segments.ids(model)))
    if behind:
        return Check("cache", "note", f"lacks {behind} vectors: a search takes longer", "To mend it: cratedig rebuild")
    return Check("cache", "ok", "as the database")
