"""What corrections teach: accuracy on sounds that were not corrected, after 0 to 50 corrections a class.

    python -m benchmarks.eval_lessons --part validation
    python -m benchmarks.eval_lessons --part test --write    # figures and plot of docs/tags.md

A user with a library of unseen sources corrects the instrument of up to n sounds a class: the right one is accepted,
and a wrong one that was proposed is rejected. The other half of the library is judged. It is drawn by sound (the same
packs: what corrections are for) or by whole packs (what they carry over to packs never corrected).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from numpy.typing import NDArray

from benchmarks.heard import arguments, open_part
from benchmarks.record import report
from cratedig.models.base import EmbeddingModel
from cratedig.store.measures import DESCRIPTORS
from cratedig.tags.ear import ENOUGH, Ear, Lesson
from cratedig.tags.head import Head
from cratedig.tags.vocabulary import OWN, Vocabulary, read_vocabulary
from cratedig.types import FloatArray
from train.corpus import Clip
from train.tag_thresholds import truth

mpl.use("Agg")
from matplotlib import pyplot as plt

PLOT = Path(__file__).parents[1] / "docs" / "tags" / "lessons.png"
CORRECTIONS = (0, 1, 5, 10, 50)
SEEDS = 5
OWN_TERM = "term of my own"  # the model learns nothing from its words
FEWEST = 10  # sounds of a class that stands in for a term of one's own

Rows = NDArray[np.int64]


def lesson(vectors: FloatArray, accepted: Rows, rejected: Rows) -> Lesson:
    """What these sounds teach of one term."""

    def direction(rows: Rows) -> FloatArray:
        total = vectors[rows].sum(axis=0)
        return np.asarray(total / max(float(np.linalg.norm(total)), 1e-9), dtype=np.float32)

    return Lesson(direction(accepted), len(accepted), direction(rejected), len(rejected))


def likeliest(
    model: EmbeddingModel, head: Head, vocabulary: Vocabulary, lessons: Mapping[str, Lesson], vectors: FloatArray
) -> NDArray[np.str_]:
    """Likeliest instrument of each sound."""
    found = Ear(vocabulary, model.info, model.embed_text, head, lessons).scores(vectors)["instrument"]
    best: NDArray[np.str_] = np.array(found.terms)[found.scores.argmax(axis=1)]
    return best


def corrected(
    vectors: FloatArray, known: NDArray[np.str_], said: NDArray[np.str_], pool: Rows, n: int, rng: np.random.Generator
) -> dict[str, Lesson]:
    """Lessons of up to `n` corrections a class, drawn from `pool`."""
    shown = [rng.permutation(pool[known[pool] == term])[:n] for term in np.unique(known[pool])]
    corrections = np.concatenate(shown)
    terms = np.unique(np.concatenate([known[corrections], said[corrections]]))
    wrong = corrections[said[corrections] != known[corrections]]
    return {
        str(term): lesson(vectors, corrections[known[corrections] == term], wrong[said[wrong] == term])
        for term in terms
    }


def halves(packs: Sequence[str], *, by_pack: bool, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Which sounds are in the first half."""
    if not by_pack:
        return rng.random(len(packs)) < 0.5
    names = sorted(set(packs))
    first = set(rng.permutation(names)[: len(names) // 2].tolist())
    return np.array([pack in first for pack in packs])


def curve(
    model: EmbeddingModel, head: Head, vectors: FloatArray, clips: Sequence[Clip], *, by_pack: bool
) -> dict[str, float]:
    """Accuracy by number of corrections a class, over seeds and both ways round."""
    vocabulary = read_vocabulary(None, DESCRIPTORS)
    known = np.array([truth(vocabulary, clip.cls, "instrument") for clip in clips])
    said = likeliest(model, head, vocabulary, {}, vectors)
    right: dict[int, list[bool]] = {n: [] for n in CORRECTIONS}
    for seed in range(SEEDS):
        rng = np.random.default_rng(seed)
        first = halves([clip.pack for clip in clips], by_pack=by_pack, rng=rng)
        for judged, pool in ((first, ~first), (~first, first)):
            for n in CORRECTIONS:
                taught = corrected(vectors, known, said, np.flatnonzero(pool), n, rng) if n else {}
                now = likeliest(model, head, vocabulary, taught, vectors[judged])
                right[n] += (now == known[judged]).tolist()
    return {str(n): round(float(np.mean(of_n)), 3) for n, of_n in right.items()}


def own_term(model: EmbeddingModel, head: Head, vectors: FloatArray, clips: Sequence[Clip]) -> dict[str, float]:
    """Precision and recall of a term of one's own after five examples, over classes that stand in for it."""
    vocabulary = read_vocabulary(None, DESCRIPTORS).with_own([OWN_TERM])
    classes = np.array([str(clip.cls) for clip in clips])
    hits = proposed = members = 0
    for seed in range(SEEDS):
        rng = np.random.default_rng(seed)
        for name, count in zip(*np.unique(classes, return_counts=True), strict=True):
            if count < FEWEST:
                continue
            examples = rng.choice(np.flatnonzero(classes == name), ENOUGH, replace=False)
            others = np.setdiff1d(np.arange(len(classes)), examples)
            taught = {OWN_TERM: lesson(vectors, examples, examples[:0])}
            found = Ear(vocabulary, model.info, model.embed_text, head, taught).scores(vectors[others])[OWN]
            is_sure, right = found.scores[:, 0] >= found.needed[0], classes[others] == name
            hits, proposed = hits + int((is_sure & right).sum()), proposed + int(is_sure.sum())
            members += int(right.sum())
    return {"precision": round(hits / max(proposed, 1), 3), "recall": round(hits / members, 3)}


def main() -> None:
    """Command line."""
    args = arguments(__doc__)
    heard = open_part(args.model, args.models, args.part)
    model, head, vocabulary = heard.model, heard.head, read_vocabulary(None, DESCRIPTORS)
    rows = [i for i, clip in enumerate(heard.clips) if truth(vocabulary, clip.cls, "instrument")]
    clips, vectors = [heard.clips[i] for i in rows], heard.vectors[rows]
    figures: dict[str, Any] = {
        "model": model.info.key,
        "part": args.part,
        "sounds": len(clips),
        "seeds": SEEDS,
        "same_packs": curve(model, head, vectors, clips, by_pack=False),
        "other_packs": curve(model, head, vectors, clips, by_pack=True),
        "own_term_after_five": own_term(model, head, vectors, clips),
    }
    report(f"tag-lessons-{args.part}", figures, write=args.write)
    if args.write:
        _plot(figures)


def _plot(figures: Mapping[str, Any]) -> None:
    figure, plane = plt.subplots(figsize=(5.5, 4), constrained_layout=True)
    for name in ("same_packs", "other_packs"):
        label = name.replace("_", " ")
        plane.plot(range(len(CORRECTIONS)), list(figures[name].values()), marker="o", label=label)
    plane.set_xticks(range(len(CORRECTIONS)), [str(n) for n in CORRECTIONS])
    title = f"{figures['part']} sources, {figures['sounds']} sounds"
    plane.set(xlabel="corrections a class", ylabel="instrument right", title=title, ylim=(0, 1))
    plane.legend()
    figure.savefig(PLOT, dpi=110)
    plt.close(figure)


if __name__ == "__main__":
    main()
