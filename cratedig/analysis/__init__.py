"""Measuring sounds: tempo, key, root note, kind, loudness, descriptors and the drawn waveform."""
