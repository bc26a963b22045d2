"""A demo sample pack, synthesised from nothing: ``python -m data.demo_pack OUT_DIR``."""

from data.demo_pack.pack import SoundTruth, build

__all__ = ["SoundTruth", "build"]
