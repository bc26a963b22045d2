"""From captions to token ids, by the same path as at search time."""

from __future__ import annotations

from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import Tensor

from cratedig.models.compact.words import Lexicon
from train.vocabulary import Vocabulary


def spoken_words(vocabulary: Vocabulary) -> list[str]:
    """Every single word of the captions, three letters or longer unless it is a number."""
    terms = [term for names in vocabulary.terms.values() for term in names] + list(vocabulary.aliases.values())
    words = {word for term in terms for word in term.replace("-", " ").split()}
    return sorted(word for word in words if len(word) > 2 and word not in vocabulary.aliases)


class Words:
    """Texts to padded token ids, by the same path as at search time."""

    def __init__(self, tokenizer: Tokenizer, lexicon: Lexicon) -> None:
        self.tokenizer, self.lexicon = tokenizer, lexicon

    def ids(self, texts: list[str]) -> Tensor:
        """Token ids, shape (n, longest), padded with 0."""
        rows = [row.ids for row in self.tokenizer.encode_batch([self.lexicon.plain(text) for text in texts])]
        out = torch.zeros(len(rows), max([1, *map(len, rows)]), dtype=torch.int64)
        for i, row in enumerate(rows):
            out[i, : len(row)] = torch.tensor(row, dtype=torch.int64)
        return out


def words_of(vocabulary: Vocabulary, tokenizer_file: Path) -> Words:
    """Tokenizer and lexicon as they are shipped."""
    tokenizer = Tokenizer.from_file(str(tokenizer_file))
    known = set(spoken_words(vocabulary))
    return Words(tokenizer, Lexicon(vocabulary.aliases, known, lambda w: tokenizer.token_to_id(w) is not None))


def learnt_tokens(vocabulary: Vocabulary, words: Words) -> Tensor:
    """Tokens of the captions, ascending."""
    tokens = torch.unique(words.ids([term for terms in vocabulary.terms.values() for term in terms]))
    return tokens[tokens > 1]
