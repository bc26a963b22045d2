"""laion_clap itself, asked for its vectors of a checkpoint: what every parity test is held against.

    python tests/models/laion_oracle.py CHECKPOINT TOKENIZER_FOLDER TOWER REQUEST.json OUT.npz

REQUEST.json holds ``{"files": [...], "texts": [...], "sizes": {...}}``; ``sizes`` are those of a toy, or null for the
official ones of TOWER. Runs in the environment of cratedig/models/laion/requirements-reference.txt.
"""

# mypy: ignore-errors
# ruff: noqa: ANN401  (laion_clap has no types)

from __future__ import annotations

import json
import runpy
import sys
from pathlib import Path
from typing import Any

import numpy as np

WORKER = Path(__file__).parents[2] / "cratedig" / "models" / "laion" / "reference_worker.py"


def main() -> None:
    checkpoint, tokenizer, tower, request_file, out = map(Path, sys.argv[1:])
    worker = runpy.run_path(str(WORKER))
    request = json.loads(request_file.read_text())
    make = worker["load"] if request["sizes"] is None else _toy
    model = make(checkpoint, tokenizer, str(tower), **({} if request["sizes"] is None else request["sizes"]))
    mels: list[np.ndarray] = []
    model.model.audio_branch.bn0.register_forward_pre_hook(lambda _, x: mels.append(x[0][0, :, :, 0].T.numpy()))
    audio = [model.get_audio_embedding_from_filelist([file]) for file in request["files"]]
    text = [model.get_text_embedding([text]) for text in request["texts"]]
    np.savez(out, audio=np.concatenate(audio), text=np.concatenate(text), mels=np.stack(mels))


def _toy(checkpoint: Path, tokenizer: Path, tower: str, **sizes: Any) -> Any:
    """laion_clap with towers of other sizes, which are constants in its code."""
    worker = runpy.run_path(str(WORKER))
    width = sizes["text_width"]
    roberta = worker["ROBERTA"] | {
        "vocab_size": sizes["n_tokens"],
        "max_position_embeddings": sizes["n_positions"],
        "hidden_size": width,
        "num_hidden_layers": sizes["text_layers"],
        "num_attention_heads": max(1, width // 64),
        "intermediate_size": 4 * width,
    }
    with worker["working_folder"](tokenizer, roberta):
        laion_clap = worker["import_laion_clap"]()
        from clap_module import factory, htsat, model
        from torch import nn

        joint, names = sizes["joint"], {"spec_size": "image", "window_size": "window", "num_classes": "classes"}
        own = {name: sizes[names.get(name, name)] for name in ("depths", *names)}
        model.create_htsat_model = lambda config, *_: htsat.HTSAT_Swin_Transformer(
            embed_dim=sizes["width"], num_heads=sizes["heads"], config=config, **own
        )
        last = sizes["width"] << (len(sizes["depths"]) - 1)
        factory._MODEL_CONFIGS[tower] |= {"embed_dim": last, "joint_embed_shape": joint}
        clap = laion_clap.CLAP_Module(enable_fusion=False, amodel=tower, device="cpu")
        clap.model.text_projection = nn.Sequential(nn.Linear(width, joint), nn.ReLU(), nn.Linear(joint, joint))
    return worker["fill"](clap, checkpoint, sizes["n_tokens"])


if __name__ == "__main__":
    main()
