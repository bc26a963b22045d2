"""The official LAION-CLAP checkpoints: what each is, where it lies, and what its makers say of it."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["CHECKPOINTS", "TOKENIZER_FILES", "TOKENIZER_URL", "Checkpoint"]

HUB = "https://huggingface.co"
REVISION = "b3708341862f581175dba5c356a4ebf74a9b6651"
TOKENIZER_REVISION = "e2da8e2f811d1448a5b465c236feacd80ffbac7b"
TOKENIZER_URL = f"{HUB}/FacebookAI/roberta-base/resolve/{TOKENIZER_REVISION}"
TOKENIZER_FILES = ("vocab.json", "merges.txt")
LICENCE = "CC0-1.0"  # as the hub page of lukewys/laion_clap states


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One official checkpoint.

    Attributes
    ----------
    name : str
        What `--model` takes.
    file : str
        Its name at the official place.
    tower : str
        Audio tower.
    trained_on : str
        As its makers say.
    gigabytes : float
        Size of the download; a third of it is weights.
    published : str
        Figures of its makers, not measured here.
    sha256 : str, optional
        Of the file, where it is known from several independent sources.
    fusion : bool
        Whether it takes four pictures of a long sound; such a checkpoint cannot be used here.
    """

    name: str
    file: str
    tower: str
    trained_on: str
    gigabytes: float
    published: str
    sha256: str | None = None
    fusion: bool = False

    @property
    def url(self) -> str:
        """Where the official file is downloaded from, at a fixed revision."""
        return f"{HUB}/lukewys/laion_clap/resolve/{REVISION}/{self.file}"


_630K, _AUDIOSET = "LAION-Audio-630K", "LAION-Audio-630K, AudioSet"

CHECKPOINTS = {
    checkpoint.name: checkpoint
    for checkpoint in (
        Checkpoint("laion-630k", "630k-best.pt", "HTSAT-tiny", _630K, 1.86, ""),
        Checkpoint("laion-630k-audioset", "630k-audioset-best.pt", "HTSAT-tiny", _AUDIOSET, 1.86, "ESC-50 92.8 %"),
        Checkpoint("laion-630k-fusion", "630k-fusion-best.pt", "HTSAT-tiny", _630K, 1.86, "", fusion=True),
        Checkpoint(
            "laion-630k-audioset-fusion",
            "630k-audioset-fusion-best.pt",
            "HTSAT-tiny",
            _AUDIOSET,
            1.86,
            "ESC-50 90.5 %",
            fusion=True,
        ),
        Checkpoint(
            "laion-music",
            "music_audioset_epoch_15_esc_90.14.pt",
            "HTSAT-base",
            "music, AudioSet, LAION-Audio-630K",
            2.35,
            "ESC-50 90.1 %, GTZAN 64 %",
            "fae3e9c087f2909c28a09dc31c8dfcdacbc42ba44c70e972b58c1bd1caf6dedd",
        ),
        Checkpoint(
            "laion-music-speech",
            "music_speech_epoch_15_esc_89.25.pt",
            "HTSAT-base",
            "music, speech, LAION-Audio-630K",
            2.35,
            "ESC-50 89.3 %, GTZAN 73 %",
        ),
        Checkpoint(
            "laion-music-speech-audioset",
            "music_speech_audioset_epoch_15_esc_89.98.pt",
            "HTSAT-base",
            "music, speech, AudioSet, LAION-Audio-630K",
            2.35,
            "ESC-50 90.0 %, GTZAN 73 %",
        ),
    )
}
