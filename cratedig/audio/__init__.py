"""Reading audio files: path to waveform, content hash and windows."""
