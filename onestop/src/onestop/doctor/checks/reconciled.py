"""Whether the last reconciliation left differences that are not mended, and whether the nightly one still runs."""

from collections.abc import Sequence
from typing import Final

from onestop.doctor.examined import Examined
from onestop.doctor.finding import Check, Finding, fault, lasting, warning

_THERE_SQL: Final = "SELECT to_regclass('reconciliation.differences') IS NOT NULL"
_OPEN_SQL: Final = """
SELECT count(*) AS open, extract(epoch FROM clock_timestamp() - min(found_at))::float8 AS age_seconds
FROM reconciliation.differences WHERE state <> 'MENDED'
"""
_LAST_SQL: Final = "SELECT extract(epoch FROM clock_timestamp() - max(ended_at))::float8 FROM reconciliation.runs"
#: A nightly run that was two nights ago has stopped.
_AGE_MAX_SECONDS: Final = 2 * 86_400


async def look(examined: Examined) -> Sequence[Finding]:
    """Differences that are kept; nothing where nobody has reconciled yet."""
    async with examined.session() as connection:
        if not await connection.fetchval(_THERE_SQL):
            return []
        kept = await connection.fetchrow(_OPEN_SQL)
        since = await connection.fetchval(_LAST_SQL)
    assert kept is not None, "a count is always there"
    found: list[Finding] = []
    if kept["open"]:
        says = (
            f"{kept['open']} differences between services are not mended, the oldest for {lasting(kept['age_seconds'])}"
        )
        found.append(fault(says, "`onestop reconcile list` says whose each is and which command mends it"))
    if since is not None and since > _AGE_MAX_SECONDS:
        says = f"services were held against each other {lasting(since)} ago for the last time"
        found.append(warning(says, "`onestop reconcile --every 86400` beside the platform does it every night"))
    return found


CHECK: Final = Check("reconciled", "what services say of the same agrees, as far as it was reconciled", look)
