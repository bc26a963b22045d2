"""What laion_clap 1.1.7 itself gives for a toy checkpoint: written once, so that every test run compares with it.

python -m tests.models.laion_golden PYTHON_OF_THE_REFERENCE_ENVIRONMENT
"""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from cratedig.types import FloatArray
from tests.models.laion_sounds import FILES, write_files
from tests.models.laion_toy import TOY, Sizes, random_weights, save_checkpoint, write_tokenizer

GOLDEN = Path(__file__).with_name("laion_golden.json")
FRAMES, BANDS = slice(0, 1001, 125), slice(0, 64, 7)  # of the mel spectrogram that are kept
TEXTS = ("kick drum", "snare", "a", "", "kick " * 100, "Café 808 \N{DRUM WITH DRUMSTICKS}", "  two  spaces")


def ask_laion_clap(
    python: Path, checkpoint: Path, tokenizer: Path, tower: str, files: list[Path], sizes: Sizes | None
) -> dict[str, FloatArray]:
    """Return laion_clap's vectors of `files` and `TEXTS`, and its mel spectrograms."""
    with tempfile.TemporaryDirectory() as scratch:
        request, out = Path(scratch) / "request.json", Path(scratch) / "out.npz"
        own = None if sizes is None else dataclasses.asdict(sizes)
        request.write_text(json.dumps({"files": [str(file) for file in files], "texts": TEXTS, "sizes": own}))
        oracle = Path(__file__).with_name("laion_oracle.py")
        subprocess.run([python, oracle, checkpoint, tokenizer, tower, request, out], check=True)
        with np.load(out) as arrays:
            return {name: arrays[name] for name in arrays.files}


def main() -> None:
    """Write `GOLDEN`."""
    from cratedig.models.laion.checkpoint import read_weights, save_weights

    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        save_weights(read_weights(save_checkpoint(folder / "toy.pt", random_weights())), folder / "plain.pt")
        files = write_files(folder / "sounds")
        tokenizer = write_tokenizer(folder / "tokenizer")
        given = ask_laion_clap(Path(sys.argv[1]), folder / "plain.pt", tokenizer, "HTSAT-tiny", files, TOY)
    mels = given["mels"][:, FRAMES, BANDS]
    golden: dict[str, Any] = {
        "audio": {name: row.round(6).tolist() for name, row in zip(FILES, given["audio"].astype(float), strict=True)},
        "mel": {name: rows.round(3).tolist() for name, rows in zip(FILES, mels.astype(float), strict=True)},
        "text": {text: row.round(6).tolist() for text, row in zip(TEXTS, given["text"].astype(float), strict=True)},
    }
    GOLDEN.write_text(json.dumps(golden) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
