"""Search: question -> sounds that may come back -> ranking -> the hits in sight."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from cratedig.errors import QueryError
from cratedig.models import registry
from cratedig.models.base import EmbeddingModel
from cratedig.store.columns import Mask, Numbers
from cratedig.store.names import words_in
from cratedig.store.rows import HitRow, ModelRow
from cratedig.store.store import Store
from cratedig.types import IdArray, QueryKind
from cratedig.vectors.snapshot import open_index, refresh
from search.aspects import closeness
from search.explore import pool_size, varied
from search.facts import Facts, facts_of
from search.fusion import BOTH, fuse, only
from search.line import ParsedLine, Term
from search.moves import Move, moves_in
from search.names import Named, by_name, fused
from search.near import Near, Neighbours, best_places
from search.query import AnySound, ContentQuery, FileQuery, Query, QueryContext, content_of, query_of, reference
from search.rank import Ranking, Reason
from search.results import SearchHit, SearchResults
from search.score import by_aspects, by_fit, by_moves
from search.select import Selection, select

__all__ = ["SearchEngine", "SearchRequest"]

POOL = 3000  # of the nearest sounds are compared by what is measured, too
HEARD = 500  # of the nearest sounds take part in the fusion with names
MOST_SAID = 8  # unknown words in a message
NOBODY = Named(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """A question; see `ParsedLine`, which most are made of.

    Attributes
    ----------
    query : Query or AnySound
    k : int
        How many sounds are wanted.
    filters : tuple of tuple of Term
        A sound must meet one of each group.
    phrases : tuple of str
        Words to look for in names and tags, too.
    references : tuple of FileQuery or ContentQuery
        What `moves` and `by` compare with.
    moves : tuple of Move
    by : tuple of (str, float)
        Aspects and weights.
    fits : FileQuery or ContentQuery, optional
        What the sounds are to play with.
    explore : int
        0 to 100.
    model : str
        Name of a model whose vectors the library keeps, or ``both``; empty is the engine's own.
    """

    query: Query | AnySound
    k: int = 20
    filters: tuple[tuple[Term, ...], ...] = ()
    phrases: tuple[str, ...] = ()
    references: tuple[FileQuery | ContentQuery, ...] = ()
    moves: tuple[Move, ...] = ()
    by: tuple[tuple[str, float], ...] = ()
    fits: FileQuery | ContentQuery | None = None
    explore: int = 0
    model: str = ""

    @property
    def title(self) -> str:
        """The question in words."""
        if self.fits is None:
            return self.query.title
        fitting = f"fits {self.fits.title.removeprefix('like ')}"
        return fitting if isinstance(self.query, AnySound) else f"{self.query.title}, {fitting}"

    @property
    def unranked(self) -> bool:
        """Whether there is nothing to rank by."""
        return isinstance(self.query, AnySound) and self.fits is None

    @classmethod
    def of(cls, line: ParsedLine, k: int) -> SearchRequest:
        """Return the question that a line asks."""
        references = tuple(map(reference, line.likes))
        return cls(
            query_of(line),
            k,
            line.filters,
            phrases=() if references or line.fits else line.phrases,
            references=references,
            moves=moves_in(" ".join(line.phrases), " ".join(line.away)) if references else (),
            by=line.by,
            fits=None if line.fits is None else reference(line.fits),
            explore=line.explore,
            model=line.model,
        )


class SearchEngine:
    """Answers questions about one library, in one thread.

    Parameters
    ----------
    store : Store
    model : EmbeddingModel
    names_share : float
        Weight of words in names and tags against what words mean, 0 to 1.
    models : Path, optional
        Folder of installed models: where those that the library keeps beside its own are.

    Raises
    ------
    ModelMismatchError
        The library was made with another model.
    """

    def __init__(
        self, store: Store, model: EmbeddingModel, names_share: float = 0.0, models: Path | None = None
    ) -> None:
        self._store = store
        self._model = model
        self._models = models
        self._others: dict[str, SearchEngine] = {}
        self._names_share = names_share
        self._columns = store.columns
        self._row = store.require_model(model.info)
        self._context = QueryContext(store, model, self._row)
        with self._columns.reading():
            self._index = open_index(store, self._row)
            self._revision = self._columns.revision
        self._neighbours = Neighbours(self._index, store.columns, self._row)

    def refresh(self) -> None:
        """Take in what was indexed since, as `rank` does too; next to nothing when nothing was."""
        with self._columns.reading():
            self._refresh()

    def _refresh(self) -> None:
        if self._columns.revision != self._revision:
            refresh(self._index, self._store, self._row)
            self._revision = self._columns.revision

    def search(self, request: SearchRequest) -> SearchResults:
        """Answer a question: `k` hits come back whenever `k` sounds that meet the filters exist.

        Raises
        ------
        QueryError
            The question cannot be understood, or a reference cannot be read.
        """
        ranking = self.rank(request)
        return SearchResults(ranking.title, self.hits(ranking, 0, len(ranking)), ranking.note)

    def rank(self, request: SearchRequest) -> Ranking:
        """Put at most `k` sounds in order.

        Raises
        ------
        QueryError
            See `search`.
        """
        if request.model:
            return self._by_models(request)
        with self._columns.reading():
            self._refresh()
            selection = select(request.filters, self._columns) if request.filters else None
            if not request.explore:
                return self._ranked(request, selection)
            pool = pool_size(request.k, request.explore)
            longer = replace(request, k=len(self._columns.ids) if request.unranked else max(pool, request.k))
            return self._varied(self._ranked(longer, selection), request, pool)

    def _by_models(self, request: SearchRequest) -> Ranking:
        """Ask the models that a request names, and fuse their orders when they are several."""
        kept = self._store.models
        named = [row for row in kept if request.model in {row.name, BOTH}]
        if not named:
            raise QueryError(
                f"The library keeps no vectors of the model {request.model}.",
                f"It has {', '.join(row.name for row in kept)}. To add one: cratedig index --beside NAME",
            )
        engines = [self._engine(row) for row in named]
        if len(engines) == 1 or request.unranked:
            ranking = engines[0].rank(replace(request, model=""))
            return only(ranking, kept[0].name) if request.model == BOTH and len(kept) == 1 else ranking
        alone = replace(request, model="", k=max(request.k, HEARD))
        rankings = [engine.rank(alone) for engine in engines]
        sounds = [self._columns.sounds_of(r.ids, row) for r, row in zip(rankings, named, strict=True)]
        return fuse(rankings, sounds, [row.name for row in named], request.k)

    def _engine(self, row: ModelRow) -> SearchEngine:
        if row.key == self._row.key:
            return self
        if row.key not in self._others:
            model = registry.load(row.name, self._models)
            self._others[row.key] = SearchEngine(self._store, model, self._names_share)
        return self._others[row.key]

    def hits(self, ranking: Ranking, start: int, stop: int) -> tuple[SearchHit, ...]:
        """Fetch what is shown of the sounds from place `start` to before `stop`; one that has gone is left out."""
        places = range(*slice(start, stop).indices(len(ranking)))
        ids = ranking.ids[start:stop].tolist()
        files = [-1] * len(ids) if ranking.files is None else ranking.files[start:stop].tolist()
        rows = self._store.segments.hits(zip(ids, files, strict=True))
        tags = self._store.tags.in_force(row.content_id for row in rows.values())
        return tuple(
            _hit(ranking, place, rows[i], tags.get(rows[i].content_id, ()))
            for place, i in zip(places, ids, strict=True)
            if i in rows
        )

    def itself(self, query: FileQuery | ContentQuery) -> tuple[SearchHit, ...]:
        """Return the one sound that a reference is, by its audio, in the very file that it names where that is known.

        QueryError when the reference cannot be read; nothing when the library has no such sound.
        """
        content = content_of(query, self._store)
        named = self._store.files.known([os.fsencode(query.path)] if isinstance(query, FileQuery) else [])
        files = np.array([row.id for row in named.values()] or [-1], dtype=np.int64)
        with self._columns.reading():
            sounds = self._columns.rows(np.array(self._store.tags.ids([content.hash]), dtype=np.int64))
            everything = self._neighbours.all(None)
            near = everything.take(everything.places(sounds))
        return self.hits(Ranking(query.title, near.segments, files=files[: len(near.segments)]), 0, 1)

    def facts(self, query: FileQuery | ContentQuery) -> Facts:
        """Look up or measure what is known of a reference.

        Raises
        ------
        QueryError
            It cannot be read.
        """
        with self._columns.reading():
            return facts_of(query, self._context)

    def _ranked(self, request: SearchRequest, selection: Selection | None) -> Ranking:
        if request.fits is not None:
            return self._fitting(request, request.fits, selection)
        if isinstance(request.query, AnySound):
            return self._listed(request, selection)
        if request.moves or request.by:
            return self._measured(request, request.query, selection)
        return self._heard(request, request.query, selection)

    def _listed(self, request: SearchRequest, selection: Selection | None) -> Ranking:
        """Put sounds in order of path, by their first segment."""
        near = self._neighbours.all(selection)
        if selection is not None and selection.files is not None:
            files = selection.files[near.sounds]
        else:
            files = np.searchsorted(self._columns.file_sounds, near.sounds)
        order = np.argsort(self._columns.path_order()[files])[: request.k]
        return Ranking(request.title, near.segments[order], files=self._columns.file_ids[files[order]])

    def _heard(self, request: SearchRequest, query: Query, selection: Selection | None) -> Ranking:
        """Put sounds in order of nearness, fused with what their names say."""
        unknown, share = self._unknown(request.phrases)
        named = by_name(request.phrases, self._store) if share else NOBODY
        if selection is not None:
            named = named.among(selection.sounds)
        if share == 1:
            return self._named(request, named, selection, unknown)
        vectors = query.to_vectors(self._context)
        near = self._neighbours.nearest(vectors, max(request.k, HEARD) if len(named.sounds) else request.k, selection)
        if not len(named.sounds):
            return self._ranking(request, near, selection)
        heard = len(near.sounds)
        near = near.joined(self._neighbours.compared(vectors, named.sounds[~np.isin(named.sounds, near.sounds)]))
        order, lifted = fused(heard, near.places(named.sounds), len(near.sounds), share)
        best = order[: request.k]
        ranking = self._ranking(request, near.take(best), selection, named=named, by_name=lifted[: request.k])
        note = f"Looked for in names only: {', '.join(unknown)}." if unknown else ""
        return replace(ranking, note=note)

    def _unknown(self, phrases: tuple[str, ...]) -> tuple[list[str], float]:
        """Words that mean nothing to the model, and the weight of names: the more such words, the more."""
        words = sum(len(words_in(phrase)) for phrase in phrases)
        unknown = [word for phrase in phrases for word in self._model.unknown_words(phrase)]
        missing = min(len(unknown) / words, 1.0) if words else 0.0
        if not words or (not self._names_share and missing < 1):
            return [], 0.0
        return list(dict.fromkeys(unknown))[:MOST_SAID], missing + (1 - missing) * self._names_share

    def _named(self, request: SearchRequest, named: Named, selection: Selection | None, unknown: list[str]) -> Ranking:
        """Put sounds in order of what their names say alone."""
        everything = self._neighbours.all(selection)
        near = everything.take(everything.places(named.sounds)[: request.k])
        by_name = np.ones(len(near.sounds), dtype=bool)
        ranking = self._ranking(request, near, selection, named=named, by_name=by_name)
        note = f"No word of it is known ({', '.join(unknown)}): results by name only." if unknown else ""
        return replace(ranking, scores=None, note=note)

    def _measured(self, request: SearchRequest, query: Query, selection: Selection | None) -> Ranking:
        """Put sounds in order of closeness in some aspects, moved where words say."""
        facts = [facts_of(query, self._context) for query in request.references]
        by = request.by or (("meaning", 1.0),)
        near = self._neighbours.nearest(query.to_vectors(self._context), max(POOL, request.k), selection)
        if by != (("meaning", 1.0),):
            near = self._neighbours.spread(near, selection)
        total, reasons = by_aspects(by, facts, self._columns, near)
        if request.moves:
            moved, said = by_moves(request.moves, facts, self._columns, near.sounds)
            total, reasons = total + moved, (*reasons, *said)
        return self._scored(request, near, total, reasons, selection)

    def _fitting(self, request: SearchRequest, fits: FileQuery | ContentQuery, selection: Selection | None) -> Ranking:
        """Put sounds in order of how well they would play with a reference, and of what words say."""
        kind: QueryKind = "audio"
        alike = self._neighbours.nearest(fits.to_vectors(self._context), POOL, selection)
        near = self._neighbours.spread(alike, selection)
        matches = self._model.info.calibration[kind].scores(near.cosines)
        total, reasons = by_fit(facts_of(fits, self._context), self._columns, near.sounds, matches)
        if not isinstance(request.query, AnySound):
            asked = self._neighbours.nearest(request.query.to_vectors(self._context), POOL, selection)
            near = self._neighbours.spread(asked, selection)
            total = total + closeness(1 - near.cosines.astype(np.float64))
        return self._scored(request, near, total, reasons, selection)

    def _scored(
        self,
        request: SearchRequest,
        near: Near,
        total: Numbers,
        reasons: tuple[Reason, ...],
        selection: Selection | None,
    ) -> Ranking:
        best = best_places(total, request.k)
        ranking = self._ranking(request, near.take(best), selection)
        return replace(ranking, reasons=tuple(reason.take(best) for reason in reasons))

    def _varied(self, ranking: Ranking, request: SearchRequest, pool: int) -> Ranking:
        """Put different sounds first: of the best, or of all alike where nothing is better."""
        last = len(ranking) if request.unranked else min(pool, len(ranking))
        places = np.unique(np.linspace(0, max(last - 1, 0), min(pool, last)).astype(np.int64))
        sounds = self._neighbours.sounds_of(ranking.ids[places])
        chosen = places[varied(sounds, self._columns.packs()[sounds], self._columns, request.k, request.explore)]
        others = np.setdiff1d(np.arange(len(ranking)), chosen)
        return ranking.take(np.concatenate([chosen, others])[: request.k])

    def _ranking(
        self,
        request: SearchRequest,
        near: Near,
        selection: Selection | None,
        *,
        named: Named | None = None,
        by_name: Mask | None = None,
    ) -> Ranking:
        kind = None if isinstance(request.query, AnySound) else request.query.kind
        files: IdArray | None = None
        if selection is not None and selection.files is not None:
            files = self._columns.file_ids[selection.files[near.sounds]]
        elif named is not None:
            file_of = np.full(len(self._columns.ids), -1, dtype=np.int64)
            file_of[named.sounds] = named.files
            files = file_of[near.sounds]
        return Ranking(
            request.title,
            near.segments,
            None if kind is None else self._model.info.calibration[kind].scores(near.cosines),
            files,
            by_name,
        )


def _hit(ranking: Ranking, place: int, row: HitRow, tags: tuple[str, ...]) -> SearchHit:
    return SearchHit(
        rank=place + 1,
        score=None if ranking.scores is None else float(ranking.scores[place]),
        path=os.fsdecode(row.path),
        start_s=row.start_s,
        end_s=row.end_s,
        duration_s=row.duration_s,
        pack=row.pack,
        kind=row.kind,
        bpm=row.bpm,
        key=row.key,
        content=row.content_hash,
        tags=tags,
        favourite=bool(row.favourite),
        by_name=ranking.by_name is not None and bool(ranking.by_name[place]),
        why=ranking.why(place),
    )
