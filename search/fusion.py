"""Several models over one library: their orders fused by reciprocal rank, as no cosine of one means the other's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from cratedig.store.columns import Numbers
from cratedig.types import FloatArray, IdArray
from search.names import SOFTENING
from search.near import best_places
from search.rank import Ranking, Reason

__all__ = ["BOTH", "fuse", "only"]

BOTH = "both"


def fuse(rankings: Sequence[Ranking], sounds: Sequence[IdArray], models: Sequence[str], k: int) -> Ranking:
    """Fuse the orders of several models.

    Parameters
    ----------
    rankings : sequence of Ranking
        Of one question by each model; what is shown of a sound comes from the first that has it.
    sounds : sequence of ndarray of int64
        Row of the sound at each place of each ranking.
    models : sequence of str
        Name of each model.
    k : int
        How many sounds are wanted.

    Returns
    -------
    Ranking
        The match of a sound is the mean over the models that have it; the reasons are its places.
    """
    rows, first = np.unique(np.concatenate(sounds), return_index=True)
    places = np.full((len(rankings), len(rows)), np.nan)
    for of_model, own in zip(places, sounds, strict=True):
        of_model[np.searchsorted(rows, own)] = np.arange(len(own))
    total = np.nansum(1 / (SOFTENING + 1 + places), axis=0)
    # Equal sums keep the order of the first model.
    order = np.argsort(first, kind="stable")
    order = order[best_places(total[order], k)]
    shown = _joined(rankings).take(first[order])
    reasons = tuple(
        Reason(of_model[order], partial(_place, model)) for model, of_model in zip(models, places, strict=True)
    )
    return replace(shown, scores=_mean_score(rankings, places[:, order]), reasons=reasons)


def only(ranking: Ranking, model: str) -> Ranking:
    """Say with the order of one model that there is no other to ask."""
    note = f"The library has vectors of {model} only. For those of another model: cratedig index --beside NAME."
    return replace(ranking, note=f"{ranking.note} {note}".strip())


def _joined(rankings: Sequence[Ranking]) -> Ranking:
    """One ranking after the other, without scores and reasons."""
    files = [ranking.files for ranking in rankings if ranking.files is not None]
    by_name = [np.zeros(len(r), dtype=bool) if r.by_name is None else r.by_name for r in rankings]
    return Ranking(
        rankings[0].title,
        np.concatenate([ranking.ids for ranking in rankings]),
        files=np.concatenate(files) if len(files) == len(rankings) else None,
        by_name=np.concatenate(by_name),
    )


def _mean_score(rankings: Sequence[Ranking], places: Numbers) -> FloatArray | None:
    """Mean match of each sound over the models that have it; `places` has shape (models, n)."""
    scores = [ranking.scores for ranking in rankings]
    found = np.full(places.shape, np.nan)
    for row, own, at in zip(found, scores, places, strict=True):
        if own is None:
            return None
        has = ~np.isnan(at)
        row[has] = own[at[has].astype(np.int64)]
    return np.nanmean(found, axis=0).astype(np.float32) if places.size else np.empty(0, np.float32)


def _place(model: str, place: float) -> str:
    return "" if np.isnan(place) else f"{model} place {int(place) + 1}"
