"""Whether a restore found what was answered and is not in the store, and nobody has seen to it."""

from collections.abc import Sequence
from typing import Final

from onestop.doctor.examined import Examined
from onestop.doctor.finding import Check, Finding, fault

_OPEN_SQL: Final = "SELECT count(*) FROM lost_messages WHERE closed_at IS NULL"


async def look(examined: Examined) -> Sequence[Finding]:
    """Lost messages that are open."""
    found: list[Finding] = []
    for name, service in examined.services.items():
        async with examined.session(service.schema) as connection:
            count = await connection.fetchval(_OPEN_SQL)
        if count:
            says = f"{count} messages of {name} were told to others and are not in the restored store"
            found.append(fault(says, "`onestop lost` lists them: have each done again, then close it"))
    return found


CHECK: Final = Check("lost", "nothing that a restore lost is open", look)
