"""The built-in model: ONNX audio tower, numpy text tower, weights beside this file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cratedig.errors import ModelDamagedError
from cratedig.models.compact.frontend import COLUMN, N_MELS, PREPROCESSING, SR, WINDOW_S, log_mel, prepare
from cratedig.models.compact.words import Lexicon
from cratedig.types import Calibration, FloatArray, ModelInfo

if TYPE_CHECKING:
    from tokenizers import Tokenizer

__all__ = ["WEIGHTS", "CompactModel", "picture_of"]

WEIGHTS = Path(__file__).parent / "weights"
_REINSTALL = "Install cratedig again: `pip install --force-reinstall cratedig`."


class CompactModel:
    """Compact CLAP trained on sample packs (see docs/models/compact.md).

    Parameters
    ----------
    folder : Path
        Weights and their manifest, already checked: use `load`.
    manifest : dict
        Contents of manifest.json.
    """

    def __init__(self, folder: Path, manifest: dict[str, Any]) -> None:
        self._folder = folder
        self._info = ModelInfo(
            name="compact",
            dim=manifest["dim"],
            sr=SR,
            window_s=WINDOW_S,
            weights_sha256=manifest["weights_sha256"],
            preprocessing=PREPROCESSING,
            calibration={kind: Calibration(**numbers) for kind, numbers in manifest["calibration"].items()},
        )

    @classmethod
    def load(cls, folder: Path = WEIGHTS) -> CompactModel:
        """Check the weights against their manifest; towers are read on first use.

        Raises
        ------
        ModelDamagedError
            A file is missing, has other bytes than recorded, or belongs to another front end.
        """
        try:
            manifest = json.loads((folder / "manifest.json").read_text())
            hashes = {name: _sha256(folder / name) for name in manifest["files"]}
        except (OSError, ValueError, KeyError) as error:
            raise ModelDamagedError(f"The built-in model in {folder} cannot be read: {error}.", _REINSTALL) from error
        for name, found in hashes.items():
            if found != manifest["files"][name]:
                raise ModelDamagedError(f"{folder / name} is not the file that was shipped.", _REINSTALL)
        if manifest["preprocessing"] != PREPROCESSING:
            raise ModelDamagedError(f"The weights in {folder} were made for another version of cratedig.", _REINSTALL)
        return cls(folder, manifest)

    @property
    def info(self) -> ModelInfo:
        """Name, sizes and identity of the vector space."""
        return self._info

    def embed_audio(self, batch: Sequence[FloatArray]) -> FloatArray:
        """Embed windows of sound, each on its own: a vector never depends on its neighbours in the batch.

        Parameters
        ----------
        batch : sequence of ndarray, shape (n_i,), float32
            Mono waveforms at ``info.sr``; what lies beyond ``info.window_s`` after the onset is not heard.

        Returns
        -------
        ndarray, shape (len(batch), info.dim), float32
            Unit vectors.
        """
        out = np.empty((len(batch), self._info.dim), dtype=np.float32)
        for i, y in enumerate(batch):
            out[i] = self._audio_tower(picture_of(y))
        return out

    def embed_text(self, texts: Sequence[str]) -> FloatArray:
        """Embed queries; shape (len(texts), info.dim), float32, unit vectors. Unknown words are left out."""
        tower = self._text_tower
        return np.stack([tower(text) for text in texts]) if texts else np.empty((0, self._info.dim), np.float32)

    def unknown_words(self, text: str) -> list[str]:
        """See `EmbeddingModel.unknown_words`."""
        return self._text_tower.lexicon.unknown(text)

    @cached_property
    def _audio_tower(self) -> Callable[[FloatArray], FloatArray]:
        import onnxruntime  # noqa: PLC0415 - a text query never needs it

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1  # the indexer runs a process per core
        path = str(self._folder / "audio.onnx")
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])

        def embed(picture: FloatArray) -> FloatArray:
            vector: FloatArray = session.run(None, {"picture": picture[None]})[0][0]
            return vector

        return embed

    @cached_property
    def _text_tower(self) -> TextTower:
        from tokenizers import Tokenizer  # noqa: PLC0415 - indexing never needs it

        tokenizer = Tokenizer.from_file(str(self._folder / "tokenizer.json"))
        lexicon = json.loads((self._folder / "lexicon.json").read_text())
        words = Lexicon(lexicon["aliases"], set(lexicon["words"]), lambda w: tokenizer.token_to_id(w) is not None)
        return TextTower(tokenizer, words, self._folder)


class TextTower:
    """Weighted mean of static token vectors, then two linear layers beside a shortcut.

    Parameters
    ----------
    tokenizer : Tokenizer
        WordPiece.
    lexicon : Lexicon
        From slang to plain words.
    folder : Path
        Holds ``tokens.npy``, int8 vectors of shape (n_tokens, width), and ``text.npz`` with the layers.
    """

    def __init__(self, tokenizer: Tokenizer, lexicon: Lexicon, folder: Path) -> None:
        self._tokenizer, self.lexicon = tokenizer, lexicon
        self._tokens = np.load(folder / "tokens.npy", mmap_mode="r")
        with np.load(folder / "text.npz") as layers:
            self._layers = {name: layers[name].astype(np.float32) for name in layers.files}

    def __call__(self, text: str) -> FloatArray:
        """Embed one query; shape (dim,), unit length."""
        ids = [i for i in self._tokenizer.encode(self.lexicon.known(text)).ids if i > 1]
        layer = self._layers
        weights = layer["token_weight"][ids]
        vectors = self._tokens[ids].astype(np.float32) * layer["token_scale"][ids, None]
        mean = weights @ vectors / (weights.sum() + 1e-6)
        hidden = np.maximum(layer["hidden_weight"] @ mean + layer["hidden_bias"], 0)
        out = layer["out_weight"] @ hidden + layer["out_bias"] + layer["shortcut_weight"] @ mean
        unit: FloatArray = out / np.linalg.norm(out)
        return unit


def picture_of(y: FloatArray) -> FloatArray:
    """Log-mel of what is heard, padded with silence to whole columns of the audio tower."""
    mel = log_mel(prepare(y))
    padded = np.zeros((-(-len(mel) // COLUMN) * COLUMN, N_MELS), dtype=np.float32)
    padded[: len(mel)] = mel
    return padded


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
