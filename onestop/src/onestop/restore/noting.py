"""What a service's own events say of restores: that one was adopted, and what somebody has seen to since."""

from collections.abc import Sequence
from typing import Final

from kernel.messaging.event_log import Message
from kernel.messaging.mending import DECIDER, NoteAdopted, RestoreAdopted, stream_of_adoption, stream_of_lost
from kernel.running.service import Service
from kernel.writing.command_context import CommandContext
from kernel.writing.command_path import CommandPath
from kernel.writing.database import Pool, SingleConnection
from kernel.writing.event_store import EventStore
from kernel.writing.event_store.adoption import Adopted

_CLOSED_SQL: Final = "SELECT DISTINCT stream_id FROM events WHERE stream_id = ANY($1::text[])"
_NO_POOL: Final[Pool] = None  # type: ignore[assignment]  # all is done in the restore's own transaction


async def seen_to_of(connection: SingleConnection, lost: Sequence[Message]) -> set[str]:
    """What an earlier restore had found, and somebody has closed; in a recovered database only events say so."""
    streams = {stream_of_lost(one.headers["ce_id"]): one.headers["ce_id"] for one in lost}
    rows = await connection.fetch(_CLOSED_SQL, list(streams))
    return {streams[row["stream_id"]] for row in rows}


async def note(connection: SingleConnection, service: Service, adopted: Adopted) -> None:
    """On the log's topic its first event of the new timeline ends the old one, and another may be long in coming."""
    within = CommandPath(EventStore(_NO_POOL, service.parts.registry, service.parts.project)).within(connection)
    noted = RestoreAdopted(timeline=adopted.timeline, ended=adopted.ended, events=adopted.gseq)
    context = CommandContext.of_service(
        "restore", stream_of_adoption(adopted.timeline), await connection.fetchval("SELECT now()")
    )
    await within.react(context, DECIDER, stream_of_adoption(adopted.timeline), NoteAdopted(noted))
    await within.flush()
