"""The terminal user interface: commands and, above them, the app."""
