"""Write the golden vectors of the shipped weights for the tests: `python -m train.golden`."""

from __future__ import annotations

import json
from pathlib import Path

from cratedig.models.compact.model import CompactModel
from tests.models import sounds

PATH = Path(__file__).parents[1] / "tests" / "models" / "compact_golden.json"
SOUNDS = ("kick", "snare", "hat", "pad", "noise")
TEXTS = ("dusty kick", "rimshot", "clsd hat", "warm pad", "worn cassette", "")
NUMBERS = 16


def main() -> None:
    """Write the first numbers of each vector."""
    model = CompactModel.load()
    audio = model.embed_audio([getattr(sounds, name)() for name in SOUNDS])[:, :NUMBERS]
    text = model.embed_text(list(TEXTS))[:, :NUMBERS]
    golden = {
        "weights_sha256": model.info.weights_sha256,
        "audio": {name: [round(float(x), 5) for x in row] for name, row in zip(SOUNDS, audio, strict=True)},
        "text": {name: [round(float(x), 5) for x in row] for name, row in zip(TEXTS, text, strict=True)},
    }
    PATH.write_text(json.dumps(golden, indent=1) + "\n")


if __name__ == "__main__":
    main()
