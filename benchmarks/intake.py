"""Taking in packs: reading licences, and looking at folders again and again.

    .venv/bin/python -m benchmarks.intake ../shared/corpus

- Statements: every licence that the corpus's manifest states, as the one line of a readme; and the licence texts that
  the installed Python packages and Debian's base system ship, against what their metadata state.
- Packs: seconds for the licences of packs with documents, at the first look and when nothing has changed.
- Watch: seconds for a look at a library of a given size in which nothing has changed.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import statistics
import tempfile
import time
from collections import Counter
from importlib.metadata import distributions
from pathlib import Path

from benchmarks.record import report, write_flag
from cratedig.store.rows import FileStamp, IndexedFile, Pack
from cratedig.store.store import Store
from cratedig.types import Content
from indexer.licence import pack_licence, update_licences
from indexer.scan import ScanResult, scan
from indexer.terms import read_terms
from tests.documents import pdf
from tests.library import INFO

FILES_PER_PACK = 200
STRICTEST_FIRST = (
    ("NC", "nc"),
    ("ND", "other"),
    ("GPL", "other"),
    ("MIT", "other"),
    ("BSD", "other"),
    ("Apache", "other"),
    ("CC-BY", "cc-by"),
    ("CC0", "cc0"),
    ("Public domain", "cc0"),
    ("Unlicense", "cc0"),
)
NAMES = {"MIT": "MIT", "Apache": "Apache-2.0", "BSD": "BSD"}
DEBIAN = {
    "CC0-1.0": "cc0",
    **dict.fromkeys(("GPL-1", "GPL-2", "GPL-3", "LGPL-2.1", "GFDL-1.3", "MPL-2.0"), "other"),
    **dict.fromkeys(("Apache-2.0", "Artistic", "BSD"), "other"),
}


def expected(stated: str) -> str | None:
    """Class of a licence as a manifest names it; the strictest when it names several."""
    return next((licence for name, licence in STRICTEST_FIRST if name.lower() in stated.lower()), None)


def statements(corpus: Path) -> dict[str, object]:
    """Read each licence that the manifest states as if it were the readme of a pack."""
    stated = Counter(json.loads(line)["licence"] for line in (corpus / "manifest.jsonl").read_text().splitlines())
    wrong = {text: read_terms(f"Licence: {text}").licence for text in stated}
    wrong = {text: licence for text, licence in wrong.items() if licence != expected(text)}
    return {"licences": len(stated), "files": stated.total(), "wrong": wrong}


def texts() -> dict[str, object]:
    """Read the licence files of installed packages that state exactly one licence that we know."""
    checked, wrong = 0, {}
    for distribution in distributions():
        stated = distribution.metadata["License-Expression"] or ""
        files = [file for file in distribution.files or () if re.search(r"licen[cs]e", file.name, re.IGNORECASE)]
        if not re.fullmatch(r"MIT|Apache-2\.0|BSD-\d-Clause", stated) or len(files) != 1:
            continue
        found = pack_licence("/", [str(distribution.locate_file(files[0]))])
        checked += 1
        if found.name != NAMES[stated.partition("-")[0]]:
            wrong[distribution.metadata["Name"]] = f"{stated}, read as {found.in_words}"
    for name, licence in DEBIAN.items():
        path = Path("/usr/share/common-licenses", name)
        if path.exists():
            checked += 1
            if (read := pack_licence("/", [str(path)]).licence) != licence:
                wrong[name] = read
    return {"texts": checked, "wrong": wrong}


def lay_out(store: Store, root: Path, files: int) -> None:
    """Make empty files, and rows that say they are indexed; each fifth pack has a PDF, the others a text."""
    model = store.register_model(INFO)
    store.serve_model(model)
    with store.transaction():
        store.files.add_root(os.fsencode(root))
        for number in range(files):
            pack = root / f"Vendor - Pack {number // FILES_PER_PACK:04}"
            if number % FILES_PER_PACK == 0:
                pack.mkdir()
                _document(pack, number // FILES_PER_PACK)
            path = pack / f"{number}.wav"
            path.touch()
            status = path.stat()
            stamp = FileStamp(os.fsencode(path), status.st_size, status.st_mtime_ns)
            content = Content(f"{number:040x}", 44_100, 1, 4410, 0.5)
            store.files.save(IndexedFile(stamp, Pack(os.fsencode(pack), pack.name), content, ()), model)


def _document(pack: Path, number: int) -> None:
    text = "End user licence agreement. All sounds are royalty-free. You may not resell the samples. " * 20
    if number % 5 == 0:
        (pack / "EULA.pdf").write_bytes(pdf("\n".join(text.split(". "))))
    else:
        (pack / "License.txt").write_text(text)


def look(store: Store, root: Path) -> tuple[float, float, ScanResult]:
    """Scan once; returns seconds by the clock, seconds of the processor, and what was found."""
    started, cpu = time.perf_counter(), time.process_time()
    looking = scan(store, [str(root)], lambda: False, retry_failed=False)
    while True:
        try:
            next(looking)
        except StopIteration as end:
            return time.perf_counter() - started, time.process_time() - cpu, end.value


def folders(files: int, looks: int) -> dict[str, object]:
    """Measure licences and looks on a library of empty files."""
    temporary = Path(tempfile.mkdtemp(prefix="cratedig-watch-"))
    try:
        root = temporary / "samples"
        root.mkdir()
        with Store.create_or_open(temporary / "library") as store:
            lay_out(store, root, files)
            looked = [look(store, root) for _ in range(looks)]
            found = looked[-1][2]
            if found.new or found.changed or found.missing:
                raise SystemExit("The library does not know its files.")
            first, first_cpu = _licences(store, root, found)
            again, _ = _licences(store, root, found)
            packs = store.licences.of_packs()
            understood = sum(pack.licence == "royalty-free" for pack in packs.values())
    finally:
        shutil.rmtree(temporary)
    return {
        "files": files,
        "packs": len(packs),
        "packs_with_pdf": -(-len(packs) // 5),
        "packs_understood": understood,
        "licences_first_s": round(first, 2),
        "licences_first_cpu_s": round(first_cpu, 2),
        "licences_unchanged_s": round(again, 3),
        "look_s": round(statistics.median(wall for wall, _, _ in looked), 2),
        "look_cpu_s": round(statistics.median(cpu for _, cpu, _ in looked), 2),
        "looks": looks,
        "load_average": os.getloadavg()[0],
    }


def _licences(store: Store, root: Path, found: ScanResult) -> tuple[float, float]:
    """Seconds by the clock, and of the processor with those of the child processes that read PDFs."""
    started, cpu = time.perf_counter(), sum(os.times()[:4])
    update_licences(store, [str(root)], found, lambda: False)
    return time.perf_counter() - started, sum(os.times()[:4]) - cpu


def main() -> None:
    """Measure all of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--looks", type=int, default=5)
    write_flag(parser)
    options = parser.parse_args()
    figures = {
        "statements_of_the_corpus": statements(options.corpus),
        "licence_texts": texts(),
        "folders": folders(options.files, options.looks),
    }
    report("intake", figures, write=options.write)


if __name__ == "__main__":
    main()
