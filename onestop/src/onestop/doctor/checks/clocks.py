"""Whether the clocks agree: days, deadlines and the order of facts rest on them."""

import time
from collections.abc import Sequence
from typing import Final

from onestop.doctor.examined import Examined
from onestop.doctor.finding import Check, Finding, fault, lasting, warning

_SKEW_SECONDS: Final = 2.0
_SKEW_SECONDS_MAX: Final = 60.0
_AHEAD_SQL: Final = """
SELECT extract(epoch FROM max(logged_at) - clock_timestamp())::float8 FROM {schema}.sequencer
"""
_DO: Final = "let both machines follow the same time servers (chronyc tracking, timedatectl)"


async def look(examined: Examined) -> Sequence[Finding]:
    """A clock that differs from the database's, and a database's clock that was put back."""
    found = []
    async with examined.session() as connection:
        before = time.time()
        theirs = float(await connection.fetchval("SELECT extract(epoch FROM clock_timestamp())"))
        after = time.time()
        skew = max(before - theirs, theirs - after, 0.0)
        if skew > _SKEW_SECONDS:
            says = f"the database's clock and this machine's are {lasting(skew)} apart"
            found.append(fault(says, _DO) if skew > _SKEW_SECONDS_MAX else warning(says, _DO))
        for name, service in examined.services.items():
            if not await connection.fetchval("SELECT to_regclass($1) IS NOT NULL", f'"{service.schema}".sequencer'):
                continue
            ahead = await connection.fetchval(_AHEAD_SQL.format(schema=f'"{service.schema}"'))
            if ahead is not None and ahead > _SKEW_SECONDS:
                says = f"the last event of {name} was numbered {lasting(ahead)} from now: the clock was put back"
                found.append(warning(says, _DO))
    return found


CHECK: Final = Check("clocks", "the clocks agree", look)
