"""`make demo`: build the demo pack, index it, search it, and say what happens.

Run as ``python -m data.demo FOLDER``. Everything is made inside FOLDER; names in the pack are neutral, so a right
answer cannot come from a name.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path

from data.demo_pack import build

QUERIES = ("dusty kick", "bright closed hat", "warm pad")
HITS = 5


def main() -> None:
    """Run the demo."""
    parser = argparse.ArgumentParser(description="Build the demo pack, index it, search it.")
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder.absolute()
    pack, library = folder / "pack", folder / "library"

    started = time.perf_counter()
    sounds = build(pack)
    say(f"Built {len(sounds)} sounds in {pack}", started)

    started = time.perf_counter()
    cratedig("index", pack, "--library", library)
    say("Indexed it", started)

    for query in QUERIES:
        print(f'\n$ cratedig search "{query}"', flush=True)
        started = time.perf_counter()
        cratedig("search", query, "-k", HITS, "--library", library)
        say("Searched from a cold start", started)

    print(f"\nThe app:          .venv/bin/cratedig --library {library}")
    print("Your own sounds:  .venv/bin/cratedig index FOLDER_OF_SAMPLES")
    print('            then  .venv/bin/cratedig search "dusty kick"')


def cratedig(*arguments: object) -> None:
    """Run the installed command; its failure is ours."""
    command = Path(sys.executable).with_name("cratedig")
    subprocess.run([command, *map(str, arguments)], check=True)


def say(what: str, started: float) -> None:
    """Print what was done and how long it took."""
    print(f"{what} ({time.perf_counter() - started:.2f} s).", flush=True)


if __name__ == "__main__":
    main()
