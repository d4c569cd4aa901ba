"""Whether there is room: a full disk stops every command."""

import asyncio
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from onestop.doctor.examined import Examined
from onestop.doctor.finding import Check, Finding, fault, warning

_FREE_MIN: Final = 0.05
_FREE_SOON: Final = 0.15
_GIB: Final = 1024**3
_SLOTS_SQL: Final = """
SELECT slot_name, pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn) AS bytes FROM pg_replication_slots
WHERE NOT active AND NOT pg_is_in_recovery()
"""


async def look(examined: Examined) -> Sequence[Finding]:
    """A disk that is nearly full, where it is one of this machine, and logs that nobody fetches."""
    async with examined.session() as connection:
        folder = Path(await connection.fetchval("SELECT current_setting('data_directory')"))
        slots = await connection.fetch(_SLOTS_SQL)
    found = [
        warning(
            f"the replication slot {slot['slot_name']} is not read and keeps {slot['bytes'] / _GIB:.1f} GiB of WAL",
            f"start its standby, or drop it: SELECT pg_drop_replication_slot('{slot['slot_name']}')",
        )
        for slot in slots
        if (slot["bytes"] or 0) > _GIB
    ]
    usage = await asyncio.to_thread(_usage, folder)
    if usage is not None and usage.free < usage.total * _FREE_SOON:
        says = f"{usage.free / _GIB:.1f} of {usage.total / _GIB:.1f} GiB are free where the database lies"
        do = "make room: when it is full every command is answered 503 until there is some again"
        found.append(fault(says, do) if usage.free < usage.total * _FREE_MIN else warning(says, do))
    return found


def _usage(folder: Path) -> "shutil._ntuple_diskusage | None":
    # Of a server elsewhere nothing can be said here: its own machine's monitoring must.
    try:
        return shutil.disk_usage(folder)
    except OSError:
        return None


CHECK: Final = Check("disk", "there is room on the database's disk, as far as it is seen from here", look)
