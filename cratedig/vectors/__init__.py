"""Vector search: FAISS as a cache of the store."""
