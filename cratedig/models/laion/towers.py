"""HTSAT [1]_ and RoBERTa [2]_ as LAION-CLAP uses them, for inference only; parameter names are the checkpoint's.

References
----------
.. [1] K. Chen et al., HTS-AT: a hierarchical token-semantic audio transformer, ICASSP 2022, arXiv:2202.00874; on
   Z. Liu et al., Swin transformer, ICCV 2021, arXiv:2103.14030.
.. [2] Y. Liu et al., RoBERTa, 2019, arXiv:1907.11692.
"""

# mypy: allow-subclassing-any

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from cratedig.errors import ModelError
from cratedig.models.laion.checkpoint import PATCH, Architecture
from cratedig.models.laion.frontend import N_MELS, WIDTH

__all__ = ["AudioTower", "TextTower", "WindowAttention", "make_towers"]

OTHER_WINDOW = -100.0  # added to the attention between patches that only the cyclic shift made neighbours
AT_ONCE = 512  # patches of a block computed together; whole windows
PADDING_ID = 1  # RoBERTa counts positions from the one after it


class WindowAttention(nn.Module):
    """Attention inside windows of the picture, with a learnt bias for each distance."""

    def __init__(self, width: int, heads: int, window: int, side: int, shift: int) -> None:
        super().__init__()
        self.heads, self.n, self.shifted = heads, window * window, shift > 0
        self.relative_position_bias_table = nn.Parameter(torch.zeros((2 * window - 1) ** 2, heads))
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)
        self.register_buffer("index", _distance_index(window), persistent=False)
        if self.shifted:
            self.register_buffer("mask", _shift_mask(side, window, shift), persistent=False)

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        """Attend among each `n` patches in a row.

        Parameters
        ----------
        x : Tensor, shape (patches, width)
        bias : Tensor, shape (1 or windows, heads, n, n)
            Of these windows.
        """
        q, k, v = self.qkv(x).reshape(-1, self.n, 3 * x.shape[-1]).chunk(3, -1)
        attended, *_ = torch.onnx.ops.attention(q, k, v, bias, q_num_heads=self.heads, kv_num_heads=self.heads)
        out: Tensor = self.proj(attended.reshape(x.shape))
        return out

    def bias(self) -> Tensor:
        """What is added to the scores; shape (1 or windows, heads, n, n)."""
        table = self.relative_position_bias_table[self.index.flatten()]
        bias = table.reshape(self.n, self.n, self.heads).permute(2, 0, 1)[None]
        return bias + self.mask[:, None] if self.shifted else bias


class Mlp(nn.Module):
    """Two layers with GELU between."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(width, 4 * width)
        self.fc2 = nn.Linear(4 * width, width)

    def forward(self, x: Tensor) -> Tensor:
        """Same shape in and out."""
        out: Tensor = self.fc2(F.gelu(self.fc1(x)))
        return out


class Block(nn.Module):
    """One block of a stage; it takes the patches in the order of its windows."""

    def __init__(self, width: int, heads: int, window: int, side: int, shift: int) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(width)
        self.attn = WindowAttention(width, heads, window, side, shift)
        self.norm2 = nn.LayerNorm(width)
        self.mlp = Mlp(width)

    def forward(self, x: Tensor) -> Tensor:
        """Shapes (patches, width). All of a part is done before the next: what lies between stays in the cache."""
        bias, parts = self.attn.bias(), x.split(AT_ONCE)
        biases = bias.split(AT_ONCE // self.attn.n) if self.attn.shifted else [bias] * len(parts)
        return torch.cat([self._part(*both) for both in zip(parts, biases, strict=True)])

    def _part(self, x: Tensor, bias: Tensor) -> Tensor:
        x = x + self.attn(self.norm1(x), bias)
        out: Tensor = x + self.mlp(self.norm2(x))
        return out


class Merge(nn.Module):
    """Four neighbouring patches become one of twice the width."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(4 * width)
        self.reduction = nn.Linear(4 * width, 2 * width, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """From (patches, 4 width) to (patches, 2 width)."""
        out: Tensor = self.reduction(self.norm(x))
        return out


class Stage(nn.Module):
    """Blocks of one resolution, then a merge unless it is the last.

    Patches come and go in rows of the picture. In between they are put into the order of each block's windows, in one
    step from that of the block before: all else in a block is done patch by patch.
    """

    def __init__(self, size: Architecture, stage: int) -> None:
        super().__init__()
        width, side = size.width << stage, size.image // PATCH >> stage
        window = min(size.window, side)  # a picture no larger than a window is one window, and not shifted
        shifts = [window // 2 if i % 2 and side > window else 0 for i in range(size.depths[stage])]
        self.blocks = nn.ModuleList(Block(width, size.heads[stage], window, side, shift) for shift in shifts)
        self.is_last = stage == len(size.depths) - 1
        self.downsample = nn.Identity() if self.is_last else Merge(width)
        orders = [_in_windows(side, window, shift) for shift in shifts] + [_in_fours(side)]
        before = torch.arange(side * side)
        for i, order in enumerate(orders):
            self.register_buffer(f"step{i}", torch.argsort(before)[order], persistent=False)
            before = order

    def forward(self, x: Tensor) -> Tensor:
        """From (patches, width) to (patches / 4, 2 width), or to the same shape in the last stage."""
        for i, block in enumerate(self.blocks):
            x = block(x.index_select(0, self.get_buffer(f"step{i}")))
        if self.is_last:  # the order no longer matters: what follows is a mean
            return x
        fours = x.index_select(0, self.get_buffer(f"step{len(self.blocks)}")).reshape(len(x) // 4, -1)
        out: Tensor = self.downsample(fours)
        return out


class Patches(nn.Module):
    """Patches of the picture to vectors."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.proj = nn.Conv2d(1, width, PATCH, PATCH)
        self.norm = nn.LayerNorm(width)

    def forward(self, picture: Tensor) -> Tensor:
        """From (image, image) to (patches, width)."""
        out: Tensor = self.norm(self.proj(picture[None, None])[0].flatten(1).T)
        return out


class Htsat(nn.Module):
    """The audio branch, from the mel picture on."""

    def __init__(self, size: Architecture) -> None:
        super().__init__()
        self.image = size.image
        self.bn0 = nn.BatchNorm2d(N_MELS)
        self.patch_embed = Patches(size.width)
        self.layers = nn.ModuleList(Stage(size, stage) for stage in range(len(size.depths)))
        self.norm = nn.LayerNorm(size.width << (len(size.depths) - 1))

    def forward(self, picture: Tensor) -> Tensor:
        """From (1024, 64) mel bands in dB to one vector."""
        x = self.bn0(picture.T[None, :, :, None])[0, :, :, 0]
        folds = WIDTH // self.image  # stretches of time, stacked as if they were bands
        x = self.patch_embed(x.reshape(N_MELS, folds, self.image).transpose(0, 1).reshape(self.image, self.image))
        for layer in self.layers:
            x = layer(x)
        return self.norm(x).mean(0)


class AudioTower(nn.Module):
    """Audio branch and projection."""

    def __init__(self, size: Architecture) -> None:
        super().__init__()
        self.audio_branch = Htsat(size)
        self.audio_projection = _projection(size.width << (len(size.depths) - 1), size.joint)

    def forward(self, picture: Tensor) -> Tensor:
        """From (1024, 64) to a unit vector, shape (joint,)."""
        return F.normalize(self.audio_projection(self.audio_branch(picture)), dim=-1)


class SelfAttention(nn.Module):
    """Attention over all tokens; the names are RoBERTa's."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.self = nn.ModuleDict({name: nn.Linear(width, width) for name in ("query", "key", "value")})
        self.output = nn.ModuleDict({"dense": nn.Linear(width, width), "LayerNorm": nn.LayerNorm(width)})

    def forward(self, x: Tensor) -> Tensor:
        """Shapes (tokens, width)."""
        q, k, v = (self.self[name](x).reshape(x.shape[0], self.heads, -1).transpose(0, 1) for name in self.self)
        attended = (q @ k.transpose(-2, -1) * q.shape[-1] ** -0.5).softmax(-1) @ v
        out: Tensor = self.output["LayerNorm"](x + self.output["dense"](attended.transpose(0, 1).reshape(x.shape)))
        return out


class TextLayer(nn.Module):
    """Attention, then two layers, each with its shortcut and norm."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.attention = SelfAttention(width, heads)
        self.intermediate = nn.ModuleDict({"dense": nn.Linear(width, 4 * width)})
        self.output = nn.ModuleDict({"dense": nn.Linear(4 * width, width), "LayerNorm": nn.LayerNorm(width)})

    def forward(self, x: Tensor) -> Tensor:
        """Shapes (tokens, width)."""
        x = self.attention(x)
        hidden = self.output["dense"](F.gelu(self.intermediate["dense"](x)))
        out: Tensor = self.output["LayerNorm"](x + hidden)
        return out


class Roberta(nn.Module):
    """The text branch up to its pooler."""

    def __init__(self, size: Architecture) -> None:
        super().__init__()
        width = size.text_width
        self.embeddings = nn.ModuleDict(
            {
                "word_embeddings": nn.Embedding(size.n_tokens, width),
                "position_embeddings": nn.Embedding(size.n_positions, width),
                "token_type_embeddings": nn.Embedding(1, width),
                "LayerNorm": nn.LayerNorm(width),
            }
        )
        layers = nn.ModuleList(TextLayer(width, size.text_heads) for _ in range(size.text_layers))
        self.encoder = nn.ModuleDict({"layer": layers})
        self.pooler = nn.ModuleDict({"dense": nn.Linear(width, width)})

    def forward(self, ids: Tensor) -> Tensor:
        """From token ids, shape (tokens,), without padding, to one vector."""
        table = self.embeddings
        positions = torch.arange(ids.shape[0]) + PADDING_ID + 1
        x = table["word_embeddings"](ids) + table["position_embeddings"](positions)
        x = table["LayerNorm"](x + table["token_type_embeddings"].weight[0])
        for layer in self.encoder["layer"]:
            x = layer(x)
        return torch.tanh(self.pooler["dense"](x[0]))


class TextTower(nn.Module):
    """Text branch and projection."""

    def __init__(self, size: Architecture) -> None:
        super().__init__()
        self.text_branch = Roberta(size)
        self.text_projection = _projection(size.text_width, size.joint)

    def forward(self, ids: Tensor) -> Tensor:
        """From token ids to a unit vector, shape (joint,)."""
        return F.normalize(self.text_projection(self.text_branch(ids)), dim=-1)


def make_towers(size: Architecture, weights: Mapping[str, Tensor]) -> tuple[AudioTower, TextTower]:
    """Build both towers and load their weights; what inference does not need is left out.

    Raises
    ------
    ModelError
        A weight is missing or of another shape.
    """
    towers = AudioTower(size), TextTower(size)
    for tower in towers:
        try:
            tower.load_state_dict({key: weights[key] for key in tower.state_dict()})
        except (KeyError, RuntimeError) as error:
            raise ModelError(f"The weights of the checkpoint do not fit together ({error}).") from None
        tower.eval().requires_grad_(False)
    return towers


def _projection(width: int, joint: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(width, joint), nn.ReLU(), nn.Linear(joint, joint))


def _in_windows(side: int, window: int, shift: int) -> Tensor:
    """Patches of a picture shifted by `shift`, window by window; shape (side²,)."""
    n = side // window
    picture = torch.arange(side * side).reshape(side, side).roll((-shift, -shift), (0, 1))
    return picture.reshape(n, window, n, window).transpose(1, 2).flatten()


def _in_fours(side: int) -> Tensor:
    """Patches of a picture, four neighbours by four: column by column within them; shape (side²,)."""
    picture = torch.arange(side * side).reshape(side // 2, 2, side // 2, 2)
    return picture.permute(0, 2, 3, 1).flatten()


def _distance_index(window: int) -> Tensor:
    """Row of the bias table for each pair of patches in a window; shape (window², window²)."""
    place = torch.cartesian_prod(torch.arange(window), torch.arange(window))
    distance = place[:, None] - place[None] + window - 1
    return distance[..., 0] * (2 * window - 1) + distance[..., 1]


def _shift_mask(side: int, window: int, shift: int) -> Tensor:
    """What keeps patches apart that lie on opposite edges of the picture; shape (windows, window², window²)."""
    zone = torch.zeros(side)
    zone[-window:-shift], zone[-shift:] = 1, 2
    zones = (3 * zone[:, None] + zone[None]).flatten()[_in_windows(side, window, 0)].reshape(-1, window * window)
    return torch.where(zones[:, None] == zones[:, :, None], 0.0, OTHER_WINDOW)
