"""Models by name."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from cratedig.errors import UnknownModelError
from cratedig.models import registry
from cratedig.models.base import EmbeddingModel
from cratedig.models.fake import FakeModel


@pytest.mark.parametrize("name", ["", "nonsense", "Compact", "../compact", "cratedig.models.fake:FakeModel"])
def test_an_unknown_name_is_told_with_the_known_ones(name: str) -> None:
    with pytest.raises(UnknownModelError) as caught:
        registry.load(name)
    assert repr(name) in caught.value.message
    assert "compact" in caught.value.hint
    assert "fake" not in caught.value.hint


@pytest.mark.parametrize("name", ["", "nonsense", "laion-music", "laion-music:int8"])
def test_a_model_that_is_not_there_is_refused_without_loading(name: str, tmp_path: Path) -> None:
    with pytest.raises(UnknownModelError):
        registry.require(name, tmp_path)
    registry.require("compact", tmp_path)


def test_the_fake_model_is_loaded_as_any_other() -> None:
    model = registry.load("fake")
    assert isinstance(model, FakeModel)
    assert isinstance(model, EmbeddingModel)
    assert model.info.name == "fake"


@pytest.mark.parametrize("name", sorted(registry.MODELS))
def test_every_registered_model_is_there(name: str) -> None:
    module, _, _ = registry.MODELS[name].partition(":")
    assert importlib.util.find_spec(module) is not None


def test_test_models_are_registered() -> None:
    assert registry.MODELS.keys() > registry.TEST_MODELS
