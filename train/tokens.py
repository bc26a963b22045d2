"""Static token vectors: every WordPiece through the sentence model once, reduced to 256 numbers."""

from __future__ import annotations

import json
import re
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.decomposition import PCA

from train.sentence import SentenceModel, tokenizer_path

DIM = 256
COMMON = 25_000  # of BERT's tokens, commonest first: rarer words are read in pieces
_KEPT = re.compile(r"(##)?[a-z0-9]+|[^\w\s]")


def token_vectors(cache: Path, words: list[str]) -> tuple[Path, NDArray[np.float32]]:
    """Make (or open) the tokenizer and its token vectors, shape (n_tokens, 256).

    Rare, non-Latin and unused tokens are dropped; `words` that the tokenizer would split become tokens of their own.
    """
    made_of = zlib.crc32(json.dumps([words, COMMON]).encode())
    tokenizer, vectors = cache / f"tokenizer-{made_of:08x}.json", cache / f"tokens-{made_of:08x}.npy"
    if not vectors.exists():
        cache.mkdir(parents=True, exist_ok=True)
        np.save(vectors, _distil(_write_tokenizer(tokenizer, words)))
    return tokenizer, np.load(vectors)


def _write_tokenizer(path: Path, words: list[str]) -> list[str]:
    """Write the tokenizer; return its tokens in order."""
    spec = json.loads(tokenizer_path().read_text())
    vocab = spec["model"]["vocab"]
    kept = ["[PAD]", "[UNK]", *(t for t, i in vocab.items() if i < COMMON and t.isascii() and _KEPT.fullmatch(t))]
    have = set(kept)
    kept += [word for word in words if word not in have]
    spec["model"]["vocab"] = {token: i for i, token in enumerate(kept)}
    spec |= {"padding": None, "truncation": None, "post_processor": None, "decoder": None, "added_tokens": []}
    path.write_text(json.dumps(spec, ensure_ascii=False, separators=(",", ":")))
    return kept


def _distil(tokens: list[str]) -> NDArray[np.float32]:
    """Sentence vector of each token alone; PCA; scaled by log rank, as rarer tokens say more."""
    model = SentenceModel()
    original = model.tokenizer.get_vocab()
    rows = [[original[t]] if t in original else model.tokenizer.encode(t, add_special_tokens=False).ids for t in tokens]
    vectors = model.embed_ids([[original["[CLS]"], *row, original["[SEP]"]] for row in rows]).numpy()
    reduced = PCA(DIM, random_state=0).fit_transform(vectors)
    rank = np.log1p(np.arange(1, len(tokens) + 1)) / np.log1p(len(tokens))
    scaled = reduced * rank[:, None]
    scaled[:2] = 0  # [PAD] and [UNK] say nothing
    return np.asarray(scaled / np.linalg.norm(scaled, axis=1).mean(), dtype=np.float32)
