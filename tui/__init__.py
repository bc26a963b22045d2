"""The terminal user interface: commands and, above them, the app."""

import os

# Before numpy is imported, here and in the worker processes: our matrices are small, and idle BLAS threads that wait by
# spinning double the CPU time of everything.
for _variable in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ.setdefault(_variable, "1")
