"""What passes by itself: failures of the database after which the same thing may well work a little later."""

from typing import Final

import asyncpg

from kernel.writing.event_store import ConcurrencyError

_CLASSES: Final = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    ConcurrencyError,
    # A migration changed a table under a statement that was prepared before: the session forgets it, and prepares anew.
    asyncpg.InvalidCachedStatementError,
    asyncpg.OutdatedSchemaCacheError,
)
#: SQLSTATEs, whole or by their class: connection, rolled back by others, full, busy, stopped, broken underneath;
#: a standby that only reads, and a lock that was not to be had.
_STATES: Final = ("08", "40", "53", "57", "58", "25006", "25P03", "55P03")


def passes_by_itself(error: BaseException) -> bool:
    """Whether to try again, for as long as it takes: nothing is wrong with what was asked for."""
    if isinstance(error, _CLASSES):
        return True
    if isinstance(error, asyncpg.InterfaceError):  # asyncpg says "closed", "misused" and "bad argument" with this class
        return not isinstance(error, ValueError) and any(word in str(error) for word in ("clos", "released back"))
    if isinstance(error, asyncpg.InternalClientError):  # the server went away between two messages of one statement
        return str(error).startswith("cannot switch to state")
    state = getattr(error, "sqlstate", None)
    return isinstance(state, str) and state.startswith(_STATES)
