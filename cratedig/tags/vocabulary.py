"""The words that tags are made of: terms on axes, as TOML files say them.

A file names one axis and its terms::

    axis = "instrument"
    exclusive = true            # a sound has one of its terms, at most
    heard = true                # a model is asked for its terms

    [terms]
    kick = { family = "drums", names = ["bass drum"], tokens = ["bd"], prompts = ["kick drum"] }
    "808" = { family = "bass", weak = true }
    bright = { measured = { brightness = [88, 100] } }

`names` are other words for a term, typed or in file names; `tokens` count in file names only; `prompts` are what the
model is asked, else the term itself. In a file name a `weak` term gives way to others of its axis. A term with
`measured` is never heard: it holds where every descriptor lies within these percentiles of the library, or where the
sound is of that kind. A user's files say more terms of a shipped axis, say a shipped term anew, or make axes of their
own.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from cratedig.errors import VocabularyError

__all__ = ["OWN", "Axis", "Term", "Vocabulary", "as_term", "read_vocabulary"]

OWN = "own"  # axis of terms that a user gave and no vocabulary has
LONGEST = 60  # letters of a term
KINDS = ("one-shot", "loop", "texture")
AXES = ("form", "family", "instrument", "envelope", "timbre", "processing", "mood", "genre")
FLAGS = ("exclusive", "heard")
TEXTS = ("names", "tokens", "prompts")
SHIPPED = files("cratedig.tags") / "vocabularies"


@dataclass(frozen=True, slots=True)
class Axis:
    """One question about a sound.

    Attributes
    ----------
    name : str
    exclusive : bool
        Whether there is one answer at most.
    heard : bool
        Whether a model is asked; on other axes only for terms that the user taught.
    """

    name: str
    exclusive: bool = False
    heard: bool = False


@dataclass(frozen=True, slots=True)
class Term:
    """One answer.

    Attributes
    ----------
    name, axis : str
    weak : bool
    family : str, optional
        Term of the axis ``family`` that comes with it.
    names, tokens, prompts : tuple of str
        See the module.
    ranges : mapping
        Lowest and highest percentile by descriptor, of a measured term.
    kind : str, optional
        One-shot, loop or texture, of a measured term.
    """

    name: str
    axis: str
    weak: bool = False
    family: str | None = None
    names: tuple[str, ...] = ()
    tokens: tuple[str, ...] = ()
    prompts: tuple[str, ...] = ()
    ranges: Mapping[str, tuple[float, float]] | None = None
    kind: str | None = None

    @property
    def measured(self) -> bool:
        """Whether descriptors tell, not the model."""
        return self.ranges is not None or self.kind is not None


class Vocabulary:
    """All axes and terms, by name."""

    def __init__(self, axes: Iterable[Axis], terms: Iterable[Term]) -> None:
        self.axes = {axis.name: axis for axis in axes}
        self.terms = {term.name: term for term in terms}
        self._by_name = {name: term for term in self.terms.values() for name in reversed((term.name, *term.names))}

    def find(self, text: str) -> Term | None:
        """Return the term of this name, or that has it among its other names."""
        name = as_term(text)
        return self.terms.get(name) or self._by_name.get(name)

    def axis_of(self, term: str) -> str:
        """Name the axis of a term; `OWN` for one that no vocabulary has."""
        found = self.terms.get(term)
        return OWN if found is None else found.axis

    def exclusive(self, axis: str) -> bool:
        """Whether a sound has one term of an axis at most."""
        return axis in self.axes and self.axes[axis].exclusive

    def with_own(self, names: Iterable[str]) -> Vocabulary:
        """Return a vocabulary that also has these terms, which are the user's own and need no file."""
        own = [Term(name, OWN) for name in names if name not in self.terms]
        return Vocabulary([*self.axes.values(), Axis(OWN)], [*self.terms.values(), *own])

    def heard(self) -> list[Term]:
        """Return the terms that a model is asked for."""
        return [term for term in self.terms.values() if not term.measured]

    @property
    def fingerprint(self) -> str:
        """Changes whenever a word or rule does."""
        said = repr((sorted(self.axes.values(), key=repr), sorted(self.terms.values(), key=repr)))
        return hashlib.blake2b(said.encode(), digest_size=8).hexdigest()


def as_term(text: str) -> str:
    """Spell a term as vocabularies do: lower case, single spaces.

    Raises
    ------
    VocabularyError
        It is empty, too long, or has characters that cannot be shown or asked for.
    """
    name = " ".join(text.lower().split())
    if not name or len(name) > LONGEST or not name.isprintable() or set(name) & set('":,'):
        raise VocabularyError(f"{text!r} cannot be a tag.", f"Letters, digits and spaces, at most {LONGEST}.")
    return name


def read_vocabulary(folder: Path | None, descriptors: Collection[str]) -> Vocabulary:
    """Read the shipped vocabularies, then those of the user.

    Parameters
    ----------
    folder : Path, optional
        The user's ``*.toml`` files; it need not exist.
    descriptors : collection of str
        What `measured` may name.

    Raises
    ------
    VocabularyError
        A file is broken; the message names it and the line.
    """
    axes: dict[str, Axis] = {}
    terms: dict[str, Term] = {}
    read: list[tuple[_File, list[Term]]] = []
    for name, text in (*_shipped_files(), *_own_files(folder)):
        file = _File(name, text, descriptors)
        axis, found = file.read()
        axes.setdefault(axis.name, axis)
        terms |= {term.name: term for term in found}
        read.append((file, found))
    for file, found in read:
        file.check_families(found, terms)
    return Vocabulary(axes.values(), terms.values())


def _shipped_files() -> list[tuple[str, str]]:
    paths = [f"{axis}.toml" for axis in AXES]
    return [(f"cratedig/tags/vocabularies/{path}", (SHIPPED / path).read_text(encoding="utf-8")) for path in paths]


def _own_files(folder: Path | None) -> list[tuple[str, str]]:
    if folder is None or not folder.is_dir():
        return []
    try:
        return [(str(file), file.read_text(encoding="utf-8")) for file in sorted(folder.glob("*.toml"))]
    except (OSError, UnicodeDecodeError) as error:
        raise VocabularyError(f"The vocabularies in {folder} cannot be read: {error}.") from None


class _File:
    """One TOML file, and the line to name when something in it is wrong."""

    def __init__(self, name: str, text: str, descriptors: Collection[str]) -> None:
        self._name, self._text, self._descriptors = name, text, descriptors

    def read(self) -> tuple[Axis, list[Term]]:
        try:
            content = tomllib.loads(self._text)
        except tomllib.TOMLDecodeError as error:
            line = re.search(r"at line (\d+)", str(error))
            raise self._wrong(f"is not TOML: {error}", line=int(line[1]) if line else None) from None
        for key in content.keys() - {"axis", *FLAGS, "terms"}:
            raise self._wrong(f"has {key!r}; there are axis, {', '.join(FLAGS)} and terms", key)
        axis, terms = content.get("axis"), content.get("terms", {})
        if not isinstance(axis, str) or not axis:
            raise self._wrong('names no axis; its first line is like: axis = "instrument"', "axis")
        for flag in FLAGS:
            if not isinstance(content.get(flag, False), bool):
                raise self._wrong(f"takes true or false for {flag}", flag)
        if not isinstance(terms, dict):
            raise self._wrong("takes a table [terms]", "terms")
        flags = {flag: content.get(flag, False) for flag in FLAGS}
        found = [self._term(as_term(axis), key, entry) for key, entry in terms.items()]
        return Axis(as_term(axis), **flags), self._distinct(found)

    def check_families(self, found: Iterable[Term], terms: Mapping[str, Term]) -> None:
        """Refuse a family that is no term of the axis ``family``, once every file is read."""
        for term in found:
            if term.family is not None and (term.family not in terms or terms[term.family].axis != "family"):
                raise self._wrong(f"has a family for {term.name} that there is not: {term.family}", term.name)

    def _term(self, axis: str, key: str, entry: object) -> Term:
        try:
            name = as_term(key)
        except VocabularyError as error:
            raise self._wrong(f"has a term that cannot be one: {key!r}. {error.hint}", key) from None
        if not isinstance(entry, dict):
            raise self._wrong(f"takes {key} = {{ ... }} with names, tokens, prompts, family or measured", key)
        for field in entry.keys() - {*TEXTS, "weak", "family", "measured"}:
            raise self._wrong(f"has {field!r} for {key}, which means nothing here", key)
        texts = {field: self._words(key, field, entry.get(field, [])) for field in TEXTS}
        family = entry.get("family")
        if family is not None and not isinstance(family, str):
            raise self._wrong(f"takes one word as the family of {key}", key)
        weak = entry.get("weak", False)
        if not isinstance(weak, bool):
            raise self._wrong(f"takes true or false for weak of {key}", key)
        ranges, kind = self._measured(key, entry.get("measured"))
        return Term(name, axis, weak, family, **texts, ranges=ranges, kind=kind)

    def _words(self, key: str, field: str, value: object) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(word, str) and word.strip() for word in value):
            raise self._wrong(f'takes a list of words as {field} of {key}, such as ["bass drum"]', key)
        return tuple(" ".join(word.lower().split()) for word in value)

    def _measured(self, key: str, rule: object) -> tuple[Mapping[str, tuple[float, float]] | None, str | None]:
        if rule is None:
            return None, None
        if not isinstance(rule, dict) or not rule:
            raise self._wrong(f"takes a rule such as {{ brightness = [88, 100] }} as measured of {key}", key)
        if rule.keys() == {"kind"}:
            if rule["kind"] not in KINDS:
                raise self._wrong(f"has a kind for {key} that is none of {', '.join(KINDS)}", key)
            return None, rule["kind"]
        return {name: self._range(key, name, bounds) for name, bounds in rule.items()}, None

    def _range(self, key: str, descriptor: str, bounds: Any) -> tuple[float, float]:  # noqa: ANN401  (anything TOML can say)
        if descriptor not in self._descriptors:
            raise self._wrong(f"measures {key} by {descriptor!r}; there are {', '.join(self._descriptors)}", key)
        numbers = isinstance(bounds, list) and all(type(b) in (int, float) for b in bounds) and len(bounds) == 2
        if not numbers or not 0 <= bounds[0] < bounds[1] <= 100:
            raise self._wrong(f"takes two percentiles for {descriptor} of {key}, such as [88, 100]", key)
        return float(bounds[0]), float(bounds[1])

    def _distinct(self, terms: list[Term]) -> list[Term]:
        said: dict[str, str] = {}
        for term in terms:
            for word in {term.name, *term.names, *term.tokens}:
                if word in said:
                    raise self._wrong(f"has {word!r} for both {said[word]} and {term.name}", term.name)
                said[word] = term.name
        return terms

    def _wrong(self, what: str, key: str | None = None, line: int | None = None) -> VocabularyError:
        if key is not None:
            lines = enumerate(self._text.splitlines(), start=1)
            spelled = re.compile(rf"\s*(\[terms\.)?[\"']?{re.escape(key)}[\"']?\s*[=\]]")
            line = next((number for number, text in lines if spelled.match(text)), 1)
        place = self._name if line is None else f"{self._name}, line {line}"
        return VocabularyError(f"The vocabulary {place}: it {what}.", "Mend that line, or move the file away.")
