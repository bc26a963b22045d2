"""What a search gives back."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["SearchHit", "SearchResults"]


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One sound, with the segment of it that matched best.

    Attributes
    ----------
    rank : int
        From 1.
    score : float, optional
        Calibrated match, 0 to 1; None when filters alone were given.
    path : str
        Absolute path of a present file with this content.
    start_s, end_s : float
        The segment, in seconds from the start of the file.
    duration_s : float
        Length of the whole file in seconds.
    pack : str
        Name of the folder it came in with.
    kind, bpm, key : optional
        One-shot, loop or texture; beats per minute, the user's or measured; key such as ``A#m``. None where nothing
        can be said.
    content : str
        Hash of the audio: the id that `cratedig similar` takes.
    tags : tuple of str
        Tags in force, best first.
    favourite : bool
        Whether the user made it one.
    by_name : bool
        Whether it owes its place to words in its name or tags.
    why : tuple of str
        Short phrases that say why it is there.
    """

    rank: int
    score: float | None
    path: str
    start_s: float
    end_s: float
    duration_s: float
    pack: str
    kind: str | None
    bpm: float | None
    key: str | None
    content: str
    tags: tuple[str, ...] = ()
    favourite: bool = False
    by_name: bool = False
    why: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, object]:
        """Return the object that `--json` prints."""
        return {
            "rank": self.rank,
            "score": None if self.score is None else round(self.score, 4),
            "path": self.path,
            "start_s": round(self.start_s, 3),
            "end_s": round(self.end_s, 3),
            "duration_s": round(self.duration_s, 3),
            "pack": self.pack,
            "kind": self.kind,
            "bpm": None if self.bpm is None else round(self.bpm, 2),
            "key": self.key,
            "tags": list(self.tags),
            "favourite": self.favourite,
            "by_name": self.by_name,
            "why": list(self.why),
            "content": self.content,
        }


@dataclass(frozen=True, slots=True)
class SearchResults:
    """Hits, best first, what was asked, and what the user should know of the question."""

    title: str
    hits: tuple[SearchHit, ...]
    note: str = ""
