"""The built-in model: a compact CLAP for sample libraries. See docs/models/compact.md."""
