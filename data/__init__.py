"""Audio that our own code makes, so that a fresh checkout needs no download."""
