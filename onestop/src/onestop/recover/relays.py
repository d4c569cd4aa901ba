"""Where a recovered service's relays stand: behind what its topics hold of the recovered events.

The topic itself says of which events it has messages: the program that sent them may have told others than today's.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from kernel.messaging.event_log.port import log_topic_of
from kernel.messaging.relay import BATCH_MAX
from kernel.messaging.survey import Survey
from kernel.messaging.telling import Telling
from kernel.running.service import Service
from kernel.writing.database import SingleConnection
from kernel.writing.event_store.log import PAGE
from onestop.recover.told import Told

_RELAY_SQL: Final = """
INSERT INTO relay (topic, gseq, pseqs, epoch, heads, unchained)
VALUES ($1, $2, $3::text::json, $4, $5::text::json, $6::text::json)
ON CONFLICT (topic) DO UPDATE SET gseq = excluded.gseq, pseqs = excluded.pseqs, epoch = excluded.epoch,
                                  heads = excluded.heads, unchained = excluded.unchained
"""


async def set_relays(connection: SingleConnection, service: Service, told: Told, log: Sequence[Survey]) -> None:
    """Set both, of the public topic and of the log's."""
    parts = service.parts
    gseq = await _out_whole(connection, service, told)
    await _set(connection, parts.topic, gseq, told.counts_at(gseq), told.surveys)
    await _set(connection, log_topic_of(parts.topic), log[0].last, [log[0].last], log)


async def _out_whole(connection: SingleConnection, service: Service, told: Told) -> int:
    """The last event up to which all is out.

    A batch is sent whole before the next one, so only the last one may have come to one partition and not to another;
    there today's program says which event has a message that is not out. Behind it, it goes on to the next that has.
    """
    telling = Telling(service.parts.publishes, service.parts.publish)
    ends = [numbers[-1] if numbers else 0 for numbers in told.numbers]
    gseq = max(0, *ends, BATCH_MAX) - BATCH_MAX
    while page := await telling.read(connection, service.parts.registry, after=gseq, limit=PAGE):
        for entry in page:
            said = telling.said_of(entry)
            if said is not None and entry.gseq > ends[said.partition]:
                return gseq
            gseq = entry.gseq
    return gseq


async def _set(
    connection: SingleConnection, topic: str, gseq: int, pseqs: Sequence[int], surveys: Sequence[Survey]
) -> None:
    heads = unchained = None
    if any(survey.is_signed for survey in surveys):
        heads = [survey.head_at(pseq).digest for survey, pseq in zip(surveys, pseqs, strict=True)]
        unchained = _counts(next(survey.unchained for survey in surveys if survey.is_signed), len(surveys))
    texts = [None if part is None else msgspec.json.encode(part).decode() for part in (list(pseqs), heads, unchained)]
    epoch = max(survey.epoch for survey in surveys)
    await connection.execute(_RELAY_SQL, topic, gseq, texts[0], epoch, *texts[1:])


def _counts(text: str, partitions: int) -> list[int]:
    counts = [int(count) for count in text.split(",")]
    return counts if len(counts) == partitions else counts * partitions
