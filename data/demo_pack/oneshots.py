"""The recipes of every one-shot in the pack."""

from __future__ import annotations

from data.demo_pack import drums, fx, tonal
from data.demo_pack.effects import chorus, crush, dusty, echo, lowpass, overdriven, reverb, saturate
from data.demo_pack.sound import Sound

__all__ = ["ONE_SHOTS"]

DRUMS = [
    Sound("kick clean", "kick", "clean, round, medium", drums.kick),
    Sound(
        "kick punchy",
        "kick",
        "punchy, tight, hard",
        lambda r: drums.kick(r, pitch_hz=56, sweep_hz=420, sweep_s=0.018, t60_s=0.3, click=0.7, drive=2.2),
    ),
    Sound(
        "kick deep",
        "kick",
        "deep, long, boomy, 808",
        lambda r: drums.kick(r, pitch_hz=41, sweep_hz=110, sweep_s=0.03, t60_s=1.1, click=0.12),
    ),
    Sound(
        "kick click",
        "kick",
        "short, clicky, tight, dry",
        lambda r: drums.kick(r, pitch_hz=64, sweep_hz=900, sweep_s=0.009, t60_s=0.14, click=1.0),
    ),
    Sound(
        "kick distorted",
        "kick",
        "distorted, gritty, hard, aggressive",
        lambda r: overdriven(drums.kick(r, pitch_hz=48, sweep_hz=500, t60_s=0.45, click=0.6)),
    ),
    Sound(
        "kick dusty",
        "kick",
        "dusty, lo-fi, vinyl, dark",
        lambda r: dusty(r, drums.kick(r, pitch_hz=62, sweep_hz=210, t60_s=0.34, click=0.6), 2400, 0.14),
    ),
    Sound(
        "kick worn",
        "kick",
        "dusty, lo-fi, crunchy, boom bap",
        lambda r: dusty(r, saturate(drums.kick(r, pitch_hz=70, t60_s=0.26, click=0.9), 3.0), 3600, 0.2),
    ),
    Sound(
        "kick hall",
        "kick",
        "reverb, wet, huge",
        lambda r: reverb(r, drums.kick(r, pitch_hz=50, sweep_hz=330, click=0.6), 1.6, 0.22, 2500),
    ),
    Sound("snare clean", "snare", "clean, crisp", drums.snare),
    Sound(
        "snare tight",
        "snare",
        "tight, short, bright, dry",
        lambda r: drums.snare(r, pitch_hz=235, body_s=0.09, wires_s=0.13, bright_hz=14_000),
    ),
    Sound(
        "snare fat",
        "snare",
        "fat, heavy, low, warm",
        lambda r: drums.snare(r, pitch_hz=150, body_s=0.3, wires_s=0.3, wires=0.6, bright_hz=5500, drive=2.2),
    ),
    Sound(
        "snare dusty",
        "snare",
        "dusty, lo-fi, vinyl, dark",
        lambda r: dusty(r, drums.snare(r, pitch_hz=195, wires_s=0.2), 3400, 0.16),
    ),
    Sound(
        "snare hall",
        "snare",
        "reverb, wet, huge",
        lambda r: reverb(r, drums.snare(r, pitch_hz=170, wires_s=0.25), 1.5, 0.4),
    ),
    Sound(
        "snare crushed",
        "snare",
        "bitcrushed, 8-bit, gritty, distorted",
        lambda r: crush(saturate(drums.snare(r, pitch_hz=210), 4.0), 4, 9000),
    ),
    Sound("rim dry", "rimshot", "dry, short, hollow", drums.rimshot),
    Sound(
        "rim room",
        "rimshot",
        "room, woody",
        lambda r: reverb(r, drums.rimshot(r, pitch_hz=410, t60_s=0.09), 0.5, 0.2),
    ),
    Sound("clap dry", "clap", "dry, tight, clean", lambda r: drums.clap(r, t60_s=0.16)),
    Sound(
        "clap big",
        "clap",
        "big, wide, layered",
        lambda r: chorus(drums.clap(r, hands=6, spread_s=0.009, t60_s=0.35), 0.004),
    ),
    Sound("clap hall", "clap", "reverb, wet, hall", lambda r: reverb(r, drums.clap(r), 1.8, 0.4)),
    Sound("clap dusty", "clap", "dusty, lo-fi, vinyl", lambda r: dusty(r, drums.clap(r, t60_s=0.2), 3200, 0.15)),
    Sound("hat tight", "closed hat", "tight, short, bright", lambda r: drums.hat(r, t60_s=0.07, tone_hz=7500)),
    Sound("hat soft", "closed hat", "soft, dark", lambda r: lowpass(drums.hat(r, t60_s=0.1, metal=0.2), 9500)),
    Sound("hat metal", "closed hat", "metallic, electronic", lambda r: drums.hat(r, t60_s=0.11, metal=0.95)),
    Sound(
        "hat crushed",
        "closed hat",
        "bitcrushed, lo-fi, gritty",
        lambda r: crush(saturate(drums.hat(r, t60_s=0.09, tone_hz=5500), 1.5), 5, 19_000),
    ),
    Sound("open bright", "open hat", "bright, long, sizzling", lambda r: drums.hat(r, t60_s=0.75, metal=0.35)),
    Sound("open short", "open hat", "short, crisp", lambda r: drums.hat(r, t60_s=0.5, tone_hz=7400, metal=0.6)),
    Sound(
        "open metal",
        "open hat",
        "metallic, electronic",
        lambda r: drums.hat(r, t60_s=0.6, metal=0.9, pitch=1.15),
    ),
    Sound("crash", "crash", "long, bright, splashy", drums.crash),
    Sound("ride", "ride", "ringing, metallic", drums.ride),
    Sound("tom floor", "tom", "low, deep, floor", lambda r: drums.tom(r, pitch_hz=78, t60_s=0.8)),
    Sound("tom mid", "tom", "mid, round", lambda r: drums.tom(r, pitch_hz=122)),
    Sound("tom high", "tom", "high, room", lambda r: reverb(r, drums.tom(r, pitch_hz=185, t60_s=0.4), 0.7, 0.2)),
    Sound("shaker soft", "shaker", "soft, egg", drums.shaker),
    Sound("shaker bright", "shaker", "bright, short", lambda r: drums.shaker(r, length_s=0.15, tone_hz=9500)),
    Sound("cowbell", "cowbell", "electronic, metallic", drums.cowbell),
    Sound("woodblock", "woodblock", "woody, hollow, short", lambda r: drums.wood(r, pitch_hz=820, t60_s=0.11)),
    Sound("clave", "clave", "high, woody, short", lambda r: drums.wood(r, pitch_hz=2480, t60_s=0.08)),
    Sound("conga open", "conga", "open, warm, hand", drums.conga),
    Sound("conga slap", "conga", "slap, high, hand", lambda r: drums.conga(r, pitch_hz=265, t60_s=0.2, slap=0.9)),
    Sound("tambourine", "tambourine", "bright, jingling", drums.tambourine),
]

BASSES = [
    Sound("sub low", "sub bass", "deep, clean, low", lambda _: tonal.sub_bass("E1"), key="E"),
    Sound("sub mid", "sub bass", "deep, smooth", lambda _: tonal.sub_bass("G1", 1.8), key="G"),
    Sound("808 clean", "bass 808", "808, long, deep, clean", lambda r: tonal.bass_808(r, "F1"), key="F"),
    Sound(
        "808 driven",
        "bass 808",
        "808, distorted, gritty",
        lambda r: tonal.bass_808(r, "C#1", duration_s=1.9, drive=20.0),
        key="C#",
    ),
    Sound(
        "reese dark",
        "reese bass",
        "dark, detuned, wide",
        lambda r: tonal.reese(r, "F1", cutoff_hz=1500),
        key="F",
    ),
    Sound(
        "reese mean",
        "reese bass",
        "aggressive, growling, distorted",
        lambda r: saturate(tonal.reese(r, "D1", detune=0.02, cutoff_hz=2200), 3.0),
        key="D",
    ),
    Sound("acid snap", "acid bass", "303, resonant, squelchy", lambda _: tonal.acid_bass("A1"), key="A"),
    Sound(
        "acid slide",
        "acid bass",
        "303, resonant, slide, squelchy",
        lambda _: tonal.acid_bass("C2", duration_s=0.6, peak_hz=3600, q=4.2, slide="C3"),
        key="C",
    ),
    Sound("synth bass", "synth bass", "analog, warm, plucky", lambda _: tonal.synth_bass("D2"), key="D"),
    Sound("fm bass", "synth bass", "fm, hard, metallic", lambda _: tonal.synth_bass("G1", fm=7.0), key="G"),
]

SYNTHS = [
    Sound(
        "pad warm",
        "synth pad",
        "warm, soft, lush",
        lambda r: tonal.pad(r, ("A2", "E3", "A3", "C4"), cutoff_hz=1800),
        key="Am",
    ),
    Sound(
        "pad dark",
        "synth pad",
        "dark, low, menacing",
        lambda r: tonal.pad(r, ("D2", "A2", "D3", "F3"), tilt=1.6, cutoff_hz=700, attack_s=1.4),
        key="Dm",
    ),
    Sound(
        "pad bright",
        "synth pad",
        "bright, airy, shimmering",
        lambda r: tonal.pad(r, ("C3", "G3", "C4", "E4"), tilt=0.7, cutoff_hz=11_000, bandwidth_cents=12),
        key="C",
    ),
    Sound(
        "pad dusty",
        "synth pad",
        "dusty, lo-fi, dreamy",
        lambda r: dusty(r, tonal.pad(r, ("G2", "D3", "G3", "Bb3"), duration_s=4.5)[:, 0], 2400, 0.08),
        key="Gm",
    ),
    Sound("lead super", "synth lead", "supersaw, wide, bright", lambda r: tonal.lead(r, "A3"), key="A"),
    Sound(
        "lead square",
        "synth lead",
        "square, vibrato, mellow",
        lambda r: tonal.lead(r, "E4", voices=1, cutoff_hz=3800),
        key="E",
    ),
    Sound(
        "lead dirty",
        "synth lead",
        "distorted, aggressive",
        lambda r: saturate(tonal.lead(r, "C4", voices=3, duration_s=1.3), 6.0),
        key="C",
    ),
    Sound(
        "stab house",
        "synth stab",
        "chord, short, house",
        lambda r: reverb(r, tonal.stab(("F3", "Ab3", "C4", "Eb4")), 0.8, 0.2),
        key="Fm",
    ),
    Sound("pluck soft", "synth pluck", "soft, warm, short", lambda r: tonal.pluck(r, "C4", damping=0.9), key="C"),
    Sound(
        "pluck bright",
        "synth pluck",
        "bright, crisp",
        lambda r: tonal.pluck(r, "G4", t60_s=1.5, damping=0.35, position=0.1),
        key="G",
    ),
    Sound(
        "pluck echo",
        "synth pluck",
        "delayed, echo, dreamy",
        lambda r: echo(chorus(tonal.pluck(r, "E4", t60_s=1.2)), 0.28, 0.55),
        key="E",
    ),
    Sound("bell bronze", "bell", "ringing, metallic, long", lambda _: tonal.struck_bell("A4"), key="A"),
    Sound(
        "bell warm",
        "bell",
        "fm, warm, glassy",
        lambda r: reverb(r, tonal.warm_bell("E5"), 1.5, 0.2),
        key="E",
    ),
    Sound("organ", "organ", "drawbar, warm, chord", lambda _: tonal.organ(("C4", "G4", "C5", "E5")), key="C"),
    Sound("ep note", "electric piano", "rhodes, warm, mellow", lambda _: tonal.electric_piano(("E4",)), key="E"),
    Sound(
        "ep chord",
        "electric piano",
        "rhodes, chord, soulful",
        lambda _: tonal.electric_piano(("A2", "G3", "B3", "C4", "E4"), bark=0.8),
        key="Am",
    ),
]

EFFECTS = [
    Sound("riser noise", "riser", "noise, white noise, build", lambda r: fx.riser(r, tone=0.05)),
    Sound("riser tone", "riser", "synth, tonal, build", lambda r: fx.riser(r, duration_s=3.2, tone=0.85)),
    Sound(
        "riser long",
        "riser",
        "long, wide, reverb",
        lambda r: reverb(r, fx.riser(r, duration_s=5.0), 1.0, 0.3),
    ),
    Sound("downlifter noise", "downlifter", "noise, falling", lambda r: fx.downlifter(r, tone=0.05)),
    Sound(
        "downlifter tone",
        "downlifter",
        "tonal, falling",
        lambda r: fx.downlifter(r, duration_s=2.8, tone=0.8),
    ),
    Sound("impact deep", "impact", "deep, boom, cinematic, reverb", fx.impact),
    Sound(
        "impact hard",
        "impact",
        "hard, distorted, explosion",
        lambda r: fx.impact(r, t60_s=1.8, pitch_hz=55, drive=12.0),
    ),
    Sound("laser fast", "laser", "zap, short, falling", lambda _: fx.laser()),
    Sound(
        "laser long",
        "laser",
        "pew, sci-fi, echo",
        lambda _: echo(fx.laser(start_hz=4500, end_hz=320, duration_s=0.3), 0.16, 0.6),
    ),
    Sound("sweep wide", "sweep", "whoosh, noise, wide", fx.sweep),
    Sound(
        "sweep fast",
        "sweep",
        "swoosh, fast, short",
        lambda r: fx.sweep(r, duration_s=0.9, peak_at=0.7, q=1.4),
    ),
    Sound("vinyl light", "vinyl noise", "crackle, dust, record", fx.vinyl_noise),
    Sound("vinyl heavy", "vinyl noise", "crackle, heavy, worn", lambda r: fx.vinyl_noise(r, clicks_per_s=110)),
    Sound("noise white", "noise", "white noise, hiss, bright", fx.white_noise),
    Sound(
        "noise dark",
        "noise",
        "dark, filtered, rumble",
        lambda r: lowpass(lowpass(fx.white_noise(r, duration_s=2.0), 500), 500),
    ),
]

ONE_SHOTS = [*DRUMS, *BASSES, *SYNTHS, *EFFECTS]
