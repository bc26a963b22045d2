"""How the built-in model is made. Needs the `train` extra; never imported at run time."""
