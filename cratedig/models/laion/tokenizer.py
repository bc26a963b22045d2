"""RoBERTa's tokenizer from its two published files, checked before it is used."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from cratedig.errors import ModelDamagedError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

__all__ = ["LONGEST", "make_tokenizer"]

LONGEST = 77  # tokens of a text that are read, with the two that enclose it
SPECIAL = ("<s>", "<pad>", "</s>", "<unk>")  # of RoBERTa, with the ids 0 to 3


def make_tokenizer(folder: Path, n_tokens: int) -> Tokenizer:
    """Make the tokenizer of ``vocab.json`` and ``merges.txt`` in `folder`.

    A tokenizer of too few tokens gives every text the same vector and no error: hence the count.

    Parameters
    ----------
    folder : Path
        Holds the two files.
    n_tokens : int
        How many tokens the text tower knows: 50,265 in every official checkpoint.

    Raises
    ------
    ModelDamagedError
        A file is missing or not what it should be.
    """
    from tokenizers import Tokenizer, models, pre_tokenizers, processors  # noqa: PLC0415

    hint = "Give the folder with vocab.json and merges.txt of roberta-base: --tokenizer FOLDER"
    try:
        vocabulary = json.loads((folder / "vocab.json").read_text(encoding="utf-8"))
        _, *merges = (folder / "merges.txt").read_text(encoding="utf-8").splitlines()  # the first line is a version
        bpe = models.BPE(vocab=vocabulary, merges=[(a, b) for a, b in (line.split(" ") for line in merges)])
    except Exception as error:  # tokenizers raises nothing more precise
        raise ModelDamagedError(f"The tokenizer in {folder} cannot be read: {error}.", hint) from error
    tokenizer = Tokenizer(bpe)
    found = tokenizer.get_vocab_size()
    if found != n_tokens or [tokenizer.token_to_id(token) for token in SPECIAL] != [0, 1, 2, 3]:
        raise ModelDamagedError(
            f"The tokenizer in {folder} has {found:,} tokens; the model was trained with the {n_tokens:,} of RoBERTa.",
            hint,
        )
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), add_prefix_space=False)
    tokenizer.enable_truncation(LONGEST)
    return tokenizer
