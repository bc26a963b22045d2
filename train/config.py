"""What a run is: every number that changes the weights, in one place."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cratedig.models.compact.frontend import MAX_FRAMES, N_MELS


@dataclass(frozen=True, slots=True)
class Config:
    """A training run. Files in train/configs/ override these values and say what the run is for."""

    purpose: str
    seed: int = 0
    steps: int = 1600
    batch: int = 256
    random_split: bool = False  # files at random instead of whole sources: only to measure what that hides
    permissive_only: bool = False  # leave out GPL, LGPL and share-alike sources

    rendered: bool = False  # train on sounds of further fonts and models too, rendered on the spot

    held_out: tuple[str, ...] = ()  # further sources kept out: to judge a choice on more classes than validation has

    plain: int = 5  # pictures per clip as they are or disguised
    treated: int = 11  # pictures per clip through effects

    padding: str = "native"  # of short sounds; else "zero", "repeat", "repeat to 500 ms"
    window: int = MAX_FRAMES
    hop: int = 1  # of the front end's frames
    bands: int = N_MELS

    channels: tuple[int, ...] = (24, 48, 96, 192)
    blocks: tuple[int, ...] = (0, 1, 1, 1)
    folded: int = 384
    dim: int = 256
    text_hidden: int = 512
    text_noise: float = 0.02
    distilled: bool = True  # token vectors start from the sentence model, else from chance

    learning_rate: float = 2e-3
    weight_decay: float = 0.05
    shift_penalty: float = 0.5  # holds token vectors near the sentence model
    ema: float = 0.997

    treated_share: float = 0.5  # of a batch's sounds go through effects
    sibling_share: float = 0.25  # of a batch is the same clips again, treated otherwise
    rival_share: float = 0.25  # of a batch comes from one group of easily confused classes
    layered_share: float = 0.0  # of the plain sounds has another source's sound of the class under it
    drummed_share: float = 0.0  # of the plain bass and melodic loops has a drum loop under it
    restyled_share: float = 0.0  # of the plain sounds takes the band levels of another source's
    source_share: float = 0.25  # at most, of a batch

    caption_weight: float = 1.0
    prompt_weight: float = 1.0  # sounds against every class name
    sound_weight: float = 0.5  # sounds against sounds
    teacher_weight: float = 0.0  # audio tower against the network for sound effects
    sentence_weight: float = 0.6  # text tower against the sentence model
    outside_weight: float = 2.0  # texts about other things, away from all sounds


def read_config(path: Path) -> Config:
    """Read a run's TOML file."""
    spec = tomllib.loads(path.read_text())
    settings: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in spec.items()}
    return Config(**settings)
