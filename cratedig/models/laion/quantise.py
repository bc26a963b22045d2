"""The int8 variant: towers whose weights are 8-bit numbers, two to three times as fast and close to the float ones."""

from __future__ import annotations

import dataclasses
import logging
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cratedig.errors import ModelError
from cratedig.models.laion import check
from cratedig.models.laion.download import Progress
from cratedig.models.laion.manifest import read_manifest, write_manifest
from cratedig.models.laion.model import LaionModel
from cratedig.types import FloatArray

if TYPE_CHECKING:
    import onnx

__all__ = ["add_int8", "rank_agreement"]

K = 10


def add_int8(folder: Path) -> Iterator[Progress]:
    """Make the int8 towers of an installed model beside its float ones.

    Raises
    ------
    ModelError
        The parts that quantise are not installed.
    """
    try:
        import onnx  # noqa: PLC0415
        from onnxruntime.quantization import QuantType, quantize_dynamic  # noqa: PLC0415
    except ImportError:
        raise ModelError("Making int8 towers needs the package onnx.", "pip install 'cratedig[laion]'") from None
    logging.getLogger().setLevel(logging.ERROR)  # it advises a step that is done
    manifest = read_manifest(folder)
    sizes = dict(manifest.bytes)
    for tower in ("text", "audio"):  # the audio tower last: it marks the variant as installed
        yield Progress(f"quantising the {tower} tower")
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            made = Path(scratch) / f"{tower}.int8.onnx"
            model = onnx.load(folder / f"{tower}.onnx")
            del model.graph.value_info[:]  # shapes the exporter noted before it folded constants
            _turn_weights(model)
            quantize_dynamic(
                model, made, op_types_to_quantize=["MatMul", "Gemm"], weight_type=QuantType.QInt8, per_channel=True
            )
            sizes[made.name] = made.stat().st_size
            made.replace(folder / made.name)
    yield Progress("comparing them with float32")
    sounds, exact, quick = check.sounds(), LaionModel(folder, manifest), LaionModel(folder, manifest, "int8")
    audio = (exact.embed_audio(sounds), quick.embed_audio(sounds))
    checks = {
        **manifest.checks,
        "int8_mean_cosine_of_sounds": float((audio[0] * audio[1]).sum(axis=1).mean()),
        "int8_rank_agreement": rank_agreement(*audio),
    }
    write_manifest(folder, dataclasses.replace(manifest, bytes=sizes, checks=checks))


def _turn_weights(model: onnx.ModelProto) -> None:
    """Store the weights of linear layers as (in, out): quantising turns them again at each node that shares them."""
    from onnx import numpy_helper  # noqa: PLC0415

    turned = set()
    for node in model.graph.node:
        for attribute in node.attribute:
            if node.op_type == "Gemm" and attribute.name == "transB" and attribute.i:
                attribute.i = 0
                turned.add(node.input[1])
    for weights in model.graph.initializer:
        if weights.name in turned:
            weights.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(weights).T.copy(), weights.name))


def rank_agreement(exact: FloatArray, quick: FloatArray, k: int = K) -> float:
    """Share of the `k` nearest neighbours of each sound that two models have in common.

    Parameters
    ----------
    exact, quick : ndarray, shape (n, dim)
        Unit vectors of the same sounds, n > k.

    Returns
    -------
    float
        1 where every sound has the same neighbours.
    """
    near = [np.argsort(vectors @ vectors.T - 2 * np.eye(len(vectors)), axis=1)[:, -k:] for vectors in (exact, quick)]
    return float(np.mean([len(np.intersect1d(a, b)) / k for a, b in zip(*near, strict=True)]))
