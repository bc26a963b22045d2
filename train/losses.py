"""The training objective: contrast with targets that know which captions a sound satisfies."""

from __future__ import annotations

import torch
import torch.nn.functional as fn
from torch import Tensor

SOUND_SCALE = 12.0
TEACHER_SCALE = 12.0
FAR = 0.15  # cosine that a text about other things may reach
SAME_SOURCE = 0.3  # of a positive's weight: neighbours in a source are too easy


def satisfied(asked: Tensor, true: Tensor) -> Tensor:
    """Which sounds have all that a text asks for; shape (texts, sounds), 0 or 1."""
    missing = asked @ (1 - true).T
    return ((missing < 0.5) & (asked.sum(1, keepdim=True) > 0)).float()


def contrast(logits: Tensor, targets: Tensor) -> Tensor:
    """Cross-entropy of each row against its targets, spread evenly; rows without a target do not count."""
    total = targets.sum(1)
    rows = total > 0
    if not rows.any():
        return logits.new_zeros(())
    wanted = targets[rows] / total[rows, None]
    return -(wanted * fn.log_softmax(logits[rows], dim=1)).sum(1).mean()


def sound_contrast(sounds: Tensor, classes: Tensor, clips: Tensor, sources: Tensor) -> Tensor:
    """Sounds of a class towards each other, whatever their source and treatment."""
    logits = SOUND_SCALE * sounds @ sounds.T
    logits.fill_diagonal_(-1e4)
    same = (classes[:, None] == classes[None]) & (classes[:, None] >= 0) & (clips[:, None] != clips[None])
    weight = torch.where(sources[:, None] == sources[None], SAME_SOURCE, 1.0)
    return contrast(logits, same.float() * weight)


def likeness(ours: Tensor, teachers: Tensor) -> Tensor:
    """Keep a tower's neighbourhoods near those of its teacher, rows of unit vectors (relational distillation)."""
    diagonal = torch.eye(len(ours), dtype=torch.bool)
    wanted = fn.softmax((TEACHER_SCALE * teachers @ teachers.T).masked_fill(diagonal, -1e4), dim=1)
    found = fn.log_softmax((TEACHER_SCALE * ours @ ours.T).masked_fill(diagonal, -1e4), dim=1)
    return fn.kl_div(found, wanted, reduction="batchmean")


def far(texts: Tensor, sounds: Tensor) -> Tensor:
    """Texts about other things stay away from every sound: their best cosine is held under a margin."""
    return fn.relu((texts @ sounds.T).amax(1) - FAR).square().mean()
