"""What a user made outlives whatever happens to files, vectors and machines: it hangs on the audio."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import soundfile

from cratedig.models import registry
from cratedig.store.backup import read_backup, write_backup
from cratedig.store.store import Store
from cratedig.vectors.snapshot import rebuild_cache
from indexer.upkeep import forget
from tests.folders import run
from tests.library import write_tone

Change = Callable[[Path, Path], None]


def rename(root: Path, library: Path) -> None:
    (root / "Pack A" / "a.wav").rename(root / "Pack A" / "renamed.wav")
    run(library)


def move_a_pack(root: Path, library: Path) -> None:
    shutil.move(root / "Pack A", root / "elsewhere" / "Pack Z")
    run(library)


def unplug_and_plug_in(root: Path, library: Path) -> None:
    root.rename(root.with_name("away"))
    run(library)
    root.with_name("away").rename(root)
    run(library)


def index_again(root: Path, library: Path) -> None:
    (root / "Pack A" / "a.wav").touch()
    run(library, retry_failed=True)


def convert(root: Path, library: Path) -> None:
    y, sr = soundfile.read(root / "Pack A" / "a.wav", dtype="int16")
    soundfile.write(root / "Pack A" / "a.flac", y, sr, "PCM_16")
    (root / "Pack A" / "a.wav").unlink()
    run(library)


def change_the_model(_root: Path, library: Path) -> None:
    run(library, model="other", reembed=True)


def rebuild(_root: Path, library: Path) -> None:
    with Store.open(library) as store:
        assert store.model is not None
        rebuild_cache(store, store.model)


def forget_and_index(root: Path, library: Path) -> None:
    with Store.open(library) as store:
        assert forget(store, str(root)) == 2
        assert store.files.counts().contents == 0
    run(library, root)


def to_another_machine(root: Path, library: Path) -> None:
    file = library.with_name("backup.json")
    with Store.open(library) as store:
        write_backup(store.user, file)
    shutil.rmtree(library)
    root = root.rename(root.with_name("new machine"))
    run(library, root)
    with Store.open(library) as store:
        store.user.merge(read_backup(file), replace=False)


@pytest.mark.parametrize(
    "change",
    [
        rename, move_a_pack, unplug_and_plug_in, index_again, convert, change_the_model, rebuild, forget_and_index,
        to_another_machine,
    ],
)  # fmt: skip
def test_what_a_user_made_survives(tmp_path: Path, change: Change, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry.MODELS, "other", "tests.indexer.other_model:OtherModel")
    root, library = tmp_path / "samples", tmp_path / "library"
    (root / "elsewhere").mkdir(parents=True)
    write_tone(root / "Pack A" / "a.wav", 100)
    write_tone(root / "Pack B" / "b.wav", 3000)
    run(library, root)
    with Store.open(library) as store:
        contents = {Path(row.stamp.text).stem: content.hash for row, content in store.files.present()}
        a = contents["a"]
        store.user.favour([a])
        store.user.collect("Crate", [a])
        store.user.decide([(a, "kick"), (a, "my word")], "accepted")
        store.user.decide([(a, "snare")], "rejected")
        store.user.set_tempo({a: 93.0})
        store.user.use([a], "Song")
        store.user.note_licence([a], "own")
        store.user.save_search("mine", "fav:yes")
        before = store.user.everything()

    change(root, library)

    with Store.open(library) as store:
        assert store.user.everything() == before
        (sound,) = (content for _, content in store.files.present() if content.hash == a)
        assert store.licences.of([a])[a].licence == "own"
        (content_id,) = store.tags.ids([a])
        in_force = store.tags.in_force([content_id])[content_id]
        assert {"kick", "my word"} <= set(in_force)
        assert "snare" not in in_force
        assert not sound.silent
        assert store.problems() == []
