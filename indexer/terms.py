"""What a licence, a readme or a line of metadata says a producer may do. Pure text, in six languages.

A text is cut into sentences, each is folded to plain lower-case words, and rules look for the phrases of
``terms.toml``. Rules never guess: a text without a known phrase says nothing.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

from cratedig.store.licences import Condition, LicenceClass

__all__ = ["Terms", "fold", "merged", "read_names", "read_terms"]

MOST_PHRASES = 8
PHRASE_LENGTH = 240
SENTENCES = re.compile("(?<=[.!?])\\s+(?![-*\u2022\u2013\u00b7])|(?<=[\u3002\uff01\uff1f])|(?<!:)\n\\s*\n")
CJK = "\u3040-\u30ff\u4e00-\u9fff"
SPACE_IN_CJK = re.compile(f"(?<=[{CJK}]) (?=[{CJK}])")
SEPARATORS = re.compile("[\\s_\\-\u2010-\u2014/'\u2019`\u00b4]+")
VERSION = re.compile(r"\b([1-4]\.[05])\b", re.ASCII)
# A class that a text names outright beats a phrase that many licences contain: each of Creative Commons' says
# "royalty-free", and the text of CC-BY itself is dedicated to the public domain.
PRECEDENCE: tuple[LicenceClass, ...] = ("nc", "other", "cc-by", "cc0", "royalty-free", "own", "unknown")
PUBLIC = frozenset({"cc0", "cc-by", "other"})


@dataclass(frozen=True, slots=True)
class Terms:
    """What a text says; `name` is the licence's own, such as ``CC-BY-4.0``, `says` are the sentences that say so."""

    licence: LicenceClass = "unknown"
    name: str | None = None
    conditions: frozenset[Condition] = frozenset()
    says: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Rule:
    phrases: re.Pattern[str]
    meaning: Terms
    unless: re.Pattern[str] | None
    also: re.Pattern[str] | None
    forbids: bool | None


@dataclass(frozen=True, slots=True)
class _Phrases:
    rules: tuple[_Rule, ...]
    forbids: re.Pattern[str]
    creative_commons: Mapping[str, re.Pattern[str]]
    names: Mapping[str, re.Pattern[str]]


def read_terms(text: str) -> Terms:
    """Read a text; the class is the strictest that it names outright, the conditions are all that it makes."""
    found = []
    for sentence in SENTENCES.split(text):
        folded = fold(sentence)
        for terms, at in _matches(folded):
            found.append(replace(terms, says=(_around(sentence, at / max(len(folded), 1)),)))
    terms = merged(found)
    if terms.licence in PUBLIC:  # they let anyone pass the sounds on, in sentences full of "redistribute" and "not"
        return replace(terms, conditions=terms.conditions - {"no_isolated_use"})
    return terms


def merged(found: Iterable[Terms]) -> Terms:
    """Join what several sentences, or documents, say."""
    by_precedence = sorted(found, key=lambda terms: (PRECEDENCE.index(terms.licence), -len(terms.name or "")))
    if not by_precedence:
        return Terms()
    conditions = frozenset[Condition]().union(*(terms.conditions for terms in by_precedence))
    says = dict.fromkeys(phrase for terms in by_precedence for phrase in terms.says)
    return replace(by_precedence[0], conditions=conditions, says=tuple(says)[:MOST_PHRASES])


def read_names(text: str) -> tuple[str | None, str | None]:
    """Title and vendor as the lines of a text state them; a line that names the vendor beats a copyright notice."""
    names = _phrases().names
    title, label = names["title"].search(text), names["label"].search(text)
    claimed = (_tidy(found[1]) for found in names["creator"].finditer(text))
    vendor = _tidy(label[1]) if label else next((name for name in claimed if not names["nobody"].search(name)), "")
    return (_tidy(title[1]) if title else "") or None, vendor or None


def fold(text: str) -> str:
    """Lower case, without accents; dashes, slashes, apostrophes and runs of space are one space."""
    return SPACE_IN_CJK.sub("", SEPARATORS.sub(" ", _without_marks(text.casefold()))).strip()


def _without_marks(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def _matches(sentence: str) -> Iterator[tuple[Terms, int]]:
    """What each rule finds in a folded sentence, and where."""
    if (match := _creative_commons(sentence)) is not None:
        yield match
    phrases = _phrases()
    for rule in phrases.rules:
        found = rule.phrases.search(sentence)
        if found is None or (rule.unless is not None and rule.unless.search(sentence)):
            continue
        if rule.also is not None and not rule.also.search(sentence):
            continue
        if rule.forbids is None or rule.forbids == bool(phrases.forbids.search(sentence)):
            yield rule.meaning, found.start()


def _creative_commons(sentence: str) -> tuple[Terms, int] | None:
    """Any of the six licences, by its short name, its address or its name in words."""
    patterns = _phrases().creative_commons
    if (found := patterns["short"].search(sentence)) is not None:
        parts = set(re.findall("nc|nd|sa", found[0]))
    elif (found := patterns["long"].search(sentence)) is not None:
        parts = {part for part in ("nc", "nd", "sa") if patterns[part].search(sentence)}
    else:
        return None
    version = VERSION.search(sentence, found.start())
    name = "-".join(["CC-BY", *(part.upper() for part in ("nc", "nd", "sa") if part in parts)])
    conditions: set[Condition] = {"credit_needed"}
    conditions |= {"non_commercial"} if "nc" in parts else set()
    conditions |= {"share_alike"} if "sa" in parts else set()
    licence: LicenceClass = "nc" if "nc" in parts else "other" if "nd" in parts else "cc-by"
    return Terms(licence, f"{name}-{version[1]}" if version else name, frozenset(conditions)), found.start()


def _around(sentence: str, part: float) -> str:
    """Return a sentence, or what stands around a match in it; folding hardly changes lengths."""
    plain = " ".join(sentence.split())
    start = min(max(int(part * len(plain)) - PHRASE_LENGTH // 3, 0), max(len(plain) - PHRASE_LENGTH, 0))
    return plain[start : start + PHRASE_LENGTH]


def _tidy(name: str) -> str:
    owner = re.split(r"\ball rights reserved\b", name, flags=re.IGNORECASE)[0]
    return " ".join(owner.split()).strip(" -\u2013*_#.")


@cache
def _phrases() -> _Phrases:
    table = tomllib.loads(files("indexer").joinpath("terms.toml").read_text(encoding="utf-8"))
    commons = {name: _pattern(phrases) for name, phrases in table["creative_commons"].items()}
    names = {name: re.compile("|".join(lines), re.I | re.M) for name, lines in table["names"].items()}
    return _Phrases(tuple(map(_rule, table["rule"])), _pattern(table["forbids"]), commons, names)


def _rule(entry: Mapping[str, Any]) -> _Rule:
    meaning = Terms(entry.get("licence", "unknown"), entry.get("name"), frozenset(entry.get("conditions", ())))
    unless, also = (_pattern(entry[name]) if name in entry else None for name in ("unless", "also"))
    return _Rule(_pattern(entry["phrases"]), meaning, unless, also, entry.get("forbids"))


def _pattern(phrases: Sequence[str]) -> re.Pattern[str]:
    r"""Compile phrases that are written folded; Japanese ones lose their marks as `fold` takes them.

    In ASCII mode, for a ``\b`` between Japanese and Latin letters: there is no space.
    """
    return re.compile(_without_marks("|".join(phrases)), re.ASCII)
