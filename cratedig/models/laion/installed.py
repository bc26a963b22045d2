"""From a name such as ``laion-music:int8`` to a loaded model."""

from __future__ import annotations

from pathlib import Path

from cratedig.errors import UnknownModelError
from cratedig.models.base import EmbeddingModel
from cratedig.models.laion.manifest import folder_of, read_manifest, split
from cratedig.models.laion.model import LaionModel

__all__ = ["load_installed"]


def load_installed(name: str, models: Path | None) -> EmbeddingModel:
    """Load an installed model from the folder `models`.

    Raises
    ------
    UnknownModelError
        It, or its variant, is not installed.
    ModelDamagedError
        A file of it is missing or torn.
    """
    base, variant = split(name)
    folder = folder_of(base, models)
    manifest = read_manifest(folder)
    if variant and not (folder / MARKS[variant]).is_file():
        raise UnknownModelError(f"The model {name} is not installed.", f"Add it with: cratedig model add {name}")
    if variant == "reference":
        from cratedig.models.laion.reference import ReferenceModel  # noqa: PLC0415

        return ReferenceModel(folder, manifest)
    return LaionModel(folder, manifest, variant)


MARKS = {"int8": "audio.int8.onnx", "reference": "reference.pt"}
