"""Real captures of the app for the README and the docs: the demo library, keys, and every cell of the screen as PNG.

    .venv/bin/python -m data.demo demo && .venv/bin/python -m data.capture demo docs/images

Glyphs are those of DejaVu Sans Mono, which comes with matplotlib (the extra `train`); braille is drawn dot by dot.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
from PIL import Image, ImageDraw, ImageFont
from rich.cells import cell_len
from rich.color import Color
from rich.style import Style
from textual.strip import Strip

from cratedig.config import load_settings
from cratedig.store.store import Store
from indexer.map import update
from tests.tui.driving import Driven, driven

SIZE = (120, 36)
CELL = (12, 24)  # pixels
POINTS = 20
BRAILLE = range(0x2800, 0x2900)
DOTS = ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3))  # column and row, by bit
FOREGROUND, BACKGROUND = (224, 224, 224), (18, 18, 18)

SCENES: dict[str, tuple[str, ...]] = {
    "app": ("dusty kick", "enter", "down", "f", "down", "x", "down"),
    "app-similar": ("dusty kick", "enter", "s", "slash", "darker kind:one-shot", "enter", "down", "l"),
    "app-filters": ("kind:loop bpm:~120", "enter", "down", "down", "down"),
    "app-map": ("enter", "m", "right", "right"),
    "app-help": ("f1",),
}


def copied(library: Path, folder: Path) -> Path:
    """Copy a library, so that favourites and queries of a capture are not the demo's, and draw its map."""
    shutil.copytree(library, folder / "library")
    with Store.open(folder / "library") as store:
        for _ in update(store, lambda: False):
            pass
    return folder / "library"


async def capture(library: Path, images: Path) -> None:
    """Play the scenes and write one image each."""
    settings = load_settings({"library": library}, {"CRATEDIG_CONFIG": os.devnull})
    for name, keys in SCENES.items():
        async with driven(settings, size=SIZE) as app:
            for key in keys:
                await _press_or_type(app, key)
            for toast in list(app.app._notifications):
                app.app._unnotify(toast)
            await app.settle()
            picture(app.app.screen._compositor.render_strips()).save(images / f"{name}.png", optimize=True)
            print(images / f"{name}.png", flush=True)


async def _press_or_type(app: Driven, key: str) -> None:
    if " " in key or ":" in key:
        await app.type(key)
    else:
        await app.press(key)


def picture(strips: Sequence[Strip]) -> Image.Image:
    """Draw strips as a terminal does, a cell at a time."""
    width, height = CELL
    image = Image.new("RGB", (SIZE[0] * width, len(strips) * height), BACKGROUND)
    draw = ImageDraw.Draw(image)
    fonts = {bold: _font("DejaVuSansMono-Bold.ttf" if bold else "DejaVuSansMono.ttf") for bold in (False, True)}
    for row, strip in enumerate(strips):
        column = 0
        for text, style, _ in strip:
            foreground, background = _colours(style or Style())
            for glyph in text:
                x, y = column * width, row * height
                cells = cell_len(glyph)
                draw.rectangle((x, y, x + cells * width - 1, y + height - 1), fill=background)
                if ord(glyph) in BRAILLE:
                    _dots(draw, x, y, ord(glyph) - BRAILLE.start, foreground)
                else:
                    draw.text((x, y), glyph, fill=foreground, font=fonts[bool(style and style.bold)])
                column += cells
    return image


def _font(name: str) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(Path(mpl.get_data_path()) / "fonts" / "ttf" / name, POINTS)


def _dots(draw: ImageDraw.ImageDraw, x: int, y: int, bits: int, colour: tuple[int, ...]) -> None:
    across, down = CELL[0] // 2, CELL[1] // 4
    for bit, (column, row) in enumerate(DOTS):
        if bits >> bit & 1:
            left, top = x + column * across, y + row * down
            draw.rectangle((left + 1, top + 1, left + across - 2, top + down - 2), fill=colour)


def _colours(style: Style) -> tuple[tuple[int, ...], tuple[int, ...]]:
    foreground, background = _rgb(style.color, FOREGROUND), _rgb(style.bgcolor, BACKGROUND)
    if style.dim:
        foreground = tuple((f + b) // 2 for f, b in zip(foreground, background, strict=True))
    return (background, foreground) if style.reverse else (foreground, background)


def _rgb(colour: Color | None, default: tuple[int, ...]) -> tuple[int, ...]:
    return default if colour is None or colour.triplet is None else tuple(colour.triplet)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("demo", type=Path, help="folder that data.demo made")
    parser.add_argument("images", type=Path)
    options = parser.parse_args()
    options.images.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(capture(copied(options.demo.absolute() / "library", Path(folder)), options.images))


if __name__ == "__main__":
    main()
