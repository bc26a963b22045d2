"""What the model is compared with: MFCC statistics and a fingerprint of 45 descriptors, in numpy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cratedig.models.compact.frontend import HOP, SR, log_mel, prepare

Vector = NDArray[np.float32]
_BANDS = 8


def mfcc_statistics(y: Vector) -> Vector:
    """Mean and standard deviation of 20 MFCCs (orthonormal DCT-II of the log-mel picture); 40 numbers."""
    mel = log_mel(prepare(y))
    n = mel.shape[1]
    basis = np.cos(np.pi * np.arange(20)[:, None] * (np.arange(n)[None] + 0.5) / n) * np.sqrt(2 / n)
    cepstrum = mel @ basis.T
    return np.concatenate([cepstrum.mean(0), cepstrum.std(0)]).astype(np.float32)


def descriptors(y: Vector) -> Vector:
    """Descriptor fingerprint of 45 numbers.

    Envelope (7): length, attack, decay, temporal centroid, crest, level and share of the first 50 ms. Spectrum
    (6): mean and deviation of centroid, spread and flatness. Waveform (2): zero crossings, flux. Band levels: eight
    bands in attack (50 ms), body (to 250 ms) and tail (24); deviation of each band (6 lowest).
    """
    heard = prepare(y)
    power = 10 ** (9 * (log_mel(heard) - 1))
    envelope = power.sum(1) + 1e-9
    bands = np.arange(power.shape[1])
    centroid = power @ bands / envelope
    spread = np.sqrt(np.maximum((power * (bands - centroid[:, None]) ** 2).sum(1) / envelope, 0))
    flatness = np.log(power + 1e-9).mean(1) - np.log(power.mean(1) + 1e-9)
    loud = np.flatnonzero(envelope > 1e-3 * envelope.max())
    frames = np.arange(len(envelope))
    rms = float(np.sqrt(np.mean(heard**2))) + 1e-9
    shape = [
        np.log(len(loud) + 1), np.log(np.argmax(envelope) + 1), np.log(loud[-1] - np.argmax(envelope) + 1),
        float((frames * envelope).sum() / envelope.sum()) / len(frames), np.log(float(np.abs(heard).max()) / rms + 1),
        np.log(rms), float(envelope[: SR // HOP // 20].sum() / envelope.sum()),
    ]  # fmt: skip
    spectrum = [statistic(row) for row in (centroid, spread, flatness) for statistic in (np.mean, np.std)]
    crossings = float(np.mean(np.abs(np.diff(np.sign(heard))))) if len(heard) > 1 else 0.0
    flux = float(np.abs(np.diff(log_mel(heard), axis=0)).mean()) if len(power) > 1 else 0.0
    grouped = np.log(np.stack([part.sum(1) for part in np.array_split(power, _BANDS, axis=1)], 1) + 1e-9)
    stages = [grouped[:5], grouped[5:25], grouped[25:]]
    levels = [stage.mean(0) if len(stage) else np.full(_BANDS, np.log(1e-9)) for stage in stages]
    return np.concatenate([shape, spectrum, [crossings, flux], *levels, grouped.std(0)[:6]]).astype(np.float32)


def standardise(train: Vector, *others: Vector) -> list[Vector]:
    """Zero mean and unit variance by the training vectors, then unit length."""
    mean, deviation = train.mean(0), train.std(0) + 1e-6
    scaled = [(part - mean) / deviation for part in (train, *others)]
    return [part / (np.linalg.norm(part, axis=1, keepdims=True) + 1e-9) for part in scaled]


def prototypes(vectors: Vector, classes: list[str | None], names: list[str]) -> Vector:
    """Unit mean vector of each class: what a baseline that reads no text can be asked with."""
    labels = np.array([c or "" for c in classes])
    rows = [vectors[labels == name].mean(0) if (labels == name).any() else np.zeros(vectors.shape[1]) for name in names]
    found = np.stack(rows)
    return np.asarray(found / (np.linalg.norm(found, axis=1, keepdims=True) + 1e-9), dtype=np.float32)
