"""laion_clap as it is shipped, timed: the other side of laion_speed.py. Runs in its own environment, without cratedig.

    python benchmarks/laion_shipped.py CHECKPOINT TOKENIZER_FOLDER TOWER

Each line of JSON on standard input, ``{"threads": 1, "files": [...]}``, is answered by one with wall and processor
seconds of `get_audio_embedding_from_filelist`, as its README calls it, eight files at a time.
"""

# mypy: ignore-errors

from __future__ import annotations

import json
import os
import runpy
import sys
import time
from pathlib import Path

WORKER = Path(__file__).parents[1] / "cratedig" / "models" / "laion" / "reference_worker.py"
AT_ONCE = 8


def main() -> None:
    """Answer until the pipe is closed."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # laion_clap prints
    checkpoint, tokenizer, tower = sys.argv[1:]
    model = runpy.run_path(str(WORKER))["load"](Path(checkpoint), Path(tokenizer), tower)
    import torch  # noqa: PLC0415

    torch.set_grad_enabled(True)  # as shipped
    for line in sys.stdin:
        request = json.loads(line)
        torch.set_num_threads(request["threads"])
        files = request["files"]
        wall, cpu = time.perf_counter(), time.process_time()
        for start in range(0, len(files), AT_ONCE):
            model.get_audio_embedding_from_filelist(files[start : start + AT_ONCE])
        print(json.dumps([time.perf_counter() - wall, time.process_time() - cpu]), file=answers, flush=True)


if __name__ == "__main__":
    main()
