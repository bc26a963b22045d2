"""Packs on disk and the licence they come under: five languages, wrong encodings, bombs, contradictions."""

from __future__ import annotations

import hashlib
import os
import struct
import time
from pathlib import Path

import pytest

from cratedig.store.licences import PackLicence
from cratedig.store.store import Store
from indexer.documents import Document, read_document, worth_reading
from indexer.licence import pack_licence
from tests.documents import bomb, pdf
from tests.folders import run
from tests.library import run_index, unprivileged, write_tone

GERMAN = "Alle Klänge sind lizenzgebührenfrei. Die Weitergabe einzelner Klänge ist nicht gestattet."
FRENCH = "Ces échantillons sont libres de droits. Leur redistribution est interdite à quiconque."
SPANISH = "Estos sonidos son libres de regalías. Está prohibida la reventa de las muestras, señor."
PORTUGUESE = "Estas amostras são livres de royalties. É proibida a revenda e a redistribuição."
JAPANESE = "本サンプルはロイヤリティフリーです。単体での再配布は禁止します。"
ENGLISH = "These sounds are royalty-free. You may not resell them as they are."


def of(pack: Path, *names: str) -> PackLicence:
    return pack_licence(str(pack), [str(pack / name) for name in names])


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (ENGLISH, "ascii"), (ENGLISH, "utf-16"), (ENGLISH, "utf-16-le"), (ENGLISH, "utf-32"),
        (GERMAN, "utf-8"), (GERMAN, "utf-8-sig"), (GERMAN, "cp1252"), (GERMAN, "cp850"), (GERMAN, "mac_roman"),
        (FRENCH, "cp1252"), (FRENCH, "mac_roman"), (SPANISH, "cp850"), (SPANISH, "latin-1"), (PORTUGUESE, "cp1252"),
        (JAPANESE, "utf-8"), (JAPANESE, "cp932"), (JAPANESE, "euc_jp"), ("\n" + JAPANESE, "utf-16-be"),
    ],
)  # fmt: skip
def test_any_encoding(tmp_path: Path, text: str, encoding: str) -> None:
    (tmp_path / "license.txt").write_bytes(text.encode(encoding))
    licence = of(tmp_path, "license.txt")
    assert licence.licence == "royalty-free"
    assert licence.conditions == {"no_isolated_use"}
    (evidence,) = licence.evidence
    assert evidence.sha256 == hashlib.sha256(text.encode(encoding)).hexdigest()
    assert evidence.says[0] in text


def test_utf8_that_was_saved_as_latin(tmp_path: Path) -> None:
    (tmp_path / "LIESMICH.TXT").write_text(GERMAN.encode().decode("cp1252"), encoding="utf-8")
    assert of(tmp_path, "LIESMICH.TXT").licence == "royalty-free"


def test_formats(tmp_path: Path) -> None:
    (tmp_path / "EULA.pdf").write_bytes(pdf(ENGLISH))
    (tmp_path / "readme.html").write_text('<p>See <a href="https://creativecommons.org/licenses/by/4.0/">here</a>')
    (tmp_path / "Lizenz.rtf").write_bytes(rb"{\rtf1\ansi Kl\'e4nge: nur f\'fcr den \b privaten\b0  Gebrauch\par}")
    assert of(tmp_path, "EULA.pdf").conditions == {"no_isolated_use"}
    assert of(tmp_path, "readme.html").name == "CC-BY-4.0"
    assert of(tmp_path, "Lizenz.rtf").licence == "nc"


def test_a_text_that_is_cut_inside_a_character(tmp_path: Path) -> None:
    (tmp_path / "license.txt").write_text("x" + "é" * (1 << 17) + JAPANESE, encoding="utf-8")
    (document,) = of(tmp_path, "license.txt").evidence
    assert document.licence == "unknown"
    assert document.sha256


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    (tmp_path / "EULA.pdf").write_bytes(bomb(megabytes=150))
    os.mkfifo(tmp_path / "license.txt")
    with (tmp_path / "copying").open("wb") as file:
        file.truncate(1 << 30)
    licence = of(tmp_path, "EULA.pdf", "license.txt", "copying", "gone.txt")
    assert licence.licence == "unknown"
    assert [document.says for document in licence.evidence[1:]] == [("This document cannot be read.",)] * 3


@pytest.mark.parametrize("text", ["(c)", "<", "<a href ", "\n", "used in ", "{\\rtf\\u1 "])
def test_a_text_that_is_made_to_take_long_does_not(tmp_path: Path, text: str) -> None:
    (tmp_path / "license.html").write_text(text * (200_000 // len(text)))
    started = time.process_time()
    of(tmp_path, "license.html")
    assert time.process_time() - started < 5


def test_a_text_with_half_characters(tmp_path: Path) -> None:
    (tmp_path / "licence.rtf").write_bytes(rb"{\rtf1 Vendor: \u55357?Warm\par Licence: CC0 \u56832?\par}")
    write_tone(tmp_path / "a.wav", 100)
    with Store.create_or_open(tmp_path / "library") as store:
        run_index(store, tmp_path)
        (licence,) = store.licences.of_packs().values()
    assert (licence.licence, licence.vendor) == ("cc0", "?Warm")


@pytest.mark.parametrize(
    ("name", "rank"),
    [
        ("LICENSE", 1), ("CC-BY License.PDF", 1), ("COPYING.LIB", 1), ("EULA.rtf", 1), ("Lizenz.txt", 1),
        ("利用規約.txt", 1), ("Términos y Condiciones.pdf", 1), ("README", 2), ("read_me.txt", 2), ("LIESMICH.TXT", 2),
        ("Lisez-moi.html", 2), ("LÉEME.txt", 2), ("はじめにお読みください.txt", 2), ("tracklist.txt", 3),
        ("cover.jpg", 0), ("kit.nki", 0), ("Makefile", 0), ("license.zip", 0),
    ],
)  # fmt: skip
def test_names_worth_reading(name: str, rank: int) -> None:
    assert worth_reading(name) == rank


def test_title_and_vendor(tmp_path: Path) -> None:
    assert of(tmp_path / "Warm Records - Dust_Vol 2 (WAV 24bit)").title == "Dust Vol 2"
    assert of(tmp_path / "Warm Records - Dust_Vol 2 (WAV 24bit)").vendor == "Warm Records"
    assert of(tmp_path / "Dust").vendor is None


def test_stated_names_beat_the_name_of_the_folder(tmp_path: Path) -> None:
    pack = tmp_path / "Somebody - Kicks"
    pack.mkdir()
    (pack / "readme.txt").write_text("Title: Snares\nCopyright 2020 Warm Records.")
    licence = of(pack, "readme.txt")
    assert (licence.title, licence.vendor) == ("Snares", "Warm Records")


def test_documents_that_disagree(tmp_path: Path) -> None:
    (tmp_path / "LICENSE").write_text("CC0")
    (tmp_path / "readme.txt").write_text("Free for personal use only.")
    licence = of(tmp_path, "LICENSE", "readme.txt")
    assert licence.licence == "nc"
    assert licence.contradictory
    assert not of(tmp_path, "LICENSE").contradictory


def with_info(path: Path, copyright_text: str) -> None:
    """Add a LIST INFO chunk with a copyright to a WAV."""
    text = copyright_text.encode() + b"\0" * (2 - len(copyright_text) % 2)
    chunk = b"LIST" + struct.pack("<I", 12 + len(text)) + b"INFOICOP" + struct.pack("<I", len(text)) + text
    data = path.read_bytes() + chunk
    path.write_bytes(data[:4] + struct.pack("<I", len(data) - 8) + data[8:])


def test_audio_speaks_when_no_document_does(tmp_path: Path) -> None:
    wav = write_tone(tmp_path / "a.wav", 200)
    with_info(wav, "(c) 2019 Warm Records. Licence: CC BY 4.0")
    licence = pack_licence(str(tmp_path), [], [str(wav)])
    assert (licence.name, licence.vendor) == ("CC-BY-4.0", "Warm Records")
    assert licence.evidence[0].path == str(wav)
    (tmp_path / "LICENSE").write_text("CC0")
    assert pack_licence(str(tmp_path), [str(tmp_path / "LICENSE")], [str(wav)]).name == "CC0"


# Through the index


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Three packs; the one in the middle has a readme in a subfolder, the last has nothing."""
    root = tmp_path / "samples"
    write_tone(root / "A" / "a.wav", 100)
    write_tone(root / "B" / "Kicks" / "b.wav", 200)
    write_tone(root / "Drums" / "C" / "c.wav", 300)
    (root / "A" / "LICENSE").write_text("CC0")
    (root / "B" / "Docs").mkdir()
    (root / "B" / "Docs" / "licence.txt").write_text("CC BY 4.0")
    return root


def known(store: Store) -> dict[str, str]:
    """Class of each pack by its name."""
    return {Path(os.fsdecode(path)).name: pack.licence for path, pack in store.licences.of_packs().items()}


def test_indexing_finds_licences(tmp_path: Path, root: Path) -> None:
    with Store.create_or_open(tmp_path / "library") as store:
        run_index(store, root)
        assert known(store) == {"A": "cc0", "B": "cc-by", "C": "unknown"}
        (root / "Drums" / "readme.txt").write_text("royalty-free")
        run_index(store)
        assert known(store) == {"A": "cc0", "B": "cc-by", "C": "royalty-free"}
        (root / "readme.txt").write_text("Only for private use")
        run_index(store)
        assert known(store) == {"A": "cc0", "B": "cc-by", "C": "royalty-free"}
        (root / "A" / "LICENSE").unlink()
        run_index(store)
        assert known(store) == {"A": "nc", "B": "cc-by", "C": "royalty-free"}


def test_what_is_unchanged_is_not_read_again(tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def noted(path: str) -> Document:
        read.append(path)
        return read_document(path)

    monkeypatch.setattr("indexer.licence.read_document", noted)
    with Store.create_or_open(tmp_path / "library") as store:
        run_index(store, root)
        assert sorted(Path(path).name for path in read) == ["LICENSE", "licence.txt"]
        read.clear()
        run_index(store)
        assert read == []
        (root / "A" / "LICENSE").write_text("CC BY 4.0")
        run_index(store, root / "B")
        assert read == []
        run_index(store)
        assert known(store)["A"] == "cc-by"


def test_a_name_that_is_not_text(tmp_path: Path) -> None:
    root = tmp_path / "samples"
    pack = os.fsencode(root) + b"/caf\xe9"
    write_tone(Path(os.fsdecode(pack)) / "a.wav", 100)
    (Path(os.fsdecode(pack)) / os.fsdecode(b"licen\xe7a licence.txt")).write_text("CC0")
    with Store.create_or_open(tmp_path / "library") as store:
        run_index(store, root)
        (licence,) = store.licences.of_packs().values()
        assert (licence.licence, licence.title) == ("cc0", "caf?")


def test_the_same_audio_under_three_licences(tmp_path: Path) -> None:
    root = tmp_path / "samples"
    for pack, text in {"A": "CC0", "B": "CC BY-NC 4.0", "C": "royalty-free", "D": ""}.items():
        write_tone(root / pack / f"{pack}.wav", 440)
        (root / pack / "license.txt").write_text(text)
    with Store.create_or_open(tmp_path / "library") as store:
        run_index(store, root)
        ((_, files),) = store.files.duplicates()
        assert len(files) == 4
        (_, content), *_ = store.files.present()
        rights = store.licences.of([content.hash])[content.hash]
        assert rights.licence == "nc"
        assert rights.contradictory
        assert {Path(pack).name: said.licence for pack, said in rights.packs.items()} == {
            "A": "cc0", "B": "nc", "C": "royalty-free", "D": "unknown",
        }  # fmt: skip
        store.user.note_licence([content.hash], "own")
        rights = store.licences.of([content.hash])[content.hash]
        assert (rights.licence, rights.noted, rights.conditions) == ("own", True, frozenset())


def test_a_folder_that_cannot_be_listed_keeps_its_licence(public_folder: Path) -> None:
    root, library = public_folder / "samples", public_folder / "library"
    docs = root / "A" / "Docs"
    write_tone(root / "A" / "a.wav", 100)
    docs.mkdir()
    (docs / "LICENSE").write_text("CC0")
    library.mkdir(mode=0o777)
    library.chmod(0o777)
    with unprivileged():
        run(library, root)
    docs.chmod(0)
    with unprivileged():
        run(library)
    docs.chmod(0o755)
    with Store.open(library) as store:
        assert known(store) == {"A": "cc0"}
