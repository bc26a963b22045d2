"""Words for sounds: vocabularies, and reading them out of names."""
