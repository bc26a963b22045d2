"""The words of training as concepts: what a caption asks for, and what a sound satisfies."""

from __future__ import annotations

import tomllib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from train.corpus import Clip

MIN_WORD_FILES = 8  # rarer pack words (serial numbers, brand names) say nothing about sound


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Concepts and the terms that name them.

    A concept is a class, a family, a character or a plain pack word; `terms[concept]` are its names.
    """

    classes: dict[str, list[str]]
    families: dict[str, list[str]]
    characters: dict[str, list[str]]
    words: list[str]
    families_of: dict[str, list[str]]
    rivals: list[list[str]]
    aliases: dict[str, str]
    terms: dict[str, list[str]] = field(init=False)
    index: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        terms = {f"class:{name}": t for name, t in self.classes.items()}
        terms |= {f"family:{name}": t for name, t in self.families.items()}
        terms |= {f"character:{name}": t for name, t in self.characters.items()}
        terms |= {f"word:{name}": [name] for name in self.words}
        object.__setattr__(self, "terms", terms)
        object.__setattr__(self, "index", {name: i for i, name in enumerate(terms)})

    def concepts(self, clip: Clip) -> set[str]:
        """All that a clip's labels say of it, before effects and measurements."""
        found = {f"word:{word}" for word in clip.words} & self.terms.keys()
        found |= {f"character:{name}" for name in self._characters_named(clip.words)}
        if clip.cls is not None:
            found.add(f"class:{clip.cls}")
            found |= {f"family:{name}" for name in self.families_of.get(clip.cls, [])}
        return found

    def _characters_named(self, words: tuple[str, ...]) -> list[str]:
        return [name for name, terms in self.characters.items() if set(terms) & set(words)]


def read_vocabulary(clips: list[Clip]) -> Vocabulary:
    """Read `vocabulary.toml`; pack words are those that enough training clips carry."""
    spec = tomllib.loads(Path(__file__).with_suffix(".toml").read_text())
    families_of: dict[str, list[str]] = {}
    for family, entry in spec["families"].items():
        for cls in entry["classes"]:
            families_of.setdefault(cls, []).append(family)
    counts = Counter(word for clip in clips for word in clip.words)
    words = sorted(word for word, n in counts.items() if n >= MIN_WORD_FILES)
    families = {name: entry["terms"] for name, entry in spec["families"].items()}
    rivals = list(spec["rivals"].values())
    return Vocabulary(spec["classes"], families, spec["characters"], words, families_of, rivals, spec["aliases"])
