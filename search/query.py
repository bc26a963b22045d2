"""Questions: each knows how to become a vector."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Protocol

import numpy as np

from cratedig.audio.content import Sound, open_sound
from cratedig.errors import AudioError, QueryError
from cratedig.models.base import EmbeddingModel
from cratedig.store.rows import ModelRow
from cratedig.store.store import Store
from cratedig.types import FloatArray, QueryKind

__all__ = ["AnySound", "ContentQuery", "FileQuery", "Query", "QueryContext", "TextQuery"]

MAX_WINDOWS = 256  # of a reference file: four minutes say what a sound is like
WINDOWS_PER_CALL = 32


@dataclass(frozen=True, slots=True)
class QueryContext:
    """What a question may look at."""

    store: Store
    model: EmbeddingModel
    model_row: ModelRow


class Query(Protocol):
    """A question."""

    @property
    def kind(self) -> QueryKind:
        """Whose calibration its scores take."""
        ...

    @property
    def title(self) -> str:
        """The question in words."""
        ...

    def to_vector(self, context: QueryContext) -> FloatArray:
        """Return a unit vector, shape (dim,)."""
        ...


@dataclass(frozen=True, slots=True)
class AnySound:
    """Every sound that meets the filters, in order of path: there is nothing to rank by."""

    title = "any sound"


@dataclass(frozen=True, slots=True)
class TextQuery:
    """Sounds that words describe."""

    text: str
    kind: QueryKind = "text"

    @property
    def title(self) -> str:
        """See `Query.title`."""
        return self.text

    def to_vector(self, context: QueryContext) -> FloatArray:
        """See `Query.to_vector`."""
        vector: FloatArray = context.model.embed_text([self.text])[0]
        return vector


@dataclass(frozen=True, slots=True)
class ContentQuery:
    """Sounds like one in the library, named by its content hash or the beginning of it."""

    hash_prefix: str
    kind: QueryKind = "audio"

    @property
    def title(self) -> str:
        """See `Query.title`."""
        return f"like {self.hash_prefix}"

    def to_vector(self, context: QueryContext) -> FloatArray:
        """See `Query.to_vector`.

        Raises
        ------
        QueryError
            No content, or more than one, has a hash that begins so; or it is silent or not embedded yet.
        """
        found = context.store.files.contents_like(self.hash_prefix)
        if not found:
            raise QueryError(
                f"No sound in the library has the id {self.hash_prefix!r}.",
                "Give a file, or the content id that `cratedig search --json` shows.",
            )
        if len(found) > 1:
            raise QueryError(
                f"More than one sound has an id that begins with {self.hash_prefix!r}.", "Give more of it."
            )
        if found[0].silent:
            raise QueryError(f"The sound {self.hash_prefix} is silent.", "Choose one with something to hear.")
        stored = _stored_vector(found[0].hash, context)
        if stored is None:
            raise QueryError(
                f"The sound {self.hash_prefix} was not there when the library changed its model.",
                "Connect its drive and run: cratedig index",
            )
        return stored


@dataclass(frozen=True, slots=True)
class FileQuery:
    """Sounds like an audio file, in the library or not."""

    path: Path
    kind: QueryKind = "audio"

    @property
    def title(self) -> str:
        """See `Query.title`."""
        return f"like {self.path.name}"

    def to_vector(self, context: QueryContext) -> FloatArray:
        """See `Query.to_vector`.

        Raises
        ------
        QueryError
            The file cannot be opened, is not readable as audio, or is silent.
        """
        try:
            sound = open_sound(self.path)
            if sound.content.silent:
                raise QueryError(f"{self.path} is silent.", "Choose a file with something to hear.")
            stored = _stored_vector(sound.content.hash, context)
            return _mean_direction(_embed(sound, context.model)) if stored is None else stored
        except AudioError as error:
            raise QueryError(f"{self.path} cannot be read: {error.message}.", error.hint) from None
        except OSError as error:
            raise QueryError(f"{self.path} cannot be opened ({error.strerror}).") from None


def _stored_vector(content_hash: str, context: QueryContext) -> FloatArray | None:
    """Mean direction of a content's segments; None when the library has none of it."""
    segments = context.store.segments.of_content(content_hash, context.model_row)
    return _mean_direction(np.stack([segment.vector for segment in segments])) if segments else None


def _embed(sound: Sound, model: EmbeddingModel) -> FloatArray:
    windows = islice(sound.windows(model.info.sr, model.info.window_s), MAX_WINDOWS)
    ys = [window.y for window in windows]
    return np.concatenate(
        [model.embed_audio(ys[start : start + WINDOWS_PER_CALL]) for start in range(0, len(ys), WINDOWS_PER_CALL)]
    )


def _mean_direction(vectors: FloatArray) -> FloatArray:
    total = vectors.sum(axis=0)
    return np.asarray(total / np.linalg.norm(total), dtype=np.float32)
