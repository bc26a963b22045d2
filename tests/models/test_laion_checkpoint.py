"""Reading checkpoints: the official layout, and everything that must be refused. Needs torch."""

from __future__ import annotations

import io
import os
import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cratedig.errors import ModelError
from tests.models.laion_toy import BASE, TINY, TOY, Array, Sizes, random_weights, save_checkpoint

torch = pytest.importorskip("torch")

from cratedig.models.laion.checkpoint import Architecture, architecture_of, read_weights, save_weights  # noqa: E402
from cratedig.models.laion.towers import make_towers  # noqa: E402


@pytest.fixture(scope="module")
def weights() -> dict[str, Array]:
    return random_weights()


def tensors(weights: dict[str, Array]) -> dict[str, Any]:
    return {name: torch.from_numpy(np.array(value)) for name, value in weights.items()}


def test_an_official_checkpoint_is_read_with_its_prefix_figures_and_optimiser(
    tmp_path: Path, weights: dict[str, Array]
) -> None:
    read = read_weights(save_checkpoint(tmp_path / "toy.pt", weights))
    assert read.keys() == weights.keys()
    for name, value in weights.items():
        np.testing.assert_array_equal(read[name].numpy(), value)


def test_a_bare_state_dict_is_read_too(tmp_path: Path, weights: dict[str, Array]) -> None:
    save_weights(tensors(weights), tmp_path / "plain.pt")
    assert read_weights(tmp_path / "plain.pt").keys() == weights.keys()


def test_the_architecture_is_read_from_shapes(weights: dict[str, Array]) -> None:
    found = architecture_of(tensors(weights))
    assert found == Architecture(16, (2, 2, 2, 2), (1, 2, 4, 8), 8, 256, 24, 32, 2, 300, 90)
    assert found.tower == "HTSAT of width 16"


@pytest.mark.parametrize(("sizes", "tower"), [(TINY, "HTSAT-tiny"), (BASE, "HTSAT-base")])
def test_official_towers_have_their_names(sizes: Sizes, tower: str) -> None:
    size = Architecture(sizes.width, sizes.depths, sizes.heads, 8, 256, 512, 768, 12, 50_265, 514)
    assert (size.tower, size.text_heads) == (tower, 12)


class Evil:
    """Writes a file when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.mark),)


def test_code_in_a_checkpoint_is_refused_and_does_not_run(tmp_path: Path, weights: dict[str, Array]) -> None:
    mark = tmp_path / "ran"
    torch.save({"state_dict": tensors(weights), "extra": Evil(mark)}, tmp_path / "evil.pt")
    with pytest.raises(ModelError, match="reading it could run code"):
        read_weights(tmp_path / "evil.pt")
    (tmp_path / "bare.pt").write_bytes(pickle.dumps(Evil(mark)))
    with pytest.raises(ModelError, match="not a CLAP checkpoint"):
        read_weights(tmp_path / "bare.pt")
    assert not mark.exists()


def test_no_refusal_advises_to_run_what_is_in_a_file(tmp_path: Path) -> None:
    torch.save({"extra": Evil(tmp_path / "ran")}, tmp_path / "evil.pt")
    with pytest.raises(ModelError, match=r"could run code \(\w+\.mkdir\)\.$") as error:
        read_weights(tmp_path / "evil.pt")
    assert "weights_only" not in error.value.message + error.value.hint


@pytest.mark.parametrize(
    ("key", "what"),
    [
        ("audio_branch.patch_embed.mel_conv2d.weight", "a fusion checkpoint"),
        ("audio_branch.conv_block1.conv1.weight", "a PANN audio tower"),
        ("audio_model.audio_encoder.patch_embed.proj.weight", "a conversion for transformers"),
        ("text_branch.encoder.layers.0.fc1.weight", "a BART text tower"),
        ("text_branch.resblocks.0.ln_1.weight", "CLIP's text tower"),
    ],
)
def test_other_kinds_are_refused_with_the_reason(
    tmp_path: Path, weights: dict[str, Array], key: str, what: str
) -> None:
    path = save_checkpoint(tmp_path / "other.pt", {**weights, key: np.zeros(1, np.float32)})
    with pytest.raises(ModelError, match=what) as error:
        read_weights(path)
    assert "cratedig model list" in error.value.hint


@pytest.mark.parametrize("content", [{}, {"state_dict": {}}, {"a": torch.zeros(2)}, [1, 2], torch.zeros(3), None])
def test_what_is_no_clap_is_refused(tmp_path: Path, content: object) -> None:
    torch.save(content, tmp_path / "x.pt")
    with pytest.raises(ModelError, match="not a LAION-CLAP checkpoint"):
        read_weights(tmp_path / "x.pt")


def zipped() -> bytes:
    """A whole archive of something else."""
    with zipfile.ZipFile(archive := io.BytesIO(), "w") as file:
        file.writestr("kick.txt", "boom")
    return archive.getvalue()


@pytest.mark.parametrize("content", [b"", b"not a checkpoint", b"RIFF" + b"\0" * 50, b"\x80\x04N.", zipped()])
def test_what_is_no_checkpoint_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.pt").write_bytes(content)
    with pytest.raises(ModelError, match=r"x\.pt is not a CLAP checkpoint\.$") as error:
        read_weights(tmp_path / "x.pt")
    assert "cratedig model list" in error.value.hint


@pytest.mark.parametrize("new", [True, False])
def test_half_a_file_in_either_format_is_said_to_be_damaged(tmp_path: Path, new: bool) -> None:
    torch.save({"weight": torch.zeros(10_000)}, tmp_path / "x.pt", _use_new_zipfile_serialization=new)
    whole = (tmp_path / "x.pt").read_bytes()
    (tmp_path / "x.pt").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ModelError, match=r"The checkpoint .*x\.pt is damaged, or not whole\.$") as error:
        read_weights(tmp_path / "x.pt")
    assert error.value.hint == "Download it again."


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_a_torn_checkpoint_is_refused(tmp_path: Path, weights: dict[str, Array], share: float) -> None:
    whole = save_checkpoint(tmp_path / "toy.pt", weights).read_bytes()
    (tmp_path / "torn.pt").write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(ModelError, match="is damaged, or not whole"):
        read_weights(tmp_path / "torn.pt")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_weights(tmp_path / "none.pt")


def test_weights_that_are_not_numbers_are_refused(tmp_path: Path, weights: dict[str, Array]) -> None:
    bad = {**weights, "audio_branch.norm.weight": np.full_like(weights["audio_branch.norm.weight"], np.nan)}
    with pytest.raises(ModelError, match="not numbers"):
        read_weights(save_checkpoint(tmp_path / "nan.pt", bad))


def test_another_filter_bank_is_refused(tmp_path: Path, weights: dict[str, Array]) -> None:
    filters = weights["audio_branch.logmel_extractor.melW"]
    bad = {**weights, "audio_branch.logmel_extractor.melW": np.roll(filters, 1, axis=0)}
    with pytest.raises(ModelError, match="another mel filter bank"):
        read_weights(save_checkpoint(tmp_path / "other.pt", bad))


@pytest.mark.parametrize(
    "key",
    ["audio_projection.2.weight", "audio_branch.layers.0.blocks.1.attn_mask", "text_branch.pooler.dense.bias",
     "audio_branch.layers.3.blocks.1.mlp.fc2.weight", "text_branch.encoder.layer.1.output.dense.weight"],
)  # fmt: skip
def test_missing_weights_are_refused(weights: dict[str, Array], key: str) -> None:
    lacking = {name: value for name, value in tensors(weights).items() if name != key}
    with pytest.raises(ModelError, match=r"lacks weights|do not fit together"):
        make_towers(architecture_of(lacking), lacking)


def test_a_weight_of_another_shape_is_refused(weights: dict[str, Array]) -> None:
    bad = tensors(weights) | {"audio_branch.norm.weight": torch.zeros(3)}
    with pytest.raises(ModelError, match="do not fit together"):
        make_towers(architecture_of(bad), bad)


def test_toy_sizes_are_what_the_golden_numbers_were_made_with() -> None:
    assert Sizes() == TOY
