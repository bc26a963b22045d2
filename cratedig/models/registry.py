"""Model names and how each is loaded. A model module is imported only when its model is asked for."""

from __future__ import annotations

import importlib

from cratedig.errors import UnknownModelError
from cratedig.models.base import EmbeddingModel

__all__ = ["MODELS", "load"]

MODELS = {
    "compact": "cratedig.models.compact.model:CompactModel",
    "fake": "cratedig.models.fake:FakeModel",
}
TEST_MODELS = frozenset({"fake"})


def load(name: str) -> EmbeddingModel:
    """Load a model by its registry name.

    Raises
    ------
    UnknownModelError
        No model has that name.
    ModelDamagedError
        Its files are missing or changed.
    """
    if name not in MODELS:
        raise UnknownModelError(
            f"There is no model called {name!r}.",
            f"Models: {', '.join(sorted(MODELS.keys() - TEST_MODELS))}.",
        )
    module, _, attribute = MODELS[name].partition(":")
    model: EmbeddingModel = getattr(importlib.import_module(module), attribute).load()
    return model
