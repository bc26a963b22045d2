"""laion_clap itself as a model: in a process and an environment of its own, as its pins clash with cratedig's."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tempfile
import venv
import weakref
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np

from cratedig.errors import ModelError
from cratedig.models.laion.download import Progress
from cratedig.models.laion.frontend import SR, WINDOW_S
from cratedig.models.laion.manifest import ENVIRONMENT, Manifest, read_manifest
from cratedig.models.laion.model import info_of
from cratedig.types import FloatArray, ModelInfo

__all__ = ["ReferenceModel", "add_reference", "make_environment"]

HERE = Path(__file__).parent
LAION_CLAP = "laion-clap==1.1.7"
TOWERS = ("HTSAT-tiny", "HTSAT-base")  # that laion_clap knows by name
LONGEST = round(SR * WINDOW_S)


class ReferenceModel:
    """laion_clap's own vectors, several times slower than `LaionModel`'s: for comparison.

    Parameters
    ----------
    folder : Path
        An installed model with ``reference.pt``.
    manifest : Manifest
        What it is.
    """

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self._folder = folder
        self._tower = manifest.tower
        self._info = info_of(manifest, "reference")
        self._said = tempfile.TemporaryFile()  # noqa: SIM115  (as long as this object)
        weakref.finalize(self, self._said.close)

    @property
    def info(self) -> ModelInfo:
        """Name, sizes and identity of the vector space."""
        return self._info

    def embed_audio(self, batch: Sequence[FloatArray]) -> FloatArray:
        """See `EmbeddingModel.embed_audio`."""
        sounds = [y[:LONGEST].astype("<f4") for y in batch]
        return self._ask({"samples": [len(y) for y in sounds]}, b"".join(y.tobytes() for y in sounds), len(batch))

    def embed_text(self, texts: Sequence[str]) -> FloatArray:
        """See `EmbeddingModel.embed_text`."""
        return self._ask({"texts": list(texts)}, b"", len(texts))

    def unknown_words(self, text: str) -> list[str]:  # noqa: ARG002
        """See `EmbeddingModel.unknown_words`."""
        return []

    @cached_property
    def _process(self) -> subprocess.Popen[bytes]:
        """The worker; it ends with this object, and with this process."""
        python = _python(self._folder.parent / ENVIRONMENT)
        worker = [python, HERE / "reference_worker.py", self._folder / "reference.pt", self._folder, self._tower]
        pipe = subprocess.PIPE
        process = subprocess.Popen([str(part) for part in worker], stdin=pipe, stdout=pipe, stderr=self._said)
        weakref.finalize(self, _stop, process)
        return process

    def _ask(self, request: dict[str, object], numbers: bytes, n: int) -> FloatArray:
        if n == 0:
            return np.empty((0, self._info.dim), np.float32)
        try:
            requests, answers = self._process.stdin, self._process.stdout
            assert requests is not None and answers is not None  # noqa: S101, PT018
            requests.write(json.dumps(request).encode() + b"\n" + numbers)
            requests.flush()
            shape = json.loads(answers.readline())["shape"]
            vectors = np.frombuffer(answers.read(4 * shape[0] * shape[1]), "<f4")
        except (OSError, ValueError) as error:
            raise ModelError(
                f"laion_clap stopped: {self._last_words()}.", f"Add it again: cratedig model add {self._info.name}"
            ) from error
        return vectors.reshape(shape).astype(np.float32)

    def _last_words(self) -> str:
        self._said.seek(0)
        lines = self._said.read().decode(errors="replace").split("\n")
        return next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")


def add_reference(folder: Path, checkpoint: Path) -> Iterator[Progress]:
    """Let an installed model be run by laion_clap too.

    Parameters
    ----------
    folder : Path
        The installed model.
    checkpoint : Path
        The file it was made from. laion_clap is given a copy of its weights alone: it would run what is in the file.

    Raises
    ------
    ModelError
        It is another checkpoint, laion_clap does not know its tower, or the environment cannot be made.
    """
    from cratedig.models.laion.checkpoint import read_weights, save_weights, sha256_of  # noqa: PLC0415

    manifest = read_manifest(folder)
    if manifest.tower not in TOWERS:
        raise ModelError(f"laion_clap has no tower like that of {manifest.name}: {manifest.tower}.")
    yield Progress("checking the checkpoint")
    if sha256_of(checkpoint) != manifest.sha256:
        raise ModelError(f"{checkpoint} is not what {manifest.name} was made from.", "Give that file with --file.")
    weights = read_weights(checkpoint)
    yield from make_environment(folder.parent / ENVIRONMENT)
    yield Progress("writing the weights for laion_clap")
    part = folder / "reference.pt.part"
    save_weights(weights, part)
    part.replace(folder / "reference.pt")


def make_environment(folder: Path) -> Iterator[Progress]:
    """Make the private environment of laion_clap, unless it is there.

    Raises
    ------
    ModelError
        A package cannot be installed.
    """
    if (folder / "complete").is_file():
        return
    yield Progress("making an environment for laion_clap (half a gigabyte, minutes)")
    venv.create(folder, with_pip=True)
    for arguments in (["-r", str(HERE / "requirements-reference.txt")], ["--no-deps", LAION_CLAP]):
        pip = [str(_python(folder)), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *arguments]
        done = subprocess.run(pip, capture_output=True, text=True, check=False)
        if done.returncode:
            raise ModelError(
                f"laion_clap cannot be installed: {done.stderr.strip().splitlines()[-1]}",
                "It needs the network once. Run the command again when it is there.",
            )
    (folder / "complete").touch()


def _stop(process: subprocess.Popen[bytes]) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):  # a worker that died
                pipe.close()
    process.wait()


def _python(environment: Path) -> Path:
    return environment / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
