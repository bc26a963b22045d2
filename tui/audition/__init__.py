"""Hearing sounds: decoding ahead, mixing without clicks, one open device. No screen is needed."""
