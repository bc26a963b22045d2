"""What every renderer yields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

SR = 48000


@dataclass(frozen=True, slots=True)
class Rendered:
    """A sound, mono at `SR`, shape (n,), and its labels as in the corpus' manifest."""

    y: NDArray[np.float32]
    row: dict[str, Any]


def one_shot(pack: str, number: int | str, cls: str, words: tuple[str, ...]) -> dict[str, Any]:
    """Labels of one sound of a pack."""
    return {"pack": pack, "path": f"{pack}/{number}", "words": [cls, *words], "cls": cls, "kind": "oneshot"}
