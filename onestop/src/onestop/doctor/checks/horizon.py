"""Whether an old transaction holds messages back: a service's events are numbered only below its oldest open writer."""

from collections.abc import Sequence
from typing import Any, Final

from onestop.doctor.examined import Examined
from onestop.doctor.finding import Check, Finding, fault, lasting, warning

_SECONDS_MAX: Final = 10.0
_ELSEWHERE_SECONDS_MAX: Final = 1800.0
_WRITERS_SQL: Final = """
SELECT a.pid, a.datname, a.usename, a.application_name, a.state,
       extract(epoch FROM clock_timestamp() - a.xact_start)::float8 AS age,
       ARRAY(SELECT n.nspname::text FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
             JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE l.pid = a.pid AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
               AND l.mode = 'RowExclusiveLock' AND l.granted AND c.relname = 'events') AS schemas
FROM pg_stat_activity a WHERE a.backend_xid IS NOT NULL ORDER BY a.xact_start
"""
_PREPARED_SQL: Final = """
SELECT gid, database, owner, extract(epoch FROM clock_timestamp() - prepared)::float8 AS age FROM pg_prepared_xacts
"""


async def look(examined: Examined) -> Sequence[Finding]:
    """Transactions that have been writing for long, in whatever database of the cluster."""
    async with examined.session() as connection:
        writers, prepared = await connection.fetch(_WRITERS_SQL), await connection.fetch(_PREPARED_SQL)
    names = {service.schema: name for name, service in examined.services.items()}
    found = [_of_writer(row, [names[schema] for schema in row["schemas"] if schema in names]) for row in writers]
    found += [
        fault(
            f"the prepared transaction {row['gid']} of {row['owner']} has waited for {lasting(row['age'])}: "
            "what it may have written, and all later events beside it, are told to nobody",
            f"end it in database {row['database']}: COMMIT PREPARED or ROLLBACK PREPARED '{row['gid']}'",
        )
        for row in prepared
        if row["age"] > _SECONDS_MAX
    ]
    return [finding for finding in found if finding is not None]


def _of_writer(row: Any, held: Sequence[str]) -> Finding | None:
    who = f"a transaction of {row['application_name'] or row['usename']} in database {row['datname']}"
    since = f"has been writing for {lasting(row['age'])} ({row['state']})"
    do = f"let it end, or end it: SELECT pg_terminate_backend({row['pid']})"
    if held and row["age"] > _SECONDS_MAX:
        return fault(f"{who} {since}: no later event of {', '.join(held)} is told to the other services", do)
    if row["age"] > _ELSEWHERE_SECONDS_MAX:
        return warning(f"{who} {since}: it holds no message back, but nothing can be tidied up behind it", do)
    return None


CHECK: Final = Check("horizon", "no old transaction holds messages back", look)
