"""cratedig: a search engine for a music producer's own sample library."""

import os

__all__ = ["__version__"]

__version__ = "0.1.0"

# Read by libraries when they are imported, so set before any of them is, and inherited by worker processes.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # onnxruntime would report to its maker: we promise no telemetry
# Our matrices are small: BLAS threads that wait by spinning would double the CPU time of everything.
for _variable in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ.setdefault(_variable, "1")
