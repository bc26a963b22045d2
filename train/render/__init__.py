"""Further training sounds, rendered on the spot: a room of sources that the corpus does not have."""
