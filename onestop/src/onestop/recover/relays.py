"""Where a recovered service's relays stand: behind what its topics hold of the recovered events, as far as they do."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from kernel.messaging.envelope import Election
from kernel.messaging.event_log.port import log_topic_of
from kernel.messaging.log_telling import LogTelling
from kernel.messaging.survey import Survey
from kernel.messaging.telling import Cursor, Teller, Telling
from kernel.running.service import Service
from kernel.writing.database import SingleConnection
from kernel.writing.event_store.log import PAGE

_RELAY_SQL: Final = """
INSERT INTO relay (topic, gseq, pseqs, epoch, heads, unchained)
VALUES ($1, $2, $3::text::json, $4, $5::text::json, $6::text::json)
ON CONFLICT (topic) DO UPDATE SET gseq = excluded.gseq, pseqs = excluded.pseqs, epoch = excluded.epoch,
                                  heads = excluded.heads, unchained = excluded.unchained
"""


async def set_relays(
    connection: SingleConnection, service: Service, public: Sequence[Survey], log: Sequence[Survey]
) -> int:
    """Set both; gives how many messages are on the public topic of events that are not on the log's."""
    parts = service.parts
    told = await _as_far_as_out(connection, service, Telling(parts.publishes, parts.publish), public)
    kept = await _as_far_as_out(connection, service, LogTelling(log_topic_of(parts.topic)), log)
    await _set(connection, parts.topic, told, public)
    await _set(connection, log_topic_of(parts.topic), kept, log)
    return sum(survey.last for survey in public) - sum(told.pseqs)


async def _as_far_as_out(
    connection: SingleConnection, service: Service, telling: Teller[Any], surveys: Sequence[Survey]
) -> Cursor:
    cursor = telling.beginning(Election(0, ""))
    while page := await telling.read(connection, service.parts.registry, after=cursor.gseq, limit=PAGE):
        for entry in page:
            messages, after = telling.of([entry], cursor)
            if any(message.pseq > surveys[message.partition].last for message in messages):
                return cursor
            cursor = after
    return cursor


async def _set(connection: SingleConnection, topic: str, cursor: Cursor, surveys: Sequence[Survey]) -> None:
    heads = unchained = None
    if any(survey.is_signed for survey in surveys):
        heads = [survey.head_at(pseq).digest for survey, pseq in zip(surveys, cursor.pseqs, strict=True)]
        unchained = _counts(next(survey.unchained for survey in surveys if survey.is_signed), len(surveys))
    texts = [None if part is None else msgspec.json.encode(part).decode() for part in (cursor.pseqs, heads, unchained)]
    epoch = max(survey.epoch for survey in surveys)
    await connection.execute(_RELAY_SQL, topic, cursor.gseq, texts[0], epoch, *texts[1:])


def _counts(text: str, partitions: int) -> list[int]:
    counts = [int(count) for count in text.split(",")]
    return counts if len(counts) == partitions else counts * partitions
