"""Train the built-in model: `python -m train.train train/configs/full.toml`.

Reads the corpus, renders the picture bank once, trains both towers, and leaves in train/runs/<config>/:
log.jsonl, curves.png, checkpoint.pt (resumes from it) and weights.pt (the averaged weights, for export).
"""

# mypy: allow-subclassing-any, allow-untyped-decorators

from __future__ import annotations

import argparse
import copy
import json
import math
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader

from train.config import Config, read_config
from train.curves import draw_curves
from train.data import Sampler, split_clips
from train.losses import contrast, far, likeness, satisfied, sound_contrast
from train.near import near_words
from train.phrases import phrase_bank
from train.sounds import open_clips, open_pictures, open_taught
from train.steps import Steps
from train.tokens import token_vectors
from train.towers import Towers
from train.validation import Validation
from train.vocabulary import read_vocabulary
from train.words import learnt_tokens, spoken_words, words_of

RUNS = Path(__file__).parent / "runs"
CORPUS = Path(__file__).parents[2] / "shared" / "corpus"
PARTS = 8  # of a batch, by length: short sounds cost little, and two threads share the parts
EVERY = 200  # steps between checkpoints and looks at the validation sources


def split_by_length(batch: dict[str, Tensor]) -> list[Tensor]:
    """Rows of a batch, which is sorted by length, in parts of about equal work."""
    return list(torch.arange(len(batch["frames"])).tensor_split(PARTS))


def loss_of(
    towers: Towers, sounds: Tensor, batch: dict[str, Tensor], n_classes: int, config: Config
) -> dict[str, Tensor]:
    """Weighted terms of the training objective."""
    captions, prompts = towers.text(batch["captions"]), towers.text(batch["prompts"])
    scale = towers.log_scale.exp().clamp(max=60)
    asked, prompted = satisfied(batch["asked"], batch["true"]), satisfied(batch["prompted"], batch["true"])
    logits, prompt_logits = scale * captions @ sounds.T, scale * prompts @ sounds.T
    plain = batch["plain"]  # the teacher has heard sounds as they are only
    return {
        "caption": config.caption_weight * (contrast(logits, asked) + contrast(logits.T, asked.T)) / 2,
        "prompt": config.prompt_weight * contrast(prompt_logits, prompted) / 2,
        "class": config.prompt_weight * contrast(prompt_logits[:n_classes].T, prompted[:n_classes].T),
        "sound": config.sound_weight * sound_contrast(sounds, batch["classes"], batch["clips"], batch["sources"]),
        "teacher": config.teacher_weight * likeness(sounds[plain], batch["taught"][plain]),
        "sentence": config.sentence_weight * likeness(towers.text(batch["phrases"]), batch["sentences"]),
        "outside": config.outside_weight * far(towers.text(batch["outside"]), sounds),
        "shift": config.shift_penalty * towers.text.shift.weight.square().sum(1).mean(),
    }


def backward(
    towers: Towers, batch: dict[str, Tensor], loss: Callable[[Tensor], dict[str, Tensor]], pool: ThreadPoolExecutor
) -> dict[str, Tensor]:
    """Gradients of a step; returns the terms of its loss.

    The parts of the batch run in two threads that meet twice a step. Threads inside each operation would meet
    hundreds of times, which a machine with other work punishes.
    """
    parts = split_by_length(batch)
    graphs = list(pool.map(lambda rows: towers.sounds(batch["pictures"][rows], batch["frames"][rows]), parts))
    sounds = torch.cat(graphs).detach().requires_grad_()
    terms = loss(sounds)
    torch.stack(list(terms.values())).sum().backward()
    weights = list(towers.audio.parameters())
    grads = pool.map(lambda rows, graph: torch.autograd.grad(graph, weights, sounds.grad[rows]), parts, graphs)
    for weight, *pieces in zip(weights, *grads, strict=True):
        weight.grad = torch.stack(pieces).sum(0)
    return terms


def prepare(config: Config) -> tuple[Towers, Steps, dict[str, Validation]]:
    """Untrained towers, the steps of the run, and what judges it: prefix of its figures to part of the corpus."""
    cache = RUNS / "cache"
    clips, bank = open_clips(config, CORPUS, cache), open_pictures(config, CORPUS, cache)
    parts = split_clips(clips, config)
    vocabulary = read_vocabulary([clips[i] for i in parts["train"]])
    tokenizer_file, vectors = token_vectors(cache, spoken_words(vocabulary))
    if not config.distilled:
        chance = np.random.default_rng(config.seed).standard_normal(vectors.shape, np.float32)
        vectors = chance / vectors.shape[1] ** 0.5  # of unit length, as those of the sentence model are on average
    words = words_of(vocabulary, tokenizer_file)
    sampler = Sampler(config, clips, parts["train"], bank, vocabulary, near_words(vocabulary, words), cache)
    sources, phrases = [clip.group for clip in clips], phrase_bank(vocabulary, words)
    steps = Steps(sampler, words, sources, phrases, open_taught(config, CORPUS, cache, parts["train"]))
    towers = Towers(config, torch.from_numpy(vectors), learnt_tokens(vocabulary, words))
    judging = {"": parts["validation"]} | ({"apart_": parts["held out"]} if config.held_out else {})
    judges = {prefix: Validation(bank, clips, part, config, vocabulary, words) for prefix, part in judging.items()}
    return towers, steps, judges


def train(config: Config, out: Path) -> None:
    """Run the training to its end, from its last checkpoint if there is one."""
    torch.manual_seed(config.seed)
    towers, steps, judges = prepare(config)
    torch.set_num_threads(1)
    average = copy.deepcopy(towers)
    optimiser = torch.optim.AdamW(towers.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay)
    done = _resume(out, towers, average, optimiser)
    started, pool = time.monotonic(), ThreadPoolExecutor(2)
    for step, batch in enumerate(_batches(steps, done), start=done + 1):
        torch.manual_seed(config.seed + step)
        for group in optimiser.param_groups:
            group["lr"] = config.learning_rate * _schedule(step, config.steps)
        optimiser.zero_grad()
        loss = partial(loss_of, towers, batch=batch, n_classes=len(judges[""].names), config=config)
        terms = backward(towers, batch, loss, pool)
        nn.utils.clip_grad_norm_(towers.parameters(), 1.0)
        optimiser.step()
        _average(average, towers, min(config.ema, step / (step + 10)))
        if step % EVERY == 0 or step == config.steps:
            losses = {name: float(term.detach()) for name, term in terms.items()}
            seconds = round(time.monotonic() - started)
            figures = {prefix + k: v for prefix, judge in judges.items() for k, v in judge.figures(average).items()}
            _log(out, {"step": step, "seconds": seconds, **losses, **figures})
            _save(out, step, towers, average, optimiser)
            draw_curves(out)


def _batches(steps: Steps, done: int) -> DataLoader[dict[str, Tensor]]:
    return DataLoader(steps, batch_size=None, sampler=range(done, len(steps)), num_workers=1, prefetch_factor=4)


def _schedule(step: int, steps: int) -> float:
    """Linear warm-up over 4 % of the run, then half a cosine."""
    warm = max(1, steps // 25)
    return step / warm if step < warm else 0.5 + 0.5 * math.cos(math.pi * (step - warm) / max(1, steps - warm))


@torch.no_grad()
def _average(average: Towers, towers: Towers, keep: float) -> None:
    for mean, now in zip(average.parameters(), towers.parameters(), strict=True):
        mean.lerp_(now, 1 - keep)


def _save(out: Path, step: int, towers: Towers, average: Towers, optimiser: torch.optim.Optimizer) -> None:
    state = {"step": step, "towers": towers.state_dict(), "average": average.state_dict()}
    torch.save(state | {"optimiser": optimiser.state_dict()}, out / "checkpoint.tmp")
    (out / "checkpoint.tmp").replace(out / "checkpoint.pt")
    torch.save(average.state_dict(), out / "weights.pt")


def _resume(out: Path, towers: Towers, average: Towers, optimiser: torch.optim.Optimizer) -> int:
    out.mkdir(parents=True, exist_ok=True)
    path = out / "checkpoint.pt"
    if not path.exists():
        return 0
    state = torch.load(path)
    towers.load_state_dict(state["towers"])
    average.load_state_dict(state["average"])
    optimiser.load_state_dict(state["optimiser"])
    return int(state["step"])


def _log(out: Path, row: dict[str, float]) -> None:
    line = json.dumps({key: round(value, 4) for key, value in row.items()})
    print(line, flush=True)
    with (out / "log.jsonl").open("a") as file:
        file.write(line + "\n")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("config", type=Path)
    args = parser.parse_args()
    config = read_config(args.config)
    print(config.purpose, flush=True)
    train(config, RUNS / args.config.stem)


if __name__ == "__main__":
    main()
