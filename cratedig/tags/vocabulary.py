"""The words that tags are made of: terms on axes, as TOML files say them.

A file names one axis and its terms::

    axis = "instrument"
    exclusive = true            # a sound has one of its terms, at most
    heard = true                # a model is asked for its terms
    packs = true                # the name of a pack says its terms too

    [terms]
    kick = { family = "drums", names = ["bass drum"], tokens = ["bd"], prompts = ["kick drum"] }
    "808" = { family = "bass", weak = true }
    bright = { measured = { brightness = [88, 100] } }

`names` are other words for a term, and `tokens` its abbreviations, typed or in file names; `prompts` are what the
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
from itertools import takewhile
from pathlib import Path
from typing import Any

from cratedig.errors import VocabularyError

__all__ = ["OWN", "Axis", "Term", "Vocabulary", "as_term", "read_vocabulary"]

OWN = "own"  # axis of terms that a user gave and no vocabulary has
LONGEST = 60  # letters of a term
KINDS = ("one-shot", "loop", "texture")
AXES = ("form", "family", "instrument", "envelope", "timbre", "processing", "mood", "genre")
FLAGS = ("exclusive", "heard", "packs")
TEXTS = ("names", "tokens", "prompts")
SHIPPED = files("cratedig.tags") / "vocabularies"
KEY = r"\"[^\"]*\"|'[^']*'|[\w-]+"
DOTTED = rf"\s*((?:{KEY})(?:\s*\.\s*(?:{KEY}))*)\s*"
HEADER, PAIR = re.compile(rf"\s*\[{DOTTED}\]"), re.compile(rf"{DOTTED}=")


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
    packs : bool
        Whether the name of a pack says its terms of the sounds in it, as names of files and folders do.
    """

    name: str
    exclusive: bool = False
    heard: bool = False
    packs: bool = False


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

    def is_kind_of(self, other: Term) -> bool:
        """Whether one of its names ends in one of the other's: a floor tom is a tom."""
        if self.family != other.family:
            return False
        ends = tuple(f" {name}" for name in (other.name, *other.names))
        return any(name.endswith(ends) for name in (self.name, *self.names))

    @property
    def measured(self) -> bool:
        """Whether descriptors tell, not the model."""
        return self.ranges is not None or self.kind is not None


class Vocabulary:
    """All axes and terms, by name."""

    def __init__(self, axes: Iterable[Axis], terms: Iterable[Term]) -> None:
        self.axes = {axis.name: axis for axis in axes}
        self.terms = {term.name: term for term in terms}
        tokens = ((word, term) for term in self.terms.values() for word in term.tokens)
        names = ((word, term) for term in self.terms.values() for word in (term.name, *term.names))
        self._by_word = {word.replace("-", " "): term for word, term in (*tokens, *names)}

    def find(self, text: str) -> Term | None:
        """Return the term of this name, other name or abbreviation; a hyphen may be a blank."""
        name = as_term(text)
        return self.terms.get(name) or self._by_word.get(name.replace("-", " "))

    def axis_of(self, term: str) -> str:
        """Name the axis of a term; `OWN` for one that no vocabulary has."""
        found = self.terms.get(term)
        return OWN if found is None else found.axis

    def agree(self, term: str, other: str) -> bool:
        """Whether two terms of an exclusive axis can both be true: they are one, or one is a kind of the other."""
        if term == other:
            return True
        one, two = self.terms[term], self.terms[other]
        return one.is_kind_of(two) or two.is_kind_of(one)

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
        """Changes whenever a word or rule of a file does."""
        of_files = [term for term in self.terms.values() if term != Term(term.name, OWN)]
        said = repr((sorted(self.axes.values(), key=repr), sorted(of_files, key=repr)))
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
    for name, data in (*_shipped_files(), *_own_files(folder)):
        file = _File(name, data, descriptors)
        axis, found = file.read(axes)
        axes[axis.name] = axis
        file.check_kept(found, terms)
        terms |= {term.name: term for term in found}
        read.append((file, found))
    for file, found in read:
        file.check_families(found, terms)
    return Vocabulary(axes.values(), terms.values())


def _shipped_files() -> list[tuple[str, bytes]]:
    paths = [f"{axis}.toml" for axis in AXES]
    return [(f"cratedig/tags/vocabularies/{path}", (SHIPPED / path).read_bytes()) for path in paths]


def _own_files(folder: Path | None) -> list[tuple[str, bytes]]:
    if folder is None or not folder.is_dir():
        return []
    try:
        return [(str(file), file.read_bytes()) for file in sorted(folder.glob("*.toml"))]
    except OSError as error:
        raise VocabularyError(
            f"The vocabulary {error.filename} cannot be read ({error.strerror}).", "Mend that, or move it away."
        ) from None


class _File:
    """One TOML file, and the line to name when something in it is wrong."""

    def __init__(self, name: str, data: bytes, descriptors: Collection[str]) -> None:
        self._file, self._descriptors = name, descriptors
        try:
            self._text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise self._at(data.count(b"\n", 0, error.start) + 1, "is not text in UTF-8") from None

    def read(self, axes: Mapping[str, Axis]) -> tuple[Axis, list[Term]]:
        """Read an axis, one of `axes` or a new one, and its terms."""
        content = self._parsed()
        for key in content.keys() - {"axis", *FLAGS, "terms"}:
            raise self._wrong(f"has {key!r}; there are axis, {', '.join(FLAGS)} and terms", key)
        axis, terms = content.get("axis"), content.get("terms", {})
        if not isinstance(axis, str) or not axis:
            raise self._wrong('names no axis; its first line is like: axis = "instrument"', "axis")
        if not isinstance(terms, dict):
            raise self._wrong("takes a table [terms]", "terms")
        name = self._name_of("an axis", axis, "axis")
        read = self._axis(name, {flag: content[flag] for flag in FLAGS if flag in content}, axes)
        return read, self._distinct([self._term(read.name, key, entry) for key, entry in terms.items()])

    def _parsed(self) -> dict[str, Any]:
        try:
            return tomllib.loads(self._text)
        except tomllib.TOMLDecodeError as error:
            line = re.search(r"at line (\d+)", str(error))  # else: at end of document
            at = int(line[1]) if line else len(self._lines())
            raise self._at(at, f"is not TOML: {error}") from None

    def _name_of(self, what: str, text: str, *place: str) -> str:
        try:
            return as_term(text)
        except VocabularyError as error:
            raise self._wrong(f"has {what} that cannot be one: {text!r}. {error.hint}", *place) from None

    def _axis(self, name: str, flags: Mapping[str, object], axes: Mapping[str, Axis]) -> Axis:
        given: dict[str, bool] = {}
        for flag, value in flags.items():
            if not isinstance(value, bool):
                raise self._wrong(f"takes true or false for {flag}", flag)
            if name in axes and value != getattr(axes[name], flag):
                raise self._wrong(f"cannot change {flag} of {name}, an axis that there is already", flag)
            given[flag] = value
        return axes.get(name) or Axis(name, **given)

    def check_kept(self, found: Iterable[Term], terms: Mapping[str, Term]) -> None:
        """Refuse to take a family from its axis: instruments name it."""
        for term in found:
            if term.axis != "family" and term.name in terms and terms[term.name].axis == "family":
                raise self._wrong(f"has {term.name}, which is a family of instruments", "terms", term.name)

    def check_families(self, found: Iterable[Term], terms: Mapping[str, Term]) -> None:
        """Refuse a family that is no term of the axis ``family``, once every file is read."""
        for term in found:
            if term.family is not None and (term.family not in terms or terms[term.family].axis != "family"):
                raise self._wrong(
                    f"has a family for {term.name} that there is not: {term.family}", "terms", term.name, "family"
                )

    def _term(self, axis: str, key: str, entry: object) -> Term:
        name = self._name_of("a term", key, "terms", key)
        if not isinstance(entry, dict):
            raise self._wrong(f"takes {key} = {{ ... }} with names, tokens, prompts, family or measured", "terms", key)
        for field in entry.keys() - {*TEXTS, "weak", "family", "measured"}:
            raise self._wrong(f"has {field!r} for {key}, which means nothing here", "terms", key, field)
        texts = {field: self._words(key, field, entry.get(field, [])) for field in TEXTS}
        family = entry.get("family")
        if family is not None and not isinstance(family, str):
            raise self._wrong(f"takes one word as the family of {key}", "terms", key, "family")
        weak = entry.get("weak", False)
        if not isinstance(weak, bool):
            raise self._wrong(f"takes true or false for weak of {key}", "terms", key, "weak")
        ranges, kind = self._measured(key, entry.get("measured"))
        return Term(name, axis, weak, family, **texts, ranges=ranges, kind=kind)

    def _words(self, key: str, field: str, value: object) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(word, str) and word.strip() for word in value):
            raise self._wrong(f'takes a list of words as {field} of {key}, such as ["bass drum"]', "terms", key, field)
        return tuple(" ".join(word.lower().split()) for word in value)

    def _measured(self, key: str, rule: object) -> tuple[Mapping[str, tuple[float, float]] | None, str | None]:
        if rule is None:
            return None, None
        if not isinstance(rule, dict) or not rule:
            raise self._wrong(
                f"takes a rule such as {{ brightness = [88, 100] }} as measured of {key}", "terms", key, "measured"
            )
        if rule.keys() == {"kind"}:
            if rule["kind"] not in KINDS:
                raise self._wrong(
                    f"has a kind for {key} that is none of {', '.join(KINDS)}", "terms", key, "measured", "kind"
                )
            return None, rule["kind"]
        return {name: self._range(key, name, bounds) for name, bounds in rule.items()}, None

    def _range(self, key: str, descriptor: str, bounds: Any) -> tuple[float, float]:  # noqa: ANN401  (anything TOML can say)
        place = ("terms", key, "measured", descriptor)
        if descriptor not in self._descriptors:
            raise self._wrong(f"measures {key} by {descriptor!r}; there are {', '.join(self._descriptors)}", *place)
        numbers = isinstance(bounds, list) and all(type(b) in (int, float) for b in bounds) and len(bounds) == 2
        if not numbers or not 0 <= bounds[0] < bounds[1] <= 100:
            raise self._wrong(f"takes two percentiles for {descriptor} of {key}, such as [88, 100]", *place)
        return float(bounds[0]), float(bounds[1])

    def _distinct(self, terms: list[Term]) -> list[Term]:
        said: dict[str, str] = {}
        for term in terms:
            for word in {term.name, *term.names, *term.tokens}:
                if word in said:
                    raise self._wrong(f"has {word!r} for both {said[word]} and {term.name}", "terms", term.name)
                said[word] = term.name
        return terms

    def _wrong(self, what: str, *place: str) -> VocabularyError:
        """Name the line that says most of a place, such as terms, red, weak."""
        wanted = [_spelled(key) for key in place]
        table: list[str] = []
        line, deepest = 1, 0
        for number, text in enumerate(self._lines(), start=1):
            header, pair = HEADER.match(text), PAIR.match(text)
            table = _keys(header[1]) if header else table
            here = [*table, *_keys(pair[1])] if pair else table
            deep = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(here, wanted, strict=False)))
            if deep > deepest:
                line, deepest = number, deep
        return self._at(line, what)

    def _lines(self) -> list[str]:
        return self._text.rstrip().split("\n")

    def _at(self, line: int, what: str) -> VocabularyError:
        return VocabularyError(
            f"The vocabulary {self._file}, line {line}: it {what}.", "Mend that line, or move the file away."
        )


def _keys(dotted: str) -> list[str]:
    return [_spelled(key.strip("\"'")) for key in re.findall(KEY, dotted)]


def _spelled(key: str) -> str:
    return " ".join(key.lower().split())
