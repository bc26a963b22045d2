"""What is installed: a folder a model, and in it a manifest that says where it came from and what it measured."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cratedig.errors import ModelDamagedError, UnknownModelError
from cratedig.models.laion.catalogue import CHECKPOINTS
from cratedig.types import Calibration, QueryKind

__all__ = [
    "ENVIRONMENT",
    "VARIANTS",
    "Manifest",
    "Variant",
    "folder_of",
    "installed",
    "read_manifest",
    "split",
    "write_manifest",
]

Variant = Literal["", "int8", "reference"]
VARIANTS: dict[str, Variant] = {"": "", "int8": "int8", "reference": "reference"}
FORMAT = 1
ENVIRONMENT = "reference-environment"  # beside the models, when a reference variant needs it


@dataclass(frozen=True, slots=True)
class Manifest:
    """An installed model.

    Attributes
    ----------
    name : str
        As `--model` takes it, without a variant.
    file : str
        Name of the checkpoint it was made from.
    sha256 : str
        Hash of the checkpoint: the identity of the vector space.
    known : bool
        Whether that hash is the one recorded for the official file of that name.
    tower : str
        Audio tower.
    dim : int
        Length of a vector.
    calibration : dict
        Slope and midpoint per query kind, measured when it was added.
    checks : dict
        What was measured when it was added, by name.
    bytes : dict
        Size of each file, to notice a torn one.
    """

    name: str
    file: str
    sha256: str
    known: bool
    tower: str
    dim: int
    calibration: dict[QueryKind, Calibration]
    checks: dict[str, float]
    bytes: dict[str, int]


def split(name: str) -> tuple[str, Variant]:
    """Split ``laion-music:int8`` into model and variant.

    Raises
    ------
    UnknownModelError
        There is no such variant.
    """
    base, _, variant = name.partition(":")
    if variant not in VARIANTS or name.endswith(":"):
        raise UnknownModelError(
            f"There is no variant {variant!r} of {base}.", f"Variants: {base}, {base}:int8, {base}:reference."
        )
    return base, VARIANTS[variant]


def folder_of(base: str, models: Path | None) -> Path:
    """Folder of an installed model.

    Raises
    ------
    UnknownModelError
        It is not installed.
    """
    if models is None or not (models / base / "manifest.json").is_file():
        how = f"Add it with: cratedig model add {base}"
        raise UnknownModelError(
            f"The model {base} is not installed.",
            how if base in CHECKPOINTS else f"{how} --file CHECKPOINT. Official ones: cratedig model list",
        )
    return models / base


def read_manifest(folder: Path) -> Manifest:
    """Read what a model's folder holds.

    Raises
    ------
    ModelDamagedError
        The manifest cannot be read, or a file is missing or torn.
    """
    again = f"Add it again: cratedig model add {folder.name}"
    try:
        values = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        if values.pop("format") != FORMAT:
            raise ValueError("it was written by another version of cratedig")
        calibration = {kind: Calibration(**numbers) for kind, numbers in values.pop("calibration").items()}
        manifest = Manifest(**values, calibration=calibration)
        torn = [name for name, size in manifest.bytes.items() if (folder / name).stat().st_size != size]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelDamagedError(f"The model in {folder} cannot be read: {error}.", again) from error
    if torn:
        raise ModelDamagedError(f"{folder / torn[0]} is not whole.", again)
    return manifest


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest of a model's folder."""
    values = {"format": FORMAT, **dataclasses.asdict(manifest)}
    (folder / "manifest.json").write_text(json.dumps(values, indent=2) + "\n", encoding="utf-8")


def installed(models: Path) -> list[str]:
    """Names of what can be loaded, variants included, in order."""
    names = []
    for file in models.glob("laion-*/manifest.json"):
        base = file.parent.name
        names.append(base)
        names += [f"{base}:int8"] if (file.parent / "audio.int8.onnx").exists() else []
        names += [f"{base}:reference"] if (file.parent / "reference.pt").exists() else []
    return sorted(names)
