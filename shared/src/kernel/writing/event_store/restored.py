"""Data that a restore brought serve nobody before an operator has adopted them: they may lack what others know."""

from typing import Final

from kernel.writing.database import Connection, Pool, SingleConnection
from kernel.writing.event_store.timeline import known_timeline

# Numbers of another cluster's transactions, which may run ahead of this one's.
_FUTURE_SQL: Final = """
SELECT GREATEST((SELECT order_tx FROM sequencer WHERE one = 1), (SELECT max(order_tx) FROM ONLY events))
       >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint
"""


class RestoredClusterError(RuntimeError):
    """The data come from a restore that nobody has adopted."""


async def require_adopted(source: Pool | SingleConnection | Connection) -> None:
    """Refuse to go on with data of another database or cluster; raises RestoredClusterError."""
    timeline = await known_timeline(source)
    if (timeline is not None and not timeline.adopted) or await source.fetchval(_FUTURE_SQL):
        raise RestoredClusterError(
            "the data were restored or copied from another database, and nobody has adopted them: no command is "
            "answered and nothing is published until an operator has run `onestop restore` "
            "(docs/runbooks/backup-and-restore.md)"
        )
