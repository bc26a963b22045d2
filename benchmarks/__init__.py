"""Numbers: one script per claim."""
