"""The report of an intake as one HTML page: nothing is fetched, no script runs, sounds play from where they lie."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from itertools import groupby
from pathlib import Path, PurePath

import numpy as np

from cratedig.analysis.waveform import unpack
from cratedig.store.tags import TagRow
from indexer.events import FileFailed, IntakeFinished, PackFound, SoundFound

__all__ = ["MARK", "as_html"]

COLUMNS, HEIGHT = 88, 32  # of a drawn waveform
TAGS_SHOWN = 8
STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 68rem; padding: 0 1rem;
  color-scheme: light dark; }
h2 { margin-top: 2.5rem; } .quiet { opacity: .65; } .warn { color: #b3261e; font-weight: 600; }
.sound { display: grid; grid-template-columns: 180px 1fr 300px; gap: 1rem; align-items: center; padding: .4rem 0;
  border-top: 1px solid #8884; content-visibility: auto; contain-intrinsic-size: auto 60px; }
.sound b { overflow-wrap: anywhere; } svg { width: 176px; height: 32px; display: block; } audio { width: 300px; }
.tag { border: 1px solid currentColor; border-radius: 1em; padding: 0 .55em; margin-right: .3em; white-space: nowrap; }
.unsure { border-style: dashed; opacity: .7; } blockquote { margin: .3rem 0; border-left: 3px solid #8886;
  padding-left: .8rem; }
"""
MARK = '<!DOCTYPE html>\n<html lang="en"><head><meta name="generator" content="cratedig">'  # how each page begins
PAGE = (
    MARK
    + """<meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title><style>{style}</style></head><body>
<h1>{title}</h1>
"""
)


def as_html(
    finished: IntakeFinished,
    packs: Sequence[PackFound],
    sounds: Sequence[SoundFound],
    pictures: Mapping[str, bytes],
) -> Iterator[str]:
    """Iterate over the parts of the page. Names may hold anything: all of them are escaped.

    Parameters
    ----------
    finished, packs, sounds
        What `indexer.intake.intake` said.
    pictures : mapping of str to bytes
        Packed waveforms by content; a silent sound has none.
    """
    yield PAGE.format(title=f"New in the crate: {_text(PurePath(finished.folder).name)}", style=STYLE)
    yield f'<p class="quiet">{_text(finished.folder)}</p>\n<p>{_summary(finished)}. A dashed tag is not sure.</p>\n'
    of_pack = {path: list(group) for path, group in groupby(sounds, key=lambda sound: sound.pack)}
    for pack in packs:
        yield from _pack(pack, of_pack.get(pack.path, []), pictures)
    if finished.failed:
        yield "<h2>Not readable</h2>\n<ul>\n"
        yield from (_failure(failed) for failed in finished.failed)
        yield "</ul>\n"
    yield "</body></html>\n"


def _summary(finished: IntakeFinished) -> str:
    counts = {
        "pack" if finished.packs == 1 else "packs": finished.packs,
        "sound" if finished.sounds == 1 else "sounds": finished.sounds,
        "you own already": finished.owned,
        "without a sure tag": finished.untagged,
        "named one thing, sounding like another": finished.conflicts,
        "not readable": len(finished.failed),
    }
    return " · ".join(f"{count} {what}" for what, count in counts.items() if count)


def _pack(pack: PackFound, sounds: Sequence[SoundFound], pictures: Mapping[str, bytes]) -> Iterator[str]:
    vendor = f' <span class="quiet">by {_text(pack.vendor)}</span>' if pack.vendor else ""
    warning = ' class="warn"' if pack.licence in {"unknown", "nc"} or pack.contradictory else ""
    asks = f", asks for: {_text(', '.join(pack.asks))}" if pack.asks else ""
    disagree = " Its documents disagree: this is the strictest of them." if pack.contradictory else ""
    yield f"<h2>{_text(pack.title)}{vendor}</h2>\n<p{warning}>Licence: {_text(pack.name)}{asks}.{disagree}</p>\n"
    for document in pack.evidence:
        yield f'<p class="quiet">{_link(document.path)}, SHA-256 {document.sha256[:16]}</p>\n'
        yield from (f"<blockquote>{_text(phrase)}</blockquote>\n" for phrase in document.says)
    terms = Counter(term for sound in sounds for term in {row.term for row in sound.tags if row.in_force})
    if terms:
        yield f"<p>{' '.join(_pill(f'{term} {count}') for term, count in terms.most_common(20))}</p>\n"
    for sound in sounds:
        yield _sound(sound, pictures.get(sound.content))


def _sound(sound: SoundFound, picture: bytes | None) -> str:
    facts = [
        f"{sound.duration_s:.2f} s",
        sound.kind or "silent",
        "" if sound.bpm is None else f"{sound.bpm:g} bpm",
        sound.key or "",
    ]
    tags = " ".join(_tag(row) for row in sound.tags[:TAGS_SHOWN] if row.state != "rejected")
    others = {"you own it as": sound.owned, "twice in here:": sound.copies, "another version:": sound.versions}
    against = "".join(
        f'<br><span class="warn">{_text(f"named {c.named}, sounds like {c.heard}")}</span>' for c in sound.conflicts
    )
    listed = "".join(
        f'<br><span class="quiet">{what} {_link(path)}</span>' for what, paths in others.items() for path in paths
    )
    return (
        f'<div class="sound">{_drawn(picture)}<div><b>{_text(PurePath(sound.path).name)}</b>'
        f' <span class="quiet">{_text(" · ".join(filter(None, facts)))}</span><br>{tags}{against}{listed}</div>'
        f'<audio controls preload="none" src="{_address(sound.path)}"></audio></div>\n'
    )


def _tag(row: TagRow) -> str:
    return _pill(f"{row.term} {100 * row.score:.0f} % {row.source}", "" if row.in_force else " unsure")


def _pill(text: str, more: str = "") -> str:
    return f'<span class="tag{more}">{_text(text)}</span>'


def _failure(failed: FileFailed) -> str:
    return f"<li>{_text(failed.path)} <span class=quiet>({_text(failed.reason)})</span></li>\n"


def _drawn(picture: bytes | None) -> str:
    """Draw bars around the middle, coloured by the share of low, middle and high bands."""
    if picture is None:
        return "<span></span>"
    drawn = unpack(picture)
    peaks = [float(part.max()) for part in np.array_split(drawn.peaks, COLUMNS)]
    red, green, blue = (round(60 + 160 * float(level)) for level in drawn.colours.mean(axis=0))
    bars = "".join(
        f"M{2 * i} {round(HEIGHT / 2 * (1 - peak))}v{max(round(HEIGHT * peak), 1)}" for i, peak in enumerate(peaks)
    )
    return (
        f'<svg viewBox="-1 0 {2 * COLUMNS} {HEIGHT}" aria-hidden="true">'
        f'<path d="{bars}" stroke="rgb({red},{green},{blue})" stroke-width="1.4"/></svg>'
    )


def _link(path: str) -> str:
    return f'<a href="{_address(path)}">{_text(PurePath(path).name)}</a>'


def _address(path: str) -> str:
    """A file: address, percent-encoded byte by byte: a name need not be text."""
    return escape(Path(path).as_uri())


def _text(text: str) -> str:
    """Escape a text for HTML; control characters and undecodable bytes become marks."""
    return escape("".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text))
