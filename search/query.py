"""Questions: each knows how to become a vector."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from cratedig.errors import AudioError, QueryError
from cratedig.models.base import EmbeddingModel
from cratedig.store.rows import ModelRow
from cratedig.store.store import Store
from cratedig.types import Content, FloatArray, QueryKind
from search.line import ParsedLine
from search.moves import plain
from search.opened import opened

__all__ = [
    "AnySound",
    "AwayQuery",
    "BlendQuery",
    "ContentQuery",
    "EitherQuery",
    "FileQuery",
    "Query",
    "QueryContext",
    "TextQuery",
    "query_of",
    "reference",
]

WORDS_SHARE = 1.0  # of words, against the references that they change (benchmarks/blend.py)
NEUTRAL = "sound"
AWAY_SHARE = 0.5  # of what is pushed away, against what is wanted


@dataclass(frozen=True, slots=True)
class QueryContext:
    """What a question may look at."""

    store: Store
    model: EmbeddingModel
    model_row: ModelRow


class Query(Protocol):
    """A question."""

    @property
    def kind(self) -> QueryKind | None:
        """Whose calibration its scores take; None when nearness says nothing of a match."""
        ...

    @property
    def title(self) -> str:
        """The question in words."""
        ...

    def to_vectors(self, context: QueryContext) -> FloatArray:
        """Return unit vectors, shape (n, dim): a sound need be near one of them."""
        ...


@dataclass(frozen=True, slots=True)
class AnySound:
    """Every sound that meets the filters, in order of path: there is nothing to rank by."""

    title = "any sound"


@dataclass(frozen=True, slots=True)
class TextQuery:
    """Sounds that words describe, and others do not."""

    text: str
    away: str = ""
    kind: QueryKind = "text"

    @property
    def title(self) -> str:
        """See `Query.title`."""
        return f"{self.text}, not {self.away}" if self.away else self.text

    def to_vectors(self, context: QueryContext) -> FloatArray:
        """See `Query.to_vectors`."""
        if not self.away:
            return context.model.embed_text([self.text])
        wanted, away = context.model.embed_text([self.text, self.away])
        return _unit(wanted - AWAY_SHARE * away)[np.newaxis]


@dataclass(frozen=True, slots=True)
class EitherQuery:
    """Sounds that answer one of several questions in words."""

    queries: tuple[TextQuery, ...]
    kind: QueryKind = "text"

    @property
    def title(self) -> str:
        """See `Query.title`."""
        return " or ".join(query.title for query in self.queries)

    def to_vectors(self, context: QueryContext) -> FloatArray:
        """See `Query.to_vectors`."""
        return np.concatenate([query.to_vectors(context) for query in self.queries])


@dataclass(frozen=True, slots=True)
class AwayQuery:
    """Sounds that words describe least."""

    away: str
    kind: None = None

    @property
    def title(self) -> str:
        """See `Query.title`."""
        return f"not {self.away}"

    def to_vectors(self, context: QueryContext) -> FloatArray:
        """See `Query.to_vectors`."""
        return -context.model.embed_text([self.away])


@dataclass(frozen=True, slots=True)
class ContentQuery:
    """Sounds like one in the library, named by its content hash or the beginning of it."""

    hash_prefix: str
    kind: QueryKind = "audio"

    @property
    def title(self) -> str:
        """See `Query.title`."""
        return f"like {self.hash_prefix}"

    def to_vectors(self, context: QueryContext) -> FloatArray:
        """See `Query.to_vectors`.

        Raises
        ------
        QueryError
            No content, or more than one, has a hash that begins so; or it is silent or not embedded yet.
        """
        content = content_of(self, context.store)
        if content.silent:
            raise QueryError(f"The sound {self.hash_prefix} is silent.", "Choose one with something to hear.")
        stored = _stored_vector(content.hash, context)
        if stored is None:
            raise QueryError(
                f"The sound {self.hash_prefix} was not there when the library changed its model.",
                "Connect its drive and run: cratedig index",
            )
        return stored[np.newaxis]


@dataclass(frozen=True, slots=True)
class FileQuery:
    """Sounds like an audio file, in the library or not."""

    path: Path
    kind: QueryKind = "audio"

    @property
    def title(self) -> str:
        """See `Query.title`."""
        return f"like {self.path.name}"

    def to_vectors(self, context: QueryContext) -> FloatArray:
        """See `Query.to_vectors`.

        Raises
        ------
        QueryError
            The file cannot be opened, is not readable as audio, or is silent.
        """
        with readable(self.path):
            file = opened(self.path)
            content = file.sound.content
            if content.silent:
                raise QueryError(f"{self.path} is silent.", "Choose a file with something to hear.")
            stored = _stored_vector(content.hash, context)
            vector = _mean_direction(file.vectors(context.model)) if stored is None else stored
            return vector[np.newaxis]


@dataclass(frozen=True, slots=True)
class BlendQuery:
    """Sounds like several references at once, moved towards words and away from others."""

    references: tuple[FileQuery | ContentQuery, ...]
    words: str = ""
    away: str = ""
    kind: QueryKind = "audio"

    @property
    def title(self) -> str:
        """See `Query.title`."""
        like = " and ".join(query.title.removeprefix("like ") for query in self.references)
        moved = f", {self.words}" if self.words else ""
        return f"like {like}{moved}{f', not {self.away}' if self.away else ''}"

    def to_vectors(self, context: QueryContext) -> FloatArray:
        """See `Query.to_vectors`."""
        vector = _mean_direction(np.concatenate([query.to_vectors(context) for query in self.references]))
        for words, share in ((self.words, WORDS_SHARE), (self.away, -WORDS_SHARE)):
            if words:  # text lies on a cone of its own: only what the words add to none moves a sound
                said, nothing = context.model.embed_text([words, NEUTRAL])
                vector = vector + share * (said - nothing)
        return _unit(vector)[np.newaxis]


def content_of(query: FileQuery | ContentQuery, store: Store) -> Content:
    """Return the content of a file, in the library or not, or the one whose hash begins as the query says.

    Raises
    ------
    QueryError
        The file cannot be read; or there is no such hash, or more than one.
    """
    if isinstance(query, FileQuery):
        with readable(query.path):
            return opened(query.path).sound.content
    found = store.files.contents_like(query.hash_prefix)
    if not found:
        raise QueryError(
            f"No sound in the library has the id {query.hash_prefix!r}.",
            "Give a file, or the content id that `cratedig search --json` shows.",
        )
    if len(found) > 1:
        raise QueryError(f"More than one sound has an id that begins with {query.hash_prefix!r}.", "Give more of it.")
    return found[0]


@contextlib.contextmanager
def readable(path: Path) -> Iterator[None]:
    """Say in words why a reference cannot be read."""
    try:
        yield
    except AudioError as error:
        raise QueryError(f"{path} cannot be read: {error.message}.", error.hint) from None
    except OSError as error:
        raise QueryError(f"{path} cannot be opened ({error.strerror}).") from None


def query_of(line: ParsedLine) -> Query | AnySound:
    """Return what a line asks for, filters apart."""
    words, away = plain(" ".join(line.phrases)), plain(" ".join(line.away))
    references = tuple(map(reference, line.likes))
    if len(references) == 1 and not (words or away):
        return references[0]
    if references:
        return BlendQuery(references, words, away)
    texts = tuple(TextQuery(phrase, away) for phrase in line.phrases)
    if texts:
        return texts[0] if len(texts) == 1 else EitherQuery(texts)
    return AwayQuery(away) if away else AnySound()


def reference(text: str) -> FileQuery | ContentQuery:
    """Return the question that a reference of a line stands for: an absolute path, or a content id."""
    return FileQuery(Path(text)) if Path(text).is_absolute() else ContentQuery(text)


def _stored_vector(content_hash: str, context: QueryContext) -> FloatArray | None:
    """Mean direction of a content's segments; None when the library has none of it."""
    segments = context.store.segments.of_content(content_hash, context.model_row)
    return _mean_direction(np.stack([segment.vector for segment in segments])) if segments else None


def _mean_direction(vectors: FloatArray) -> FloatArray:
    return _unit(vectors.sum(axis=0))


def _unit(vector: FloatArray) -> FloatArray:
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-9), dtype=np.float32)
