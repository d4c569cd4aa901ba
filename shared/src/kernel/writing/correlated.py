"""The number of the trace that a correlation id stands for."""

import hashlib
from functools import lru_cache
from uuid import UUID


@lru_cache(maxsize=4096)
def trace_number(correlation_id: str) -> int:
    """128 bits: those of the id itself where it is a UUID or a W3C trace id, and of its SHA-256 where it is not."""
    try:
        return UUID(correlation_id).int or 1
    except ValueError:
        return int.from_bytes(hashlib.sha256(correlation_id.encode()).digest()[:16])
