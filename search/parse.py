"""From what a user typed to a question: one grammar, in which any text is a line or a message.

A line is made of words, ``name:value``, and texts in quotes; a minus in front takes away. `OR` between two filters lets
either pass; `OR` between words asks for either phrase.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cratedig.audio.decode import is_audio_name
from cratedig.errors import QueryError
from search.filters import FILTERS, Filter
from search.line import EXACT, FIELDS, Field, ParsedLine, Term

__all__ = ["ASPECTS", "nearest", "parse_line", "parse_reference"]

ASPECTS = ("timbre", "pitch", "rhythm", "envelope", "meaning")
CONTENT_ID = re.compile(r"[0-9a-f]{6,40}")
SEPARATORS = frozenset("/") | frozenset(os.sep)
QUOTED = re.compile(r'"(?:[^"]|"")*"')
TOKEN = re.compile(rf"-?(?:[A-Za-z]+:)?{QUOTED.pattern}(?!\S)|\S+")
PIECES = re.compile(r"(?P<minus>-(?=.))?(?:(?P<name>[A-Za-z]+):)?(?P<value>.*)", re.DOTALL)
EITHER = "OR"
QUOTES = 'Quotes look like pack:"Tape Vol 1"; a quote within them is written twice.'
HEAVIEST = 1000.0


def parse_line(line: str) -> ParsedLine:
    """Read a search.

    A line that is an existing audio file is a reference. Filters alone ask for every sound that meets them.

    Raises
    ------
    QueryError
        There is nothing to search for, a path leads nowhere, or a part cannot be understood; `pointer` shows which.
    """
    file = _existing_audio(line.strip())
    if file is not None:
        return ParsedLine(likes=(file,))
    parsed = _Reader(line).read()
    if parsed == ParsedLine():
        raise QueryError("There is nothing to search for.", 'Try: cratedig search "dusty kick"')
    return parsed


def parse_reference(text: str) -> str:
    """Read what `similar` and ``like:`` take: any existing file, as an absolute path, else the id of a content.

    Raises
    ------
    QueryError
        It is neither.
    """
    words = text.strip()
    file = _existing_file(words)
    if file is not None:
        return str(file)
    if CONTENT_ID.fullmatch(words):
        return words
    raise QueryError(f"There is no file {words}.", "Give an audio file, or a content id from `cratedig search --json`.")


@dataclass(frozen=True, slots=True)
class _Token:
    """One part of a line, and where it stands."""

    start: int
    text: str
    minus: bool
    name: str | None
    value: str
    quoted: bool
    value_start: int


@dataclass(slots=True)
class _Reader:
    """Reads one line, part by part."""

    line: str
    phrases: list[list[str]] = field(default_factory=lambda: [[]])
    away: list[str] = field(default_factory=list)
    filters: list[list[Term]] = field(default_factory=list)
    likes: list[str] = field(default_factory=list)
    fits: str | None = None
    by: tuple[tuple[str, float], ...] = ()
    explore: int | None = None
    model: str = ""

    def read(self) -> ParsedLine:
        tokens = [self._token(match) for match in TOKEN.finditer(self.line)]
        for at, token in enumerate(tokens):
            if token.text == EITHER:
                self._either(token, tokens[at - 1] if at else None, tokens[at + 1] if at + 1 < len(tokens) else None)
            elif token.name is None and not token.quoted:
                (self.away if token.minus else self.phrases[-1]).append(token.value)
            elif token.name in FIELDS:
                self._field(token)
            else:
                self._filter(token, either=at > 0 and tokens[at - 1].text == EITHER)
        self._take_path()
        self._check()
        return ParsedLine(
            tuple(" ".join(words) for words in self.phrases if words),
            tuple(self.away),
            tuple(map(tuple, self.filters)),
            tuple(self.likes),
            self.fits,
            self.by,
            self.explore or 0,
            self.model,
        )

    def _token(self, match: re.Match[str]) -> _Token:
        pieces = PIECES.fullmatch(match[0])
        if pieces is None:
            raise ValueError(match[0])
        name, value = pieces["name"] and pieces["name"].lower(), pieces["value"]
        quoted = value.startswith('"')
        if quoted and not QUOTED.fullmatch(value):
            pointer = self._pointer(match.start(), len(match[0]))
            raise QueryError("The quote has no end.", QUOTES, pointer)
        text = value[1:-1].replace('""', '"') if quoted else value
        value_start = match.start() + pieces.start("value") + quoted
        return _Token(match.start(), match[0], pieces["minus"] is not None, name, text, quoted, value_start)

    def _either(self, token: _Token, before: _Token | None, after: _Token | None) -> None:
        sides = [side is not None and _role(side) for side in (before, after)]
        if sides == ["words", "words"]:
            self.phrases.append([])
        elif sides != ["filter", "filter"]:
            message = "OR stands between two filters, or between words."
            raise self._wrong(token, message, "As in: kind:loop OR kind:texture")

    def _filter(self, token: _Token, *, either: bool) -> None:
        name = EXACT if token.name is None else token.name
        if name not in FILTERS:
            raise self._unknown(token)
        chosen = FILTERS[name]
        value = token.value.strip()
        try:
            chosen.parse(value)
        except (ValueError, OverflowError):
            raise self._bad_value(token, chosen, chosen.choices) from None
        if either:
            self.filters[-1].append(Term(name, value, token.minus))
            return
        given = any(term.name == name and not term.negated for group in self.filters for term in group)
        if given and not (chosen.several or token.minus):
            hint = f"For either, write: {name}:{chosen.example} OR {token.text}"
            raise self._wrong(token, f"{name} is given twice.", hint)
        self.filters.append([Term(name, value, token.minus)])

    def _field(self, token: _Token) -> None:
        if token.minus:
            raise self._wrong(token, f"{token.name} cannot be taken away.", "A minus stands before words and filters.")
        if token.name != "like" and getattr(self, str(token.name)):
            raise self._wrong(token, f"{token.name} is given twice.", "Give it once.")
        if token.name == "like":
            self.likes.append(self._reference(token))
        elif token.name == "fits":
            self.fits = self._reference(token)
        elif token.name == "by":
            self.by = tuple(self._aspects(token))
        elif token.name == "model":
            self.model = self._model(token)
        else:
            self.explore = self._percent(token)

    def _reference(self, token: _Token) -> str:
        try:
            return parse_reference(token.value)
        except QueryError as error:
            raise self._wrong(token, error.message, error.hint) from None

    def _aspects(self, token: _Token) -> Iterable[tuple[str, float]]:
        seen = set()
        for part in token.value.split(","):
            aspect, _, weight = part.strip().lower().partition("=")
            try:
                number = float(weight) if weight else 1.0
            except ValueError:
                number = 0.0
            if aspect not in ASPECTS or aspect in seen or not 0 < number <= HEAVIEST:
                raise self._bad_value(token, FIELDS["by"], ASPECTS, part)
            seen.add(aspect)
            yield aspect, number

    def _model(self, token: _Token) -> str:
        """Return the name; whether the library keeps that model's vectors is for the engine to say."""
        if not token.value.strip():
            raise self._bad_value(token, FIELDS["model"])
        return token.value.strip()

    def _percent(self, token: _Token) -> int:
        if not (token.value.isascii() and token.value.isdecimal()) or int(token.value[:9]) > 100:
            raise self._bad_value(token, FIELDS["explore"])
        return int(token.value)

    def _take_path(self) -> None:
        """Words that are an existing audio file are a reference, wherever the filters stand."""
        if len(self.phrases) > 1:
            return
        words = " ".join(self.phrases[0])
        file = _existing_audio(words)
        if file is not None:
            self.likes.append(file)
            self.phrases = [[]]
        elif is_audio_name(words) and any(separator in words for separator in SEPARATORS):
            raise QueryError(f"There is no file {words}.", "Check the spelling.")

    def _check(self) -> None:
        if self.by and not self.likes:
            raise QueryError("by: needs something to compare with.", "Add a reference, such as: like:kick.wav")
        if self.fits is not None and (self.likes or self.by):
            raise QueryError("fits: and like: ask for different things.", "Ask for one of them.")
        if (self.likes or self.fits is not None) and len(self.phrases) > 1:
            raise QueryError("OR cannot stand among words that change a reference.", "Ask for one after the other.")

    # Messages

    def _unknown(self, token: _Token) -> QueryError:
        known: list[Filter | Field] = [*FILTERS.values(), *FIELDS.values()]
        examples = {f.name: f.example for f in known if f.name != EXACT}
        near = nearest(str(token.name), list(examples))
        hint = f"Did you mean {near}: as in {near}:{examples[near]}?" if near else f"Filters: {', '.join(examples)}."
        return self._wrong(token, f"There is no filter {token.name}.", hint)

    def _bad_value(
        self, token: _Token, meant: Filter | Field, choices: Sequence[str] = (), part: str | None = None
    ) -> QueryError:
        value = token.value if part is None else part
        hint = f"{meant.help} For example {meant.name}:{meant.example}"
        near = nearest(value.strip("~ "), choices)
        name = token.name or "The text in quotes"
        start = token.value_start + (0 if part is None else token.value.index(part))
        pointer = self._pointer(start, max(len(value), 1))
        return QueryError(f"{name} cannot be {value!r}.", f"Did you mean {near}? {hint}" if near else hint, pointer)

    def _wrong(self, token: _Token, message: str, hint: str) -> QueryError:
        start = token.start + token.minus
        return QueryError(message, hint, self._pointer(start, len(token.name or token.text)))

    def _pointer(self, start: int, length: int) -> tuple[str, str]:
        """Return the line, and carets that stand under what is wrong in it."""
        return self.line, " " * start + "^" * length


def _role(token: _Token) -> str:
    if token.name is None and not token.quoted:
        return "" if token.minus or token.text == EITHER else "words"
    return "" if token.name in FIELDS else "filter"


def nearest(text: str, choices: Sequence[str]) -> str | None:
    """Return the choice that may have been meant; None where none is near."""
    import difflib  # noqa: PLC0415  (10 ms that only a slip pays)

    by_lower = {choice.lower(): choice for choice in choices}
    near = difflib.get_close_matches(text.lower(), by_lower, n=1, cutoff=0.5)
    return by_lower[near[0]] if near else None


def _existing_audio(text: str) -> str | None:
    file = _existing_file(text)
    return str(file) if file is not None and is_audio_name(file.name) else None


def _existing_file(text: str) -> Path | None:
    try:
        path = Path(text).expanduser().absolute()
        return path if path.is_file() else None
    except (OSError, RuntimeError, ValueError):  # too long, an unknown ~user, a NUL: then it is words
        return None
