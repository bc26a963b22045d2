"""An installed LAION-CLAP at run time, and folders that are not whole. Needs no torch: see laion_stub."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cratedig.errors import ModelDamagedError, UnknownModelError
from cratedig.models import registry
from cratedig.models.base import EmbeddingModel
from cratedig.models.laion.catalogue import CHECKPOINTS
from cratedig.models.laion.install import add, remove
from cratedig.models.laion.manifest import ENVIRONMENT, installed, read_manifest
from tests.models.laion_sounds import sound
from tests.models.laion_stub import DIM, install_stub


@pytest.fixture
def models(tmp_path: Path) -> Path:
    install_stub(tmp_path / "models", int8=True)
    return tmp_path / "models"


def test_an_installed_model_is_loaded_by_its_name(models: Path) -> None:
    model = registry.load("laion-stub", models)
    assert isinstance(model, EmbeddingModel)
    assert (model.info.name, model.info.dim, model.info.sr, model.info.window_s) == ("laion-stub", DIM, 48_000, 10.0)
    assert model.info.weights_sha256 == "a" * 64


def test_vectors_are_unit_float32_in_any_batch(models: Path) -> None:
    model = registry.load("laion-stub", models)
    ys = [sound(n, 48_000, n) for n in (1, 5_000, 480_000)]
    audio, text = model.embed_audio(ys), model.embed_text(["kick drum", ""])
    assert (audio.shape, text.shape) == ((3, DIM), (2, DIM))
    assert audio.dtype == text.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(np.concatenate([audio, text]), axis=1), 1, atol=1e-5)
    np.testing.assert_array_equal(model.embed_audio(ys[1:2])[0], audio[1])
    assert model.embed_audio([]).shape == model.embed_text([]).shape == (0, DIM)


def test_a_variant_is_another_vector_space(models: Path) -> None:
    """Its vectors are slightly different: a library must not mix them."""
    exact, quick = (registry.load(name, models).info for name in ("laion-stub", "laion-stub:int8"))
    assert exact.key != quick.key
    assert quick.name == "laion-stub:int8"
    assert installed(models) == ["laion-stub", "laion-stub:int8"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("laion-music", "not installed"),
        ("laion-other", "not installed"),
        ("laion-stub:reference", "not installed"),
        ("laion-stub:int4", "no variant 'int4'"),
        ("laion-stub:", "no variant ''"),
        ("laion", "no model called 'laion'"),
    ],
)
def test_what_is_not_there_is_told_with_the_way_to_get_it(models: Path, name: str, message: str) -> None:
    with pytest.raises(UnknownModelError, match=message) as error:
        registry.load(name, models)
    assert name.partition(":")[0] in error.value.message + error.value.hint


def test_without_a_folder_nothing_is_installed() -> None:
    with pytest.raises(UnknownModelError, match="laion-music is not installed") as error:
        registry.load("laion-music")
    assert error.value.hint == "Add it with: cratedig model add laion-music"


@pytest.mark.parametrize("name", ["audio.onnx", "tokenizer.json"])
def test_a_torn_model_is_refused(models: Path, name: str) -> None:
    file = models / "laion-stub" / name
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(ModelDamagedError, match=f"{name} is not whole") as error:
        registry.load("laion-stub", models)
    assert error.value.hint == "Add it again: cratedig model add laion-stub"


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"format": 2}', '{"format": 1, "calibration": {}}', "null"])
def test_a_broken_manifest_is_refused(models: Path, text: str) -> None:
    (models / "laion-stub" / "manifest.json").write_text(text)
    with pytest.raises(ModelDamagedError, match="cannot be read"):
        registry.load("laion-stub", models)


def test_a_missing_file_is_named(models: Path) -> None:
    (models / "laion-stub" / "text.onnx").unlink()
    with pytest.raises(ModelDamagedError, match=r"text\.onnx"):
        registry.load("laion-stub", models)


def test_removing_a_variant_leaves_the_model_and_removing_the_model_leaves_nothing(models: Path) -> None:
    remove("laion-stub:int8", models)
    assert installed(models) == ["laion-stub"]
    read_manifest(models / "laion-stub")
    registry.load("laion-stub", models)
    remove("laion-stub", models)
    assert installed(models) == []
    assert list(models.iterdir()) == []
    with pytest.raises(UnknownModelError):
        remove("laion-stub", models)


def test_the_environment_of_laion_clap_goes_with_the_last_model_that_needs_it(models: Path) -> None:
    install_stub(models, "laion-twin")
    for name in ("laion-stub", "laion-twin"):
        (models / name / "reference.pt").write_bytes(b"weights")
    (models / ENVIRONMENT).mkdir()
    remove("laion-stub:reference", models)
    assert installed(models) == ["laion-stub", "laion-stub:int8", "laion-twin", "laion-twin:reference"]
    assert (models / ENVIRONMENT).exists()
    remove("laion-twin", models)
    assert not (models / ENVIRONMENT).exists()


def test_torch_is_never_imported(models: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from cratedig.models import registry\n"
        "model = registry.load('laion-stub', Path(sys.argv[1])); model.embed_text(['kick'])\n"
        "import json; print(json.dumps(sorted(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script, models], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in json.loads(done.stdout)}
    assert "onnxruntime" in loaded
    assert not {"torch", "onnx", "transformers", "librosa", "scipy"} & loaded


def test_the_catalogue_has_all_official_checkpoints() -> None:
    assert len(CHECKPOINTS) == 7
    for name, checkpoint in CHECKPOINTS.items():
        assert name == checkpoint.name
        assert checkpoint.fusion == ("fusion" in name)
        assert checkpoint.url.endswith(f"/{checkpoint.file}")
        assert checkpoint.tower == ("HTSAT-base" if "music" in name else "HTSAT-tiny")
    assert [c.name for c in CHECKPOINTS.values() if c.sha256] == ["laion-music"]


@pytest.mark.parametrize("name", [name for name, checkpoint in CHECKPOINTS.items() if checkpoint.fusion])
def test_fusion_is_refused_before_anything_is_downloaded(tmp_path: Path, name: str) -> None:
    with pytest.raises(Exception, match="draws parts of a long sound at random"):
        list(add(name, tmp_path))
    assert list(tmp_path.iterdir()) == []
