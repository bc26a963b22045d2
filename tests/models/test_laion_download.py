"""Downloading from a real server on this machine: whole, continued, broken off."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from cratedig.errors import ModelError
from cratedig.models.laion.download import fetch

BODY = bytes(range(256)) * 10_000


class Server(BaseHTTPRequestHandler):
    """Serves `BODY` with ranges; /plain without them; /short breaks off."""

    asked: list[str | None] = []  # noqa: RUF012

    def do_GET(self) -> None:
        wanted = self.headers["Range"]
        self.asked.append(wanted)
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and self.path != "/plain" else 0
        if self.path == "/missing":
            self.send_error(404)
            return
        if start >= len(BODY):
            self.send_error(416)
            return
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(BODY) - start))
        self.end_headers()
        self.wfile.write(BODY[start : len(BODY) // 2 if self.path == "/short" else None])

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    Server.asked.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Server) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_address[1]}"
        running.shutdown()


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "downloads" / "model.pt"


def test_a_file_is_downloaded_with_progress(server: str, target: Path) -> None:
    steps = list(fetch(f"{server}/model", target))
    assert target.read_bytes() == BODY
    assert [step.done for step in steps] == sorted(step.done for step in steps)
    assert (steps[-1].done, steps[-1].total) == (len(BODY), len(BODY))
    assert [path.name for path in target.parent.iterdir()] == ["model.pt"]


def test_a_file_that_is_there_is_not_asked_for(server: str, target: Path) -> None:
    target.parent.mkdir()
    target.write_bytes(b"mine")
    assert list(fetch(f"{server}/model", target)) == []
    assert target.read_bytes() == b"mine"
    assert Server.asked == []


def test_a_stopped_download_continues(server: str, target: Path) -> None:
    with pytest.raises(ModelError, match=r"broke off|cannot be downloaded"):
        list(fetch(f"{server}/short", target))
    assert not target.exists()
    steps = list(fetch(f"{server}/model", target))
    assert target.read_bytes() == BODY
    assert Server.asked == [None, f"bytes={len(BODY) // 2}-"]
    assert steps[-1].total == len(BODY)


def test_a_server_without_ranges_begins_again(server: str, target: Path) -> None:
    target.parent.mkdir()
    target.with_name("model.pt.part").write_bytes(b"xyz")
    list(fetch(f"{server}/plain", target))
    assert target.read_bytes() == BODY


def test_a_part_longer_than_the_file_is_thrown_away(server: str, target: Path) -> None:
    target.parent.mkdir()
    target.with_name("model.pt.part").write_bytes(BODY + b"more")
    with pytest.raises(ModelError):
        list(fetch(f"{server}/model", target))
    list(fetch(f"{server}/model", target))
    assert target.read_bytes() == BODY


@pytest.mark.parametrize("path", ["/missing", None])
def test_offline_says_what_to_fetch_and_where_to_put_it(server: str, target: Path, path: str | None) -> None:
    url = f"{server}{path}" if path else "http://127.0.0.1:1/model"
    with pytest.raises(ModelError, match="cannot be downloaded") as error:
        list(fetch(url, target))
    assert url in error.value.message
    assert str(target) in error.value.hint
    assert not target.exists()
