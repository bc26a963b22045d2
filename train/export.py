"""Make the shipped files of a run: `python -m train.export train/configs/full.toml`.

Writes ONNX audio tower, int8 token vectors, tokenizer, lexicon and manifest to cratedig/models/compact/weights/,
and fits the calibration on the validation sources with the exported model itself.
"""

# mypy: allow-subclassing-any, allow-untyped-decorators

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import helper, numpy_helper
from sklearn.linear_model import LogisticRegression
from torch import Tensor, nn

from cratedig.models.compact.frontend import N_MELS, PREPROCESSING, SR, WINDOW_S
from cratedig.models.compact.model import WEIGHTS, CompactModel
from cratedig.models.compact.words import Lexicon
from train.config import Config, read_config
from train.corpus import open_corpus
from train.data import split_clips
from train.tokens import token_vectors
from train.towers import AudioTower, TextTower
from train.train import CORPUS, RUNS, Towers
from train.vocabulary import Vocabulary, read_vocabulary
from train.words import learnt_tokens, spoken_words, words_of

FILES = ("audio.onnx", "tokens.npy", "text.npz", "tokenizer.json", "lexicon.json")
SMALL = 1000  # numbers: smaller arrays stay as they are
UNFITTED = {"text": {"slope": 12.0, "midpoint": 0.3}, "audio": {"slope": 12.0, "midpoint": 0.6}}


class WholeColumns(nn.Module):
    """The audio tower for one picture without padding beyond its last column."""

    def __init__(self, tower: AudioTower) -> None:
        super().__init__()
        self.tower = tower

    def forward(self, pictures: Tensor) -> Tensor:
        """Unit vectors, shape (n, dim)."""
        return self.tower.whole(pictures)


def export(config: Config, run: Path, out: Path) -> None:
    """Write the shipped files of a finished run."""
    out.mkdir(parents=True, exist_ok=True)
    clips = open_corpus(CORPUS, RUNS / "cache").clips
    parts = split_clips(clips, config.permissive_only)
    vocabulary = read_vocabulary([clips[i] for i in parts["train"]])
    tokenizer_file, vectors = token_vectors(RUNS / "cache", spoken_words(vocabulary))
    words = words_of(vocabulary, tokenizer_file)
    towers = Towers(config, torch.from_numpy(vectors), learnt_tokens(vocabulary, words))
    towers.load_state_dict(torch.load(run / "weights.pt"))
    towers.eval()
    export_audio(towers.audio, out / "audio.onnx")
    export_text(towers.text, out)
    shutil.copyfile(tokenizer_file, out / "tokenizer.json")
    _export_lexicon(words.lexicon, out / "lexicon.json")
    _write_manifest(out, config, UNFITTED)
    _write_manifest(out, config, _calibrate(CompactModel.load(out), vocabulary, parts["validation"]))


def export_audio(tower: AudioTower, path: Path) -> None:
    """Write the audio tower as ONNX for one picture of any whole number of columns."""
    example = torch.zeros(1, 64, N_MELS)
    model = WholeColumns(tower).to(memory_format=torch.contiguous_format).eval()
    frames = torch.export.Dim("columns", min=2, max=13) * 16
    program = torch.onnx.export(
        model, (example,), dynamo=True, input_names=["picture"], output_names=["vector"],
        dynamic_shapes=({1: frames},), external_data=False, verbose=False,
    )  # fmt: skip
    if program is None:
        raise RuntimeError("the audio tower was not exported")
    onnx.save(_halve(program.model_proto), path)


def _halve(model: onnx.ModelProto) -> onnx.ModelProto:
    """Store weights as float16; the runtime casts them back once, when it loads them."""
    graph = model.graph
    for i, tensor in enumerate(graph.initializer):
        array = numpy_helper.to_array(tensor)
        if array.dtype == np.float32 and array.size >= SMALL:
            name = tensor.name
            graph.initializer[i].CopyFrom(numpy_helper.from_array(array.astype(np.float16), f"{name}_half"))
            graph.node.insert(0, helper.make_node("Cast", [f"{name}_half"], [name], to=onnx.TensorProto.FLOAT))
    onnx.checker.check_model(model)
    return model


def export_text(tower: TextTower, out: Path) -> None:
    """Write int8 token vectors with their scales and weights, and the layers."""
    every = torch.arange(len(tower.vectors))
    vectors = tower.token_vectors(every).detach().numpy()
    scale = np.maximum(np.abs(vectors).max(1), 1e-6) / 127
    np.save(out / "tokens.npy", np.round(vectors / scale[:, None]).astype(np.int8))
    layers = {
        "token_weight": tower.token_weights(every),
        "hidden_weight": tower.hidden.weight,
        "hidden_bias": tower.hidden.bias,
        "out_weight": tower.out.weight,
        "out_bias": tower.out.bias,
        "shortcut_weight": tower.shortcut.weight,
    }
    arrays = {name: tensor.detach().numpy().astype(np.float16) for name, tensor in layers.items()}
    np.savez(out / "text.npz", token_scale=scale.astype(np.float32), **arrays)


def _export_lexicon(lexicon: Lexicon, path: Path) -> None:
    path.write_text(json.dumps({"aliases": dict(lexicon.aliases), "words": sorted(lexicon.words)}, indent=0))


def _write_manifest(out: Path, config: Config, calibration: dict[str, dict[str, float]]) -> None:
    hashes = {name: hashlib.sha256((out / name).read_bytes()).hexdigest() for name in FILES}
    manifest = {
        "model": "compact",
        "dim": config.dim,
        "preprocessing": PREPROCESSING,
        "weights_sha256": hashlib.sha256("".join(hashes[name] for name in FILES).encode()).hexdigest(),
        "calibration": calibration,
        "files": hashes,
    }
    (out / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")


def _calibrate(model: CompactModel, vocabulary: Vocabulary, part: NDArray[np.int64]) -> dict[str, dict[str, float]]:
    """Platt scaling: a pair is right when the classes agree; right and wrong pairs count the same."""
    corpus = open_corpus(CORPUS, RUNS / "cache")
    labelled = [int(i) for i in part if corpus.clips[i].cls]
    window = int(WINDOW_S * SR)
    sounds = np.concatenate([model.embed_audio([corpus.waveform(i)[: 2 * window]]) for i in labelled])
    classes = np.array([str(corpus.clips[i].cls) for i in labelled])
    packs = np.array([corpus.clips[i].pack for i in labelled])
    present = sorted(set(classes))
    terms = [(name, term) for name in present for term in vocabulary.classes[name]]
    texts = model.embed_text([term for _, term in terms])
    text_right = np.array([name for name, _ in terms])[:, None] == classes[None]
    other = np.triu(packs[:, None] != packs[None])
    return {
        "text": _platt((texts @ sounds.T).ravel(), text_right.ravel()),
        "audio": _platt((sounds @ sounds.T)[other], (classes[:, None] == classes[None])[other]),
    }


def _platt(cosines: NDArray[np.float32], right: NDArray[np.bool_]) -> dict[str, float]:
    fit = LogisticRegression(C=1e6, class_weight="balanced").fit(cosines[:, None], right)
    slope = float(fit.coef_[0, 0])
    return {"slope": round(slope, 4), "midpoint": round(-float(fit.intercept_[0]) / slope, 4)}


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("config", type=Path)
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    args = parser.parse_args()
    export(read_config(args.config), RUNS / args.config.stem, args.out)


if __name__ == "__main__":
    main()
