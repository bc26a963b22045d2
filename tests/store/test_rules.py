"""Any sequence of what can happen to files, compared after each step with the rules in plain Python."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from cratedig.store.rows import FailedFile, IndexedFile
from cratedig.types import Content
from tests.library import content, failed, indexed, save_one, stored_library, unit_vectors

FOLDERS = ("/a", "/a/b", "/a/bc", "/a%")
PATHS = st.sampled_from([f"{folder}/{name}.wav" for folder in FOLDERS for name in ("kick", "hat")])
SOUNDS = {name: content(name, peak=0.0 if name == "silence" else 0.5) for name in ("x", "y", "z", "silence")}
SEGMENTS = {"x": 1, "y": 2, "z": 3, "silence": 0}


@dataclass
class File:
    id: int
    sound: str | None
    missing: bool = False


@dataclass
class Rules:
    """What the store must do. Files by path; the segment ids of every sound that has not been forgotten."""

    files: dict[str, File] = field(default_factory=dict)
    sounds: set[str] = field(default_factory=set)

    def save(self, path: str, sound: str | None, new_id: int) -> bool:
        moved_from = None
        if sound is not None:
            self.sounds.add(sound)
            if path not in self.files:
                moved_from = self._missing_like(path, sound)
        if moved_from is not None:
            self.files[path] = self.files.pop(moved_from)
        file = self.files.setdefault(path, File(new_id, sound))
        file.sound, file.missing = sound, False
        return moved_from is not None

    def _missing_like(self, path: str, sound: str) -> str | None:
        name = path.rpartition("/")[2]
        missing = [p for p, file in self.files.items() if file.sound == sound and file.missing]
        return min(missing, key=lambda p: (p.rpartition("/")[2] != name, self.files[p].id), default=None)

    def forget(self, folder: str) -> int:
        gone = [path for path in self.files if path == folder or path.startswith(folder + "/")]
        heard = {self.files.pop(path).sound for path in gone}
        self.sounds -= heard - {file.sound for file in self.files.values()}
        return len(gone)

    def present(self, sound: str) -> int:
        return sum(file.sound == sound and not file.missing for file in self.files.values())


class Files(RuleBasedStateMachine):
    """Saves, failures, moves, lost drives, forgetting and killed transactions, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.store, self.model = stored_library(self.folder)
        self.expected = Rules()
        self.ids_ever: set[int] = set()
        self.ids_before: set[int] = set()

    def teardown(self) -> None:
        self.store.close()
        shutil.rmtree(self.folder)

    def file(self, path: str, sound: str | None) -> IndexedFile | FailedFile:
        if sound is None:
            return failed(path, pack=path.rpartition("/")[0])
        return indexed(path, SOUNDS[sound], unit_vectors(SEGMENTS[sound]), pack=path.rpartition("/")[0])

    @rule(path=PATHS, sound=st.sampled_from([*SOUNDS, None]))
    def save(self, path: str, sound: str | None) -> None:
        with self.store.transaction():
            moved = save_one(self.store, self.model, self.file(path, sound))
        new_id = self.store.files.known([path.encode()])[path.encode()].id
        assert self.expected.save(path, sound, new_id) == moved

    @rule(path=PATHS, sound=st.sampled_from([*SOUNDS, None]), folder=st.sampled_from(FOLDERS))
    def killed(self, path: str, sound: str | None, folder: str) -> None:
        try:
            with self.store.transaction():
                save_one(self.store, self.model, self.file(path, sound))
                self.store.files.forget(folder.encode())
                raise KeyboardInterrupt
        except KeyboardInterrupt:
            pass

    @rule(paths=st.sets(PATHS), missing=st.booleans())
    def drive(self, paths: set[str], missing: bool) -> None:
        files = [self.expected.files[path] for path in paths if path in self.expected.files]
        with self.store.transaction():
            mark = self.store.files.mark_missing if missing else self.store.files.mark_present
            mark([file.id for file in files])
        for file in files:
            file.missing = missing

    @rule(path=st.one_of(st.sampled_from(FOLDERS), PATHS))
    def forget(self, path: str) -> None:
        with self.store.transaction():
            dropped = self.store.files.forget(path.encode())
        assert dropped == self.expected.forget(path)

    @invariant()
    def files_are_as_the_rules_say(self) -> None:
        stored = {row.stamp.text: (row.id, row.missing, row.error) for row in self.store.files.under(b"/")}
        expected = {
            path: (file.id, file.missing, "0 bytes" if file.sound is None else None)
            for path, file in self.expected.files.items()
        }
        assert stored == expected
        present = {row.stamp.text: sound for row, sound in self.store.files.present()}
        assert present == {
            path: SOUNDS[file.sound] for path, file in self.expected.files.items() if file.sound and not file.missing
        }

    @invariant()
    def counts_are_as_the_rules_say(self) -> None:
        assert self.store.problems() == []
        counts, files = self.store.files.counts(), self.expected.files
        heard = [sound for sound in SOUNDS if self.expected.present(sound)]
        assert counts.files == sum(file.sound is not None and not file.missing for file in files.values())
        assert counts.failed == sum(file.sound is None and not file.missing for file in files.values())
        assert counts.missing == sum(file.missing for file in files.values())
        assert counts.contents == len(heard)
        assert counts.segments == sum(SEGMENTS[sound] for sound in heard)
        assert counts.silent == ("silence" in heard)
        known = self.store._connection.execute("SELECT count(*) FROM content").fetchone()[0]
        assert known == len(self.expected.sounds)
        packs = {row[0].decode() for row in self.store._connection.execute("SELECT path FROM pack")}
        assert packs >= {path.rpartition("/")[0] for path in files}

    @invariant()
    def segments_are_as_the_rules_say(self) -> None:
        columns = self.store.columns
        every = self.store.segments.ids(self.model)
        assert len(every) == sum(SEGMENTS[sound] for sound in self.expected.sounds)
        with columns.reading():
            present, sounds = columns.segments(self.model)
            heard = columns.sounds_of(every, self.model) >= 0
        assert len(sounds) == len(present)
        assert sorted(present.tolist()) == every[heard].tolist()
        assert self.store.segments.hits((i, -1) for i in every.tolist()).keys() == {*present.tolist()}
        for sound in self.expected.sounds:
            self.check_segments(SOUNDS[sound], SEGMENTS[sound], visible=self.expected.present(sound) > 0)

    def check_segments(self, sound: Content, expected: int, *, visible: bool) -> None:
        ids = [
            row[0]
            for row in self.store._connection.execute(
                "SELECT s.id FROM segment s JOIN content c ON c.id = s.content_id WHERE c.hash = ?", (sound.hash,)
            )
        ]
        assert len(ids) == expected
        for hit in self.store.segments.hits((i, -1) for i in ids).values():
            assert visible
            assert hit.content_hash == sound.hash

    @invariant()
    def segment_ids_never_come_back(self) -> None:
        now = set(self.store.segments.ids(self.model).tolist())
        assert not (now - self.ids_before) & self.ids_ever
        self.ids_ever |= now
        self.ids_before = now


Files.TestCase.settings = settings(max_examples=25, stateful_step_count=25)
TestFiles = Files.TestCase
