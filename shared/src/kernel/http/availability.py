"""Tells failures that pass (a database or broker away, a timeout) from mistakes of ours."""

import asyncpg
import httpx
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from kernel.security.rejections import KeysUnavailableError


class UnavailableError(Exception):
    """Raised by a service when something it needs is away; ``detail`` is shown to the caller."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


_PASSING: tuple[type[Exception], ...] = (
    UnavailableError,
    KeysUnavailableError,
    TimeoutError,
    ConnectionError,
    PoolTimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    httpx.TransportError,
)


def is_passing(error: Exception) -> bool:
    """Whether the same request may well succeed a little later."""
    if isinstance(error, _PASSING):
        return True
    if isinstance(error, asyncpg.InterfaceError):  # asyncpg says both "closed" and "misused" with this class
        return "clos" in str(error)
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or isinstance(error.orig, (ConnectionError, TimeoutError))
    return False
