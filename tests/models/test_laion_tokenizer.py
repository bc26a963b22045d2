"""RoBERTa's tokenizer: what it makes of text, and files that are not RoBERTa's."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cratedig.errors import ModelDamagedError
from cratedig.models.laion.tokenizer import LONGEST, make_tokenizer
from tests.models.laion_toy import TOY, write_tokenizer

N = TOY.n_tokens


def test_words_become_the_tokens_of_their_merges(tmp_path: Path) -> None:
    tokenizer = make_tokenizer(write_tokenizer(tmp_path), N)
    assert tokenizer.encode("kick drum").tokens == ["<s>", "kick", "Ġdrum", "</s>"]
    assert tokenizer.encode("snare").tokens == ["<s>", "snare", "</s>"]
    assert tokenizer.encode("").tokens == ["<s>", "</s>"]
    assert tokenizer.encode("é").tokens == ["<s>", "Ã", "©", "</s>"]


def test_a_long_text_is_cut_and_still_closed(tmp_path: Path) -> None:
    ids = make_tokenizer(write_tokenizer(tmp_path), N).encode("kick " * 100).ids
    assert len(ids) == LONGEST
    assert (ids[0], ids[-1]) == (0, 2)


def test_a_tokenizer_of_few_tokens_is_refused(tmp_path: Path) -> None:
    """The trap: without its files transformers makes one of five tokens, and every text is alike."""
    write_tokenizer(tmp_path)
    (tmp_path / "vocab.json").write_text(json.dumps({t: i for i, t in enumerate(["<s>", "<pad>", "</s>", "<unk>"])}))
    (tmp_path / "merges.txt").write_text("#version: 0.2\n")
    with pytest.raises(ModelDamagedError, match="has 4 tokens; the model was trained with the 50,265") as error:
        make_tokenizer(tmp_path, 50_265)
    assert "--tokenizer" in error.value.hint


def test_gpt_2_s_tokenizer_is_refused(tmp_path: Path) -> None:
    """It has RoBERTa's merges, but other ids."""
    write_tokenizer(tmp_path)
    vocabulary = json.loads((tmp_path / "vocab.json").read_text())
    turned = {token: N - 1 - i for token, i in vocabulary.items()}
    (tmp_path / "vocab.json").write_text(json.dumps(turned))
    with pytest.raises(ModelDamagedError):
        make_tokenizer(tmp_path, N)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("vocab.json", None),
        ("merges.txt", None),
        ("vocab.json", "not JSON"),
        ("vocab.json", "[1, 2]"),
        ("merges.txt", ""),
        ("merges.txt", "#version: 0.2\none two three\n"),
        ("merges.txt", "#version: 0.2\nno such\n"),
    ],
)
def test_broken_files_are_refused(tmp_path: Path, name: str, text: str | None) -> None:
    write_tokenizer(tmp_path)
    if text is None:
        (tmp_path / name).unlink()
    else:
        (tmp_path / name).write_text(text)
    with pytest.raises(ModelDamagedError, match="cannot be read"):
        make_tokenizer(tmp_path, N)
