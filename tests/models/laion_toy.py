"""Checkpoints of the official layout with seeded random weights, and small tokenizer files of the real format.

The names of the weights are those of the official files: laion_clap loads such a checkpoint strictly (see
laion_oracle.py). Weights are scaled by fan-in and the batch norm centred on real decibels: else all sounds are alike.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cratedig.models.laion.frontend import mel_filters

Array = NDArray[Any]
N_FFT, PATCH = 1024, 4


@dataclass(frozen=True)
class Sizes:
    """Sizes of a checkpoint; the defaults are a toy that loads at once."""

    width: int = 16
    depths: tuple[int, ...] = (2, 2, 2, 2)
    heads: tuple[int, ...] = (1, 2, 4, 8)
    window: int = 8
    image: int = 256
    joint: int = 24
    text_width: int = 32
    text_layers: int = 2
    n_tokens: int = 300
    n_positions: int = 90
    classes: int = 7


TOY = Sizes()
TINY = Sizes(96, (2, 2, 6, 2), (4, 8, 16, 32), 8, 256, 512, 768, 12, 50_265, 514, 527)
BASE = Sizes(128, (2, 2, 12, 2), (4, 8, 16, 32), 8, 256, 512, 768, 12, 50_265, 514, 527)


def random_weights(sizes: Sizes = TOY, seed: int = 0) -> dict[str, Array]:
    """Weights by their official names, without the prefix ``module.``."""
    rng = np.random.default_rng(seed)
    weights: dict[str, Array] = {"logit_scale_a": np.float32(2.66), "logit_scale_t": np.float32(2.66)}  # type: ignore[dict-item]
    for name, shape in (*_audio_shapes(sizes), *_text_shapes(sizes)):
        weights[name] = _draw(rng, name, shape)
    weights |= _fixed(sizes)
    return weights


def save_checkpoint(path: Path, weights: Mapping[str, Array]) -> Path:
    """Write a checkpoint as LAION's training does: with its epoch, figures and optimiser. Needs torch."""
    import torch

    state = {f"module.{name}": torch.from_numpy(np.array(value)) for name, value in weights.items()}
    optimiser = {"state": {0: {"step": torch.tensor(3.0)}}, "param_groups": [{"lr": np.float64(1e-4), "params": [0]}]}
    torch.save({"epoch": 15, "name": "toy", "state_dict": state, "optimizer": optimiser}, path)
    return path


def write_tokenizer(folder: Path, n_tokens: int = TOY.n_tokens) -> Path:
    """Write ``vocab.json`` and ``merges.txt``: RoBERTa's special tokens, every byte, some merges, and padding."""
    merges = ["k i", "ki c", "kic k", "Ġ d", "Ġd r", "Ġdr u", "Ġdru m", "s n", "a r", "sn ar", "snar e"]
    tokens = ["<s>", "<pad>", "</s>", "<unk>", *_byte_alphabet(), *(merge.replace(" ", "") for merge in merges)]
    tokens += [f"<unused{i}>" for i in range(n_tokens - len(tokens) - 1)] + ["<mask>"]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vocab.json").write_text(json.dumps({token: i for i, token in enumerate(tokens)}), encoding="utf-8")
    (folder / "merges.txt").write_text("\n".join(["#version: 0.2", *merges]) + "\n", encoding="utf-8")
    return folder


def _byte_alphabet() -> list[str]:
    """GPT-2's printable stand-ins for the 256 bytes."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    moved = [byte for byte in range(256) if byte not in plain]
    return [chr(byte) for byte in plain] + [chr(256 + i) for i in range(len(moved))]


def _audio_shapes(sizes: Sizes) -> Iterator[tuple[str, tuple[int, ...]]]:
    audio, last = "audio_branch.", sizes.width << (len(sizes.depths) - 1)
    yield from ((f"{audio}bn0.{name}", (64,)) for name in ("weight", "bias"))
    yield from _linear(f"{audio}patch_embed.proj", (sizes.width, 1, PATCH, PATCH))
    yield from _norm(f"{audio}patch_embed.norm", sizes.width)
    for stage, (depth, heads) in enumerate(zip(sizes.depths, sizes.heads, strict=True)):
        width, at = sizes.width << stage, f"{audio}layers.{stage}."
        for i in range(depth):
            block = f"{at}blocks.{i}."
            yield f"{block}attn.relative_position_bias_table", ((2 * sizes.window - 1) ** 2, heads)
            yield from _norm(f"{block}norm1", width)
            yield from _linear(f"{block}attn.qkv", (3 * width, width))
            yield from _linear(f"{block}attn.proj", (width, width))
            yield from _norm(f"{block}norm2", width)
            yield from _linear(f"{block}mlp.fc1", (4 * width, width))
            yield from _linear(f"{block}mlp.fc2", (width, 4 * width))
        if stage < len(sizes.depths) - 1:
            yield f"{at}downsample.reduction.weight", (2 * width, 4 * width)
            yield from _norm(f"{at}downsample.norm", 4 * width)
    yield from _norm(f"{audio}norm", last)
    yield from _linear(f"{audio}tscam_conv", (sizes.classes, last, 2, 3))
    yield from _linear(f"{audio}head", (sizes.classes, sizes.classes))
    yield from _projections("audio", last, sizes.joint)


def _text_shapes(sizes: Sizes) -> Iterator[tuple[str, tuple[int, ...]]]:
    text, width = "text_branch.", sizes.text_width
    yield f"{text}embeddings.word_embeddings.weight", (sizes.n_tokens, width)
    yield f"{text}embeddings.position_embeddings.weight", (sizes.n_positions, width)
    yield f"{text}embeddings.token_type_embeddings.weight", (1, width)
    yield from _norm(f"{text}embeddings.LayerNorm", width)
    for i in range(sizes.text_layers):
        layer = f"{text}encoder.layer.{i}."
        for part in ("query", "key", "value"):
            yield from _linear(f"{layer}attention.self.{part}", (width, width))
        yield from _linear(f"{layer}attention.output.dense", (width, width))
        yield from _norm(f"{layer}attention.output.LayerNorm", width)
        yield from _linear(f"{layer}intermediate.dense", (4 * width, width))
        yield from _linear(f"{layer}output.dense", (width, 4 * width))
        yield from _norm(f"{layer}output.LayerNorm", width)
    yield from _linear(f"{text}pooler.dense", (width, width))
    yield from _projections("text", width, sizes.joint)


def _projections(branch: str, width: int, joint: int) -> Iterator[tuple[str, tuple[int, ...]]]:
    yield from _linear(f"{branch}_projection.0", (joint, width))
    yield from _linear(f"{branch}_projection.2", (joint, joint))
    yield from _linear(f"{branch}_transform.sequential.0", (joint, joint))
    yield from _linear(f"{branch}_transform.sequential.3", (joint, joint))


def _linear(name: str, shape: tuple[int, ...]) -> Iterator[tuple[str, tuple[int, ...]]]:
    yield f"{name}.weight", shape
    yield f"{name}.bias", shape[:1]


def _norm(name: str, width: int) -> Iterator[tuple[str, tuple[int, ...]]]:
    yield from ((f"{name}.{part}", (width,)) for part in ("weight", "bias"))


def _draw(rng: np.random.Generator, name: str, shape: tuple[int, ...]) -> Array:
    noise = rng.standard_normal(shape, dtype=np.float32)
    if name.endswith("bias"):
        return 0.1 * noise
    if len(shape) == 1:  # the scale of a norm
        return 1 + 0.1 * noise
    if "embeddings" in name or "bias_table" in name:
        return 0.5 * noise
    return noise * np.float32(1.5 / np.sqrt(np.prod(shape[1:])))


def _fixed(sizes: Sizes) -> dict[str, Array]:
    """Whatever is not learnt, and still is in the file."""
    audio = "audio_branch."
    turn = np.exp(-2j * np.pi * np.outer(np.arange(N_FFT // 2 + 1), np.arange(N_FFT)) / N_FFT)
    turn *= 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(N_FFT) / N_FFT)
    fixed: dict[str, Array] = {
        f"{audio}spectrogram_extractor.stft.conv_real.weight": turn.real[:, None].astype(np.float32),
        f"{audio}spectrogram_extractor.stft.conv_imag.weight": turn.imag[:, None].astype(np.float32),
        f"{audio}logmel_extractor.melW": mel_filters(),
        f"{audio}bn0.running_mean": np.full(64, -25, np.float32),
        f"{audio}bn0.running_var": np.full(64, 400, np.float32),
        f"{audio}bn0.num_batches_tracked": np.array(1),
        "text_branch.embeddings.position_ids": np.arange(sizes.n_positions)[None],
    }
    for stage, depth in enumerate(sizes.depths):
        side = sizes.image // PATCH >> stage
        for i in range(depth):
            block = f"{audio}layers.{stage}.blocks.{i}."
            fixed[f"{block}attn.relative_position_index"] = _index(sizes.window)
            if i % 2 and side > sizes.window:
                fixed[f"{block}attn_mask"] = _mask(side, sizes.window)
    return fixed


def _index(window: int) -> Array:
    row, column = np.divmod(np.arange(window**2), window)
    down, along = (place[:, None] - place[None] + window - 1 for place in (row, column))
    return np.asarray(down * (2 * window - 1) + along)


def _mask(side: int, window: int) -> Array:
    """Swin's mask of a picture shifted by half a window, written as its paper draws it."""
    zone = np.zeros(side, int)
    zone[side - window : side - window // 2], zone[side - window // 2 :] = 1, 2
    zones = 3 * zone[:, None] + zone[None]
    n = side // window
    rows = zones.reshape(n, window, n, window).transpose(0, 2, 1, 3).reshape(n * n, window**2)
    return np.where(rows[:, None] == rows[:, :, None], 0.0, -100.0).astype(np.float32)
