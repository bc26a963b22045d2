"""Settings of the audio tests."""

from hypothesis import settings

# The machine may be busy: a slow example is no failure.
settings.register_profile("audio", deadline=None)
settings.load_profile("audio")
