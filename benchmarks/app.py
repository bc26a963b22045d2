"""The app on a library of 100,000 sounds: first paint, key to results, arrow to player, a frame of scrolling, memory.

    .venv/bin/python -m benchmarks.app

First paint and memory are those of `cratedig` in a terminal of its own (POSIX). The rest is measured inside the app,
without a terminal: from the key, through the message loop and the library's thread, to the list or the player.
"""

from __future__ import annotations

import argparse
import asyncio
import fcntl
import os
import pty
import random
import select
import shutil
import struct
import sys
import tempfile
import termios
import time
from pathlib import Path

from textual import events

from benchmarks.query import SEED, build, spread
from benchmarks.record import report, write_flag
from cratedig.config import Settings, load_settings
from cratedig.store.store import Store
from cratedig.vectors.snapshot import rebuild_cache
from tests.tui.driving import Driven, driven

QUERIES = ("dusty kick", "bright closed hat", "warm pad", "distorted 808", "vinyl noise", "short rimshot", "riser")
WIDTH, HEIGHT = 200, 50
PLACEHOLDER = b"sounds like"  # what the query line says when it is empty
PATIENCE_S = 60.0


def in_terminal(library: Path, sounds: int) -> dict[str, float]:
    """Start `cratedig` in a terminal of its own; seconds until its first paint and its first list, and its memory."""
    started = time.perf_counter()
    process, terminal = pty.fork()
    if process == 0:
        os.environ |= {"TERM": "xterm-256color", "CRATEDIG_CONFIG": os.devnull}
        command = str(Path(sys.executable).with_name("cratedig"))
        os.execv(command, [command, "--library", str(library)])  # noqa: S606
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", HEIGHT, WIDTH, 0, 0))
    painted, cpu_painted = _until(terminal, PLACEHOLDER) - started, _cpu_s(process)
    listed, cpu_listed = _until(terminal, f"{sounds:,} sounds".encode()) - started, _cpu_s(process)
    status = Path(f"/proc/{process}/status")
    kilobytes = next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmRSS"))
    os.write(terminal, b"\x11")  # Ctrl-Q
    while _read(terminal):
        pass
    os.close(terminal)
    os.waitpid(process, 0)
    return {
        "first_paint_s": painted,
        "first_paint_cpu_s": cpu_painted,
        "first_list_s": listed,
        "first_list_cpu_s": cpu_listed,
        "memory_mb": kilobytes / 1e3,
    }


def _cpu_s(process: int) -> float:
    """Processor time that a process has had, all its threads together: what a busy machine cannot distort much."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")


def _until(terminal: int, text: bytes) -> float:
    """Read the terminal until it shows `text`; returns when that was."""
    shown = b""
    while text not in shown:
        piece = _read(terminal)
        if not piece:
            raise RuntimeError(f"the app never showed {text!r}: {shown[-2000:]!r}")
        shown += piece
    return time.perf_counter()


def _read(terminal: int) -> bytes:
    if not select.select([terminal], [], [], PATIENCE_S)[0]:
        return b""
    try:
        return os.read(terminal, 1 << 16)
    except OSError:  # how a terminal says that nobody writes any more
        return b""


async def inside(settings: Settings, rounds: int) -> dict[str, list[float]]:
    """Milliseconds from keys to what they bring about."""
    taken: dict[str, list[float]] = {"key_to_results_ms": [], "arrow_to_player_ms": [], "frame_ms": [], "rows_ms": []}
    async with driven(settings, size=(WIDTH, HEIGHT)) as app:
        for text in QUERIES[:rounds]:
            for key in text:
                taken["key_to_results_ms"].append(await _key_to_results(app, key))
            for _ in range(4):
                taken["arrow_to_player_ms"].append(await _arrow_to_player(app))
            await app.press("escape")
        places = random.Random(SEED)
        for _ in range(10 * rounds):
            place = places.randrange(app.browser.results.total - HEIGHT)
            rows, frame = await _scroll(app, place)
            taken["rows_ms"].append(rows)
            taken["frame_ms"].append(frame)
    return taken


async def _key_to_results(app: Driven, key: str) -> float:
    shown: asyncio.Future[float] = asyncio.get_running_loop().create_future()
    results = app.browser.results
    show = results.show

    def shown_now(*args: object, **kwargs: object) -> None:
        show(*args, **kwargs)  # type: ignore[arg-type]
        if not shown.done():
            shown.set_result(time.perf_counter())

    results.show = shown_now  # type: ignore[method-assign]
    started = time.perf_counter()
    app.app.post_message(events.Key(key, key))
    taken = 1000 * (await asyncio.wait_for(shown, PATIENCE_S) - started)
    results.show = show  # type: ignore[method-assign]
    await app.settle()
    return taken


async def _arrow_to_player(app: Driven) -> float:
    played: asyncio.Future[float] = asyncio.get_running_loop().create_future()
    play = app.player.play

    def played_now(*args: object, **kwargs: object) -> None:
        played.set_result(time.perf_counter())
        play(*args, **kwargs)  # type: ignore[arg-type]

    app.player.play = played_now  # type: ignore[method-assign]
    started = time.perf_counter()
    app.app.simulate_key("down")
    taken = 1000 * (await asyncio.wait_for(played, PATIENCE_S) - started)
    app.player.play = play  # type: ignore[method-assign]
    await app.settle()
    return taken


async def _scroll(app: Driven, place: int) -> tuple[float, float]:
    """Jump to a place nobody has looked at; milliseconds until its rows are there, and to draw them."""
    results = app.browser.results
    started = time.perf_counter()
    results.scroll_to(0, place, animate=False)
    while not all(row in results._rows for row in range(place, place + results.size.height)):
        await asyncio.sleep(0.001)
    results.on_resize()  # forget drawn waveforms
    fetched = time.perf_counter()
    for y in range(results.size.height):
        results.render_line(y)
    return 1000 * (fetched - started), 1000 * (time.perf_counter() - fetched)


def main() -> None:
    """Build, measure, write down."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sounds", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=len(QUERIES))
    write_flag(parser)
    options = parser.parse_args()
    library = Path(tempfile.mkdtemp(prefix="cratedig-benchmark-"))
    try:
        _build(library, options.sounds)
        starts = [in_terminal(library, options.sounds) for _ in range(options.rounds)]
        settings = load_settings({"library": library}, {"CRATEDIG_CONFIG": os.devnull})
        taken = asyncio.run(inside(settings, options.rounds))
    finally:
        shutil.rmtree(library)
    figures: dict[str, object] = {"seed": SEED, "sounds": options.sounds, "terminal": f"{WIDTH}x{HEIGHT}"}
    figures |= {name: spread([start[name] for start in starts]) for name in starts[0]}
    figures |= {name: spread(of_name) for name, of_name in taken.items()}
    report("app", figures, write=options.write)


def _build(library: Path, sounds: int) -> None:
    with Store.create_or_open(library) as store:
        build(store, sounds)
        if store.model is not None:
            rebuild_cache(store, store.model)
        store.truncate_log()


if __name__ == "__main__":
    main()
