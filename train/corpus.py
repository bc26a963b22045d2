"""The corpus on disk, decoded once: every clip at the model's rate in one memory-mapped float16 array."""

from __future__ import annotations

import io
import json
import tarfile
from dataclasses import dataclass
from multiprocessing import Pool
from pathlib import Path

import numpy as np
import soundfile as sf
import soxr
from numpy.typing import NDArray

from cratedig.models.compact.frontend import SR

HALF_FULL_SCALE = 0.5  # float16 keeps 11 bits at any level; peaks stay well inside its range


@dataclass(frozen=True, slots=True)
class Clip:
    """One labelled sound of the corpus; fields as in its SOURCES.md."""

    id: str
    source: str
    licence: str
    pack: str
    words: tuple[str, ...]
    cls: str | None
    kind: str | None

    @property
    def group(self) -> str:
        """Source without its ``(sequenced loop)`` sibling: loops made of a source's sounds stay with them."""
        return self.source.removesuffix(" (sequenced loop)")


@dataclass(frozen=True, slots=True)
class Corpus:
    """Clips and their waveforms at `SR`."""

    clips: list[Clip]
    samples: NDArray[np.float16]
    offsets: NDArray[np.int64]

    def waveform(self, i: int) -> NDArray[np.float32]:
        """Mono waveform of clip i, shape (n,)."""
        return self.samples[self.offsets[i] : self.offsets[i + 1]].astype(np.float32)


def open_corpus(folder: Path, cache: Path) -> Corpus:
    """Open the decoded corpus, decoding it first if the cache does not hold it (about two minutes)."""
    clips = _read_manifest(folder)
    if not (cache / "offsets.npy").exists():
        cache.mkdir(parents=True, exist_ok=True)
        _decode(folder, cache, [clip.id for clip in clips])
    offsets = np.load(cache / "offsets.npy")
    return Corpus(clips, np.load(cache / "samples.npy", mmap_mode="r"), offsets)


def _read_manifest(folder: Path) -> list[Clip]:
    rows = [json.loads(line) for line in (folder / "manifest.jsonl").read_text().splitlines()]
    fields = ("id", "source", "licence", "pack", "cls", "kind")
    return [Clip(**{name: row[name] for name in fields}, words=tuple(row["words"])) for row in rows]


def _decode(folder: Path, cache: Path, order: list[str]) -> None:
    decoded: dict[str, NDArray[np.float16]] = {}
    with Pool(2) as pool:
        for part in pool.imap_unordered(_decode_shard, sorted(folder.glob("train-*.tar"))):
            decoded |= part
    waveforms = [decoded[clip_id] for clip_id in order]
    np.save(cache / "samples.npy", np.concatenate(waveforms))
    np.save(cache / "offsets.npy", np.cumsum([0, *map(len, waveforms)], dtype=np.int64))


def _decode_shard(shard: Path) -> dict[str, NDArray[np.float16]]:
    decoded = {}
    with tarfile.open(shard) as tar:
        for member in tar:
            extracted = tar.extractfile(member)
            if extracted is None:
                continue
            y, sr = sf.read(io.BytesIO(extracted.read()), dtype="float32", always_2d=True)
            resampled = soxr.resample(y.mean(axis=1), sr, SR)
            decoded[Path(member.name).stem] = (resampled * HALF_FULL_SCALE).astype(np.float16)
    return decoded
