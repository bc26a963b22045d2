"""laion_clap itself behind two pipes. Run by the Python of the private environment, which has no cratedig in it.

Each request is a line of JSON, ``{"texts": [...]}`` or ``{"samples": [n, ...]}`` followed by that many float32 numbers.
Each answer is a line of JSON, ``{"shape": [n, dim]}``, followed by the numbers.
"""

# mypy: ignore-errors
# ruff: noqa: ANN401  (laion_clap has no types)

from __future__ import annotations

import contextlib
import json
import os
import sys
import tempfile
import types
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

# laion_clap imports these and never uses them to embed.
UNUSED = ("braceexpand", "ftfy", "h5py", "pandas", "PIL", "PIL.Image", "torchvision", "torchvision.datasets",
          "torchvision.ops", "torchvision.ops.misc",
          "torchvision.transforms", "webdataset", "wget")  # fmt: skip
N_TOKENS = 50_265
AT_ONCE = 8  # sounds: more take more memory and no less time
ROBERTA = {"model_type": "roberta", "vocab_size": N_TOKENS, "max_position_embeddings": 514, "type_vocab_size": 1,
           "layer_norm_eps": 1e-5, "pad_token_id": 1, "bos_token_id": 0, "eos_token_id": 2}  # fmt: skip


class _Unused(types.ModuleType):
    """Stands for a package that is imported and never used: any name in it is there."""

    __path__: Sequence[str] = ()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (), {})


def load(checkpoint: Path, tokenizer: Path, tower: str) -> Any:
    """Return laion_clap's model of a checkpoint that `cratedig.models.laion.checkpoint.save_weights` wrote.

    Parameters
    ----------
    checkpoint : Path
        Weights.
    tokenizer : Path
        Folder with vocab.json and merges.txt.
    tower : str
        ``HTSAT-tiny`` or ``HTSAT-base``.
    """
    with working_folder(tokenizer, ROBERTA):
        model = import_laion_clap().CLAP_Module(enable_fusion=False, amodel=tower, device="cpu")
    return fill(model, checkpoint, N_TOKENS)


def import_laion_clap() -> Any:
    """Import laion_clap, without the network and without what it never uses."""
    os.environ["HF_HUB_OFFLINE"] = "1"  # else it looks for three tokenizers on the network, for minutes
    import librosa  # noqa: F401, PLC0415  (as transformers, before the stand-ins: both look for what is installed)
    import torch  # noqa: PLC0415
    from transformers import BartModel, BertModel, RobertaModel, RobertaTokenizer  # noqa: F401, PLC0415
    from transformers.utils import logging  # noqa: PLC0415

    logging.set_verbosity_error()
    sys.modules |= {name: _Unused(name) for name in UNUSED}
    torch.set_grad_enabled(False)  # left on, 48 files take 9.4 GB
    import laion_clap  # noqa: PLC0415

    return laion_clap


def fill(model: Any, checkpoint: Path, n_tokens: int) -> Any:
    """Load the weights; a tokenizer of other length gives every text the same vector, and no error."""
    if len(model.tokenize) != n_tokens:
        raise SystemExit(f"The tokenizer has {len(model.tokenize)} tokens instead of {n_tokens}.")
    model.load_ckpt(str(checkpoint), verbose=False)
    return model.eval()


@contextlib.contextmanager
def working_folder(tokenizer: Path, roberta: dict[str, Any]) -> Iterator[None]:
    """Work in a folder where `from_pretrained` finds RoBERTa; its weights all come from the checkpoint later."""
    from safetensors.numpy import save_file  # noqa: PLC0415

    before = Path.cwd()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "roberta-base"
        folder.mkdir()
        for name in ("vocab.json", "merges.txt"):
            (folder / name).write_bytes((tokenizer / name).read_bytes())
        (folder / "config.json").write_text(json.dumps(roberta))
        (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "RobertaTokenizer"}))
        save_file({}, folder / "model.safetensors", metadata={"format": "pt"})
        os.chdir(scratch)
        try:
            yield
        finally:
            os.chdir(before)


def answer(model: Any, request: dict[str, Any], numbers: BinaryIO) -> np.ndarray:
    """Return the vectors a request asks for, shape (n, dim), float32."""
    if "texts" in request:
        return model.get_text_embedding(request["texts"])
    sounds = [np.frombuffer(numbers.read(4 * n), np.float32) for n in request["samples"]]
    parts = [sounds[i : i + AT_ONCE] for i in range(0, len(sounds), AT_ONCE)]
    return np.concatenate([model.get_audio_embedding_from_data(part) for part in parts])


def main() -> None:
    """Serve until the other end closes the pipe."""
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # laion_clap prints
    checkpoint, tokenizer, tower = sys.argv[1:]
    model = load(Path(checkpoint), Path(tokenizer), tower)
    while line := requests.readline():
        vectors = np.ascontiguousarray(answer(model, json.loads(line), requests), np.float32)
        answers.write(json.dumps({"shape": vectors.shape}).encode() + b"\n" + vectors.tobytes())
        answers.flush()


if __name__ == "__main__":
    main()
