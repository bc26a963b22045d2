"""Write audio.onnx and text.onnx."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from cratedig.models.laion.frontend import N_MELS, WIDTH
from tests.models.laion_stub import DIM, HERE
from tests.models.laion_toy import TOY


def write(name: str, given: onnx.ValueInfoProto, nodes: list[onnx.NodeProto], table: np.ndarray) -> None:
    """One graph: `nodes` from `given` to a unit vector, with one table of constants."""
    out = helper.make_tensor_value_info("vector", TensorProto.FLOAT, [DIM])
    unit = helper.make_node("LpNormalization", ["sum"], ["vector"], axis=0, p=2)
    graph = helper.make_graph([*nodes, unit], name, [given], [out], [numpy_helper.from_array(table, "table")])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, HERE / f"{name}.onnx")


def main() -> None:
    """Bands in dB around their usual level, folded to eight; and the mean of random token vectors."""
    rng = np.random.default_rng(0)
    fold = (np.arange(N_MELS)[:, None] // (N_MELS // DIM) == np.arange(DIM)).astype(np.float32)
    picture = helper.make_tensor_value_info("picture", TensorProto.FLOAT, [WIDTH, N_MELS])
    mean = helper.make_node("ReduceMean", ["picture"], ["mean"], axes=[0], keepdims=0)
    write("audio", picture, [mean, helper.make_node("MatMul", ["mean", "table"], ["sum"])], fold)
    ids = helper.make_tensor_value_info("ids", TensorProto.INT64, ["tokens"])
    rows = helper.make_node("Gather", ["table", "ids"], ["rows"])
    mean = helper.make_node("ReduceMean", ["rows"], ["sum"], axes=[0], keepdims=0)
    write("text", ids, [rows, mean], rng.standard_normal((TOY.n_tokens, DIM)).astype(np.float32))


if __name__ == "__main__":
    main()
