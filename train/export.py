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
import tempfile
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from sklearn.linear_model import LogisticRegression
from torch import Tensor, nn

from cratedig.models.compact.frontend import N_MELS, PREPROCESSING, SR, WINDOW_S
from cratedig.models.compact.model import WEIGHTS, CompactModel, picture_of
from cratedig.models.compact.words import Lexicon
from cratedig.types import FloatArray
from train.config import Config, read_config
from train.corpus import open_corpus
from train.data import split_clips
from train.sounds import open_clips
from train.tokens import token_vectors
from train.towers import AudioTower, TextTower, Towers
from train.train import CORPUS, RUNS
from train.vocabulary import Vocabulary, read_vocabulary
from train.words import learnt_tokens, spoken_words, words_of

FILES = ("audio.onnx", "tokens.npy", "text.npz", "tokenizer.json", "lexicon.json")
SHOWN = 300  # training sounds that show the quantiser its ranges
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
    corpus, clips = open_corpus(CORPUS, RUNS / "cache"), open_clips(config, CORPUS, RUNS / "cache")
    parts = split_clips(clips, config)
    vocabulary = read_vocabulary([clips[i] for i in parts["train"]])
    tokenizer_file, vectors = token_vectors(RUNS / "cache", spoken_words(vocabulary))
    words = words_of(vocabulary, tokenizer_file)
    towers = Towers(config, torch.from_numpy(vectors), learnt_tokens(vocabulary, words))
    towers.load_state_dict(torch.load(run / "weights.pt"))
    towers.eval()
    own = parts["train"][parts["train"] < len(corpus.clips)]
    shown = own[:: len(own) // SHOWN]
    pictures = [picture_of(corpus.waveform(i)[: int(WINDOW_S * SR)]) for i in shown]
    export_audio(towers.audio, pictures, out / "audio.onnx")
    export_text(towers.text, out)
    shutil.copyfile(tokenizer_file, out / "tokenizer.json")
    _export_lexicon(words.lexicon, out / "lexicon.json")
    _write_manifest(out, config, UNFITTED)
    _write_manifest(out, config, _calibrate(CompactModel.load(out), vocabulary, parts["validation"]))


def export_audio(tower: AudioTower, pictures: list[FloatArray], path: Path) -> None:
    """Write the audio tower as 8-bit ONNX for one picture of any whole number of columns.

    `pictures`, shapes (frames, bands), show the ranges of activations. Weights keep seven bits, so that processors
    without VNNI, whose 16-bit sums would overflow, give the same vectors.
    """
    model = WholeColumns(tower)
    model.eval()
    columns = torch.export.Dim("columns", min=2, max=13)
    with tempfile.TemporaryDirectory() as scratch:
        floating = Path(scratch) / "floating.onnx"
        torch.onnx.export(
            model, (torch.zeros(1, 64, N_MELS),), floating, dynamo=True, input_names=["picture"],
            output_names=["vector"], dynamic_shapes=({1: columns * 16},), external_data=False, verbose=False,
        )  # fmt: skip
        quantize_static(
            floating, path, _Shown(pictures), quant_format=QuantFormat.QDQ, per_channel=True, reduce_range=True,
            activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8,
            op_types_to_quantize=["Conv", "Add", "Relu"],
        )  # fmt: skip


class _Shown(CalibrationDataReader):
    """Hands pictures to the quantiser."""

    def __init__(self, pictures: list[FloatArray]) -> None:
        self.rows = iter(pictures)

    def get_next(self) -> dict[str, FloatArray] | None:
        """Next input, or None."""
        row = next(self.rows, None)
        return None if row is None else {"picture": row[None]}


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
