"""Train, then export: `python -m train train/configs/full.toml`."""

from __future__ import annotations

import argparse
from pathlib import Path

from cratedig.models.compact.model import WEIGHTS
from train.config import read_config
from train.export import export
from train.train import RUNS, train


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("config", type=Path)
    parser.add_argument("--out", type=Path, default=WEIGHTS, help="folder for the exported files")
    args = parser.parse_args()
    config, run = read_config(args.config), RUNS / args.config.stem
    print(config.purpose, flush=True)
    train(config, run)
    export(config, run, args.out)


if __name__ == "__main__":
    main()
