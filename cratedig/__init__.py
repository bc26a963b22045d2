"""cratedig: a search engine for a music producer's own sample library."""

__all__ = ["__version__"]

__version__ = "0.1.0"
