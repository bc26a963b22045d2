"""The recipes of the loops, and of the long recording."""

from __future__ import annotations

from data.demo_pack import fx, tonal
from data.demo_pack.effects import chorus, dusty, echo
from data.demo_pack.loops import Groove, riff
from data.demo_pack.sound import Sound

__all__ = ["LONG", "LOOPS"]

GROOVES = [
    Sound(
        "groove boom bap",
        "drum loop",
        "dusty, boom bap, hip hop, lo-fi, swing",
        Groove(
            88,
            (
                ("kick dusty", 1.0, "X..x ..x. ..X. ...x X..x ...x ..X. .x.."),
                ("snare dusty", 0.9, ".... X... .... X..o .... X..o .o.. X..."),
                ("hat soft", 0.4, "X.x. x.x. X.x. x.xo X.x. x.x. X.xo x.x."),
            ),
            swing=0.6,
        ),
        kind="loop",
        bpm=88,
    ),
    Sound(
        "groove house",
        "drum loop",
        "house, four on the floor, clean",
        Groove(
            124,
            (
                ("kick punchy", 1.0, "X... X... X... X... X... X... X... X..."),
                ("clap dry", 0.7, ".... X... .... X... .... X... .... X..x"),
                ("open short", 0.45, "..X. ..X. ..X. ..X. ..X. ..X. ..X. ..X."),
                ("hat tight", 0.35, "x.xo x.xo x.xo x.xo x.xo x.xo x.xo xxxo"),
            ),
        ),
        kind="loop",
        bpm=124,
    ),
    Sound(
        "groove techno",
        "drum loop",
        "techno, distorted, hard, driving",
        Groove(
            135,
            (
                ("kick distorted", 1.0, "X... X... X... X... X... X... X... X..."),
                ("hat metal", 0.4, "..X. ..X. ..X. ..X. ..X. ..X. ..X. ..Xx"),
                ("rim dry", 0.35, "...x ..x. .x.. x... ...x ..x. .x.. x.x."),
            ),
        ),
        kind="loop",
        bpm=135,
    ),
    Sound(
        "groove trap",
        "drum loop",
        "trap, 808, hard",
        Groove(
            140,
            (
                ("kick deep", 1.0, "X... .... ..x. .... .... ..X. .... ...."),
                ("snare tight", 0.8, ".... .... X... .... .... .... X... ...."),
                ("hat tight", 0.35, "X.x. x.x. x.xx x.x. X.x. xxxx x.x. x.xx"),
            ),
        ),
        kind="loop",
        bpm=140,
    ),
    Sound(
        "groove breaks",
        "drum loop",
        "breakbeat, jungle, drum and bass, fast",
        Groove(
            172,
            (
                ("kick clean", 1.0, "X.X. .... ..XX .... X.X. .... ..X. ...."),
                ("snare clean", 0.9, ".... X..o .o.. X..o .... X..o .o.. ..X."),
                ("ride", 0.25, "X.X. X.X. X.X. X.X. X.X. X.X. X.X. X.X."),
            ),
            swing=0.53,
        ),
        kind="loop",
        bpm=172,
    ),
    Sound(
        "groove latin",
        "percussion loop",
        "latin, conga, shaker, hand percussion",
        Groove(
            104,
            (
                ("conga open", 0.9, "..x. ..XX ..x. ..XX ..x. ..XX ..x. .xXX"),
                ("conga slap", 0.8, "x... X... x... X... x... X... x..x X..."),
                ("shaker soft", 0.4, "X.xo X.xo X.xo X.xo X.xo X.xo X.xo X.xo"),
                ("clave", 0.5, "X..X ..X. ..X. X... X..X ..X. ..X. X..."),
            ),
        ),
        kind="loop",
        bpm=104,
    ),
    Sound(
        "groove bells",
        "percussion loop",
        "cowbell, tambourine, woodblock, funky",
        Groove(
            116,
            (
                ("cowbell", 0.7, "X..x ..x. X.x. .x.. X..x ..x. X.x. .xx."),
                ("tambourine", 0.5, ".... X... .... X... .... X... .... X..."),
                ("woodblock", 0.6, "..x. ...x .x.. x.x. ..x. ...x .x.. x..."),
                ("shaker bright", 0.4, "xoxo xoxo xoxo xoxo xoxo xoxo xoxo xoxo"),
            ),
        ),
        kind="loop",
        bpm=116,
    ),
]

ACID_LINE = "A1 A1 A2 A1 C2 A1 G1 A1 A1 E2 A1 A2 D2 C2 G1 E1"
ARP_LINE = "A3 C4 E4 A4 C5 A4 E4 C4 F3 A3 C4 F4 A4 F4 C4 A3 C4 E4 G4 C5 E5 C5 G4 E4 G3 B3 D4 G4 B4 G4 D4 B3"

RIFFS = [
    Sound(
        "riff acid",
        "bass loop",
        "acid, 303, resonant, techno",
        lambda _: riff(
            lambda note, s: tonal.acid_bass(note, duration_s=0.95 * s, peak_hz=3000, q=3.6),
            [(step / 4, 0.25, note) for step, note in enumerate(2 * ACID_LINE.split())],
            bpm=130,
            beats=8,
        ),
        kind="loop",
        bpm=130,
        key="Am",
    ),
    Sound(
        "riff 808",
        "bass loop",
        "808, trap, deep, sub",
        lambda r: riff(
            lambda note, s: tonal.bass_808(r, note, duration_s=s, drive=3.0),
            [(0, 2.5, "F1"), (2.5, 1, "F1"), (3.5, 2.5, "Ab1"), (6, 1.5, "C1"), (7.5, 0.5, "Eb1")],
            bpm=142,
            beats=8,
        ),
        kind="loop",
        bpm=142,
        key="Fm",
    ),
    Sound(
        "riff house",
        "bass loop",
        "house, synth bass, groovy",
        lambda _: riff(
            lambda note, s: tonal.synth_bass(note, duration_s=s),
            [
                (start + beat, 0.45, note)
                for start, notes in ((0, "D2 D2 C2 D2"), (4, "Bb1 Bb1 C2 A1"))
                for beat, note in zip((0.5, 1.5, 2.25, 3.5), notes.split(), strict=True)
            ],
            bpm=122,
            beats=8,
        ),
        kind="loop",
        bpm=122,
        key="Dm",
    ),
    Sound(
        "riff keys",
        "melodic loop",
        "electric piano, chords, lo-fi hip hop, dusty",
        lambda r: riff(
            lambda notes, s: dusty(
                r, tonal.electric_piano(tuple(notes.split()), duration_s=1.5 * s).mean(axis=1), 4200, 0.06
            ),
            [
                (0, 2, "C3 Bb3 D4 Eb4 G4"),
                (2, 2, "F2 Eb3 Ab3 C4 G4"),
                (4, 2, "Ab2 G3 Bb3 C4 Eb4"),
                (6, 2, "G2 F3 B3 D4 Eb4"),
            ],
            bpm=82,
            beats=8,
        ),
        kind="loop",
        bpm=82,
        key="Cm",
    ),
    Sound(
        "riff arp",
        "melodic loop",
        "arpeggio, pluck, trance, dreamy",
        lambda r: riff(
            lambda note, s: echo(chorus(tonal.pluck(r, note, t60_s=2.5 * s)), 1.5 * s, 0.45, 2),
            [(step / 4, 0.25, note) for step, note in enumerate(ARP_LINE.split())],
            bpm=126,
            beats=8,
        ),
        kind="loop",
        bpm=126,
        key="Am",
    ),
    Sound(
        "riff stabs",
        "melodic loop",
        "chord stabs, house, synth",
        lambda _: riff(
            lambda notes, s: tonal.stab(tuple(notes.split()), duration_s=s),
            [
                (beat + offset, 0.75, notes)
                for beat, notes in (
                    (0, "F3 Ab3 C4 Eb4"),
                    (4, "Db3 F3 Ab3 C4"),
                    (8, "Eb3 G3 Bb3 Db4"),
                    (12, "C3 Eb3 G3 Bb3"),
                )
                for offset in (0.0, 0.75, 1.5, 2.75)
            ],
            bpm=124,
            beats=16,
        ),
        kind="loop",
        bpm=124,
        key="Fm",
    ),
    Sound(
        "riff pad",
        "melodic loop",
        "pad, chords, ambient, warm",
        lambda r: riff(
            lambda notes, s: tonal.pad(r, tuple(notes.split()), duration_s=1.25 * s, cutoff_hz=2600, attack_s=0.25 * s),
            [(0, 4, "G2 D3 G3 B3"), (4, 4, "E2 B2 E3 G3"), (8, 4, "C3 G3 C4 E4"), (12, 4, "D3 A3 D4 F#4")],
            bpm=100,
            beats=16,
        ),
        kind="loop",
        bpm=100,
        key="G",
    ),
]

LONG = [
    Sound(
        "scene rain",
        "ambience",
        "field recording, rain, wind, gong",
        fx.rain_with_gong,
        kind=None,
        event_s=9.0,
    ),
]

LOOPS = [*GROOVES, *RIFFS]
