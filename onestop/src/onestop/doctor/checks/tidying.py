"""Whether what grows is ended: `onestop tidy` makes the months of answers to come and drops those that are over."""

from collections.abc import Sequence
from typing import Final

from onestop.doctor.examined import Examined
from onestop.doctor.finding import Check, Finding, lasting, warning

#: A month, and the days that answers are kept at least, and some for whoever tidies now and then.
_DAYS_MAX: Final = 130
_PARTS_SQL: Final = r"""
SELECT extract(epoch FROM clock_timestamp() - min(upto))::float8 AS oldest,
       extract(epoch FROM clock_timestamp() - max(upto))::float8 AS newest
FROM (SELECT substring(pg_get_expr(c.relpartbound, c.oid) FROM $x$TO \('([^']+)'\)$x$)::timestamptz AS upto
      FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'idempotency'::regclass) parts
"""
_DAY_SECONDS: Final = 86_400
_DO: Final = "run `onestop tidy`, and have it run every day: `onestop tidy --every 86400`"


async def look(examined: Examined) -> Sequence[Finding]:
    """Services whose answers were not tidied for long; one that never was begins with its first tidying."""
    found = []
    for name, service in examined.services.items():
        async with examined.session(service.schema) as connection:
            row = await connection.fetchrow(_PARTS_SQL)
        assert row is not None, "an aggregate gives a row"
        if row["newest"] is not None and row["newest"] > 0:
            since = lasting(row["newest"])
            found.append(warning(f"stored answers of {name} have had no month of their own for {since}", _DO))
        elif row["oldest"] is not None and row["oldest"] > _DAYS_MAX * _DAY_SECONDS:
            found.append(warning(f"{name} keeps answers whose time was over {lasting(row['oldest'])} ago", _DO))
    return found


CHECK: Final = Check("tidying", "what grows is ended in time", look)
