"""Whether each service has an instance that does its background work."""

from collections.abc import Sequence
from typing import Final

from kernel.running.leadership import lock_number
from onestop.doctor.examined import Examined
from onestop.doctor.finding import Check, Finding, fault

_LEADER_SQL: Final = """
SELECT a.pid FROM pg_locks l JOIN pg_stat_activity a USING (pid)
WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND ((l.classid::bigint << 32) | l.objid::bigint) = $1
"""


async def look(examined: Examined) -> Sequence[Finding]:
    """Services of which no instance leads."""
    found = []
    async with examined.session() as connection:
        for name, service in examined.services.items():
            if await connection.fetchval(_LEADER_SQL, lock_number(service.schema)) is None:
                says = f"no instance of {name} leads: what it writes is not told, and it hears nothing of the others"
                found.append(
                    fault(says, f"start an instance of {name}; where one runs, its log says what it waits for")
                )
    return found


CHECK: Final = Check("elections", "each service has an instance that leads", look)
