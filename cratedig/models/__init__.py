"""Embedding models: text and audio to vectors in one space."""
