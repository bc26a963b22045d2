"""What the app draws."""
