"""Build the wheel, install it in a fresh environment without extras, use it there, and weigh it.

    .venv/bin/python -m benchmarks.install_size

Fails when the installed command cannot index and find a sound: this is the packaging check of `make check`.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

from benchmarks.record import report, write_flag
from data.demo_pack import build

ROOT = Path(__file__).parents[1]
MB = 1e6


def run(*command: object, cwd: Path) -> str:
    """Run a command outside the checkout and return what it prints."""
    done = subprocess.run([str(part) for part in command], cwd=cwd, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout


def megabytes(folder: Path) -> float:
    """Size of all files below a folder."""
    return round(sum(file.lstat().st_size for file in folder.rglob("*") if file.is_file()) / MB, 1)


def main() -> None:
    """Build, install, use, weigh."""
    parser = argparse.ArgumentParser(description=__doc__)
    write_flag(parser)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cratedig-wheel-") as temporary:
        base = Path(temporary)
        run(sys.executable, "-m", "build", "--wheel", "--outdir", base / "dist", ROOT, cwd=base)
        wheel = next((base / "dist").glob("cratedig-*.whl"))
        venv.create(base / "venv", with_pip=True)
        before = megabytes(base / "venv")
        bin_folder = base / "venv" / ("Scripts" if sys.platform == "win32" else "bin")
        pip = (bin_folder / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
        run(*pip, wheel, cwd=base)
        cratedig = bin_folder / "cratedig"
        build(base / "pack")
        run(cratedig, "index", base / "pack", "--library", base / "library", "--json", cwd=base)
        hits = run(cratedig, "search", "dusty kick", "--library", base / "library", "--json", cwd=base)
        if len(hits.splitlines()) != 20 or json.loads(hits.splitlines()[0])["rank"] != 1:
            raise SystemExit("The installed wheel does not find sounds.")
        figures = {
            "wheel_mb": round(wheel.stat().st_size / MB, 2),
            "installed_base_mb": round(megabytes(base / "venv") - before, 1),
            "weights_mb": megabytes(ROOT / "cratedig" / "models" / "compact"),
        }
    report("install-size", figures, write=options.write)


if __name__ == "__main__":
    main()
