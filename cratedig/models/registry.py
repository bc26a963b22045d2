"""Model names and how each is loaded. A model module is imported only when its model is asked for."""

from __future__ import annotations

import importlib
from pathlib import Path

from cratedig.errors import UnknownModelError
from cratedig.models.base import EmbeddingModel

__all__ = ["MODELS", "load", "require"]

MODELS = {
    "compact": "cratedig.models.compact.model:CompactModel",
    "fake": "cratedig.models.fake:FakeModel",
}
TEST_MODELS = frozenset({"fake"})
LAION = "laion-"  # every model of that family is installed by the user, under a name that begins so


def load(name: str, models: Path | None = None) -> EmbeddingModel:
    """Load a model by its registry name.

    Parameters
    ----------
    name : str
        A name in `MODELS`, or that of an installed model.
    models : Path, optional
        Folder of installed models; without it only what ships with cratedig is there.

    Raises
    ------
    UnknownModelError
        No model has that name, or it is not installed.
    ModelDamagedError
        Its files are missing or changed.
    """
    if name not in MODELS:
        return _load_installed(name, models)
    module, _, attribute = MODELS[name].partition(":")
    model: EmbeddingModel = getattr(importlib.import_module(module), attribute).load()
    return model


def require(name: str, models: Path | None = None) -> None:
    """Refuse a model that `load` would not find, without loading one.

    Raises
    ------
    UnknownModelError
        No model has that name, or it is not installed.
    """
    if name in MODELS:
        return
    _refuse_strangers(name)
    from cratedig.models.laion.manifest import folder_of, split  # noqa: PLC0415

    folder_of(split(name)[0], models)


def _refuse_strangers(name: str) -> None:
    if not name.startswith(LAION):
        raise UnknownModelError(
            f"There is no model called {name!r}.",
            f"Models: {', '.join(sorted(MODELS.keys() - TEST_MODELS))}; more with: cratedig model list",
        )


def _load_installed(name: str, models: Path | None) -> EmbeddingModel:
    _refuse_strangers(name)
    from cratedig.models.laion.installed import load_installed  # noqa: PLC0415

    return load_installed(name, models)
