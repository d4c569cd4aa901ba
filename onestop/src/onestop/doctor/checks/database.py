"""Whether the database answers, takes writes, and has sessions left."""

from collections.abc import Sequence
from typing import Final

from onestop.doctor.examined import Examined
from onestop.doctor.finding import Check, Finding, fault, warning

_SESSIONS_USED_MAX: Final = 0.8
_SQL: Final = """
SELECT pg_is_in_recovery() AS standby, current_setting('max_connections')::int AS sessions_max,
       EXISTS (SELECT FROM pg_db_role_setting WHERE 'default_transaction_read_only=on' = ANY(setconfig)) AS read_only,
       (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend') AS sessions
"""


async def look(examined: Examined) -> Sequence[Finding]:
    """A database that is away, only reads, or is about to refuse sessions."""
    try:
        async with examined.session() as connection:
            row = await connection.fetchrow(_SQL)
    except Exception as error:
        says = f"the database does not answer: {str(error) or repr(error)}"
        return [fault(says, "start PostgreSQL, or name the right address; the services go on by themselves then")]
    assert row is not None
    found = []
    if row["standby"] or row["read_only"]:
        says = "the database takes no writes: it is a standby" if row["standby"] else "the database takes no writes"
        found.append(fault(says, "name the primary's address, or promote this server (pg_ctl promote)"))
    if row["sessions"] > row["sessions_max"] * _SESSIONS_USED_MAX:
        says = f"{row['sessions']} of {row['sessions_max']} sessions of the database are in use"
        found.append(warning(says, "raise max_connections, end what is forgotten, or put a pooler in front"))
    return found


CHECK: Final = Check("database", "the database answers and takes writes", look)
