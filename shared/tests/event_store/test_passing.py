"""What passes by itself is one list; and it is no fault of the message, or of the request, at which it came."""

import asyncpg
import pytest
from asyncpg.exceptions import PostgresError

from kernel.writing.database import COMMAND_SECONDS, STATEMENT_SECONDS
from kernel.writing.event_store import ConcurrencyError
from kernel.writing.passing import passes_by_itself

#: Each with what it says in PostgreSQL's own words.
PASSING = {
    "08006": "connection_failure",
    "25006": "read_only_sql_transaction",
    "25P03": "idle_in_transaction_session_timeout",
    "40001": "serialization_failure",
    "40P01": "deadlock_detected",
    "53100": "disk_full",
    "53200": "out_of_memory",
    "53300": "too_many_connections",
    "55P03": "lock_not_available",
    "57014": "query_canceled",
    "57P01": "admin_shutdown",
    "57P02": "crash_shutdown",
    "57P03": "cannot_connect_now",
    "58030": "io_error",
}


@pytest.mark.parametrize("state", PASSING, ids=PASSING.values())
def test_a_state_that_ends_by_itself_is_waited_for(state: str) -> None:
    assert passes_by_itself(PostgresError.new({"C": state, "M": "said"}))


@pytest.mark.parametrize("state", ["23505", "23514", "22P02", "42P01", "OS002", "P0001"])
def test_a_state_that_says_that_something_is_wrong_is_not(state: str) -> None:
    assert not passes_by_itself(PostgresError.new({"C": state, "M": "said"}))


def test_what_somebody_else_changed_meanwhile_is_tried_again_without_a_limit() -> None:
    # Somebody came through, else there would be no conflict; the next attempt reads what he has written.
    assert passes_by_itself(ConcurrencyError("somebody was faster"))
    assert passes_by_itself(asyncpg.InterfaceError("connection is closed"))


def test_the_client_gives_up_before_the_server_does() -> None:
    assert COMMAND_SECONDS < STATEMENT_SECONDS


def test_a_session_that_broke_between_two_messages_of_a_statement_passes_by_itself() -> None:
    # A server that was killed just then left a hospital with 500 instead of 503 (tests/faults/chaos.py).
    for why in ('protocol is in the "failed" state', "another operation (12) is in progress"):
        assert passes_by_itself(asyncpg.InternalClientError(f"cannot switch to state 14; {why}"))
    assert not passes_by_itself(asyncpg.InternalClientError("got result for unknown protocol state 3"))
