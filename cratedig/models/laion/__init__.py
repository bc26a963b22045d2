"""LAION-CLAP, for those who have its weights: torch once, to import them. See docs/models/laion-clap.md."""
