"""Failures that pass are told from mistakes of ours."""

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError, OperationalError

from kernel.http import UnavailableError
from kernel.http.availability import is_passing
from kernel.security import KeysUnavailableError


@pytest.mark.parametrize(
    "error",
    [
        UnavailableError("x"),
        KeysUnavailableError("x"),
        TimeoutError(),
        ConnectionResetError(),
        asyncpg.ConnectionDoesNotExistError("x"),
        asyncpg.CannotConnectNowError("x"),
        asyncpg.AdminShutdownError("x"),
        asyncpg.TooManyConnectionsError("x"),
        asyncpg.InterfaceError("connection is closed"),
        asyncpg.InterfaceError("pool is closing"),
        OperationalError("SELECT 1", {}, ConnectionRefusedError()),
        DBAPIError("SELECT 1", {}, Exception("x"), connection_invalidated=True),
    ],
)
def test_what_is_away_now_may_be_back_later(error: Exception) -> None:
    assert is_passing(error)


@pytest.mark.parametrize(
    "error",
    [
        ValueError("x"),
        KeyError("x"),
        asyncpg.UniqueViolationError("x"),
        asyncpg.UndefinedTableError("x"),
        asyncpg.InterfaceError("cannot perform operation: another operation is in progress"),
        DBAPIError("SELECT 1", {}, Exception("x")),
    ],
)
def test_a_mistake_is_not_taken_for_an_outage(error: Exception) -> None:
    assert not is_passing(error)
