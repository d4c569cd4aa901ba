"""Tells failures that pass (a database or broker away, a timeout) from mistakes of ours."""

import httpx
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from kernel.security.rejections import KeysUnavailableError
from kernel.writing.event_store.restored import RestoredClusterError
from kernel.writing.passing import passes_by_itself


class UnavailableError(Exception):
    """Raised by a service when something it needs is away; ``detail`` is shown to the caller."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


_PASSING: tuple[type[Exception], ...] = (
    UnavailableError,
    KeysUnavailableError,
    PoolTimeoutError,
    # An operator is restoring: what is sent again after the adoption is answered.
    RestoredClusterError,
    httpx.TransportError,
)


def is_passing(error: Exception) -> bool:
    """Whether the same request may well succeed a little later."""
    if isinstance(error, _PASSING) or passes_by_itself(error):
        return True
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or isinstance(error.orig, (ConnectionError, TimeoutError))
    return False
