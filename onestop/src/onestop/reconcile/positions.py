"""Positions: a consumer that stands beyond what was ever sent passes over what comes next; it is set back."""

import asyncio
import time
from typing import Final

import msgspec

from kernel.values.refusals import conflict
from kernel.writing.database import SingleConnection
from onestop.reconcile.difference import Difference, Position
from onestop.reconcile.sent import Sent, numbered, sent
from onestop.services import SERVICES

_CURSORS_SQL: Final = 'SELECT consumer, topic, partition, last_pseq FROM "{schema}".inbox_cursor ORDER BY 1, 2, 3'
_HOLD_SQL: Final = """
SELECT last_pseq FROM "{schema}".inbox_cursor WHERE consumer = $1 AND topic = $2 AND partition = $3 FOR UPDATE
"""
# Where the chain has begun for the consumer, it goes on from the publisher's head.
_BACK_SQL: Final = """
UPDATE "{schema}".inbox_cursor
SET last_pseq = $4, next_offset = LEAST(next_offset, $4), head = CASE WHEN head IS NOT NULL THEN $5::text END,
    generation = generation + 1, updated_at = clock_timestamp()
WHERE consumer = $1 AND topic = $2 AND partition = $3
"""
_PUBLISHERS: Final = {service.parts.topic: name for name, service in SERVICES.items()}
_PAUSE_SECONDS: Final = 0.05
#: So long a released repair, which holds the consumer, waits for the relay.
_HOLDING_SECONDS: Final = 2.0


class _Cursor(msgspec.Struct, frozen=True, kw_only=True):
    service: str
    consumer: str
    topic: str
    partition: int
    last_pseq: int


async def positions_ahead(owner: SingleConnection, patience_seconds: float) -> tuple[list[Difference], int]:
    """Who stands beyond what was sent, and of how many nobody can say so: their relay stays behind for too long.

    The positions are read first, so whatever a consumer has come to was numbered before the log is looked at.
    """
    cursors = [
        _Cursor(service=name, **dict(row))
        for name, service in SERVICES.items()
        for row in await owner.fetch(_CURSORS_SQL.format(schema=service.schema))
    ]
    # What a relay has stored is behind what is out at most, so whoever is not beyond that is not ahead.
    stored = {topic: await sent(owner, name, 0) for topic, name in _PUBLISHERS.items()}
    asked = [one for one in cursors if _is_beyond(one, stored[one.topic])]
    until = time.monotonic() + patience_seconds
    known = {topic: await _sent(owner, topic, until) for topic in sorted({one.topic for one in asked})}
    ahead = [
        _ahead(one, counts.pseqs[one.partition])
        for one in asked
        if (counts := known[one.topic]) is not None and _is_beyond(one, counts)
    ]
    return ahead, sum(known[one.topic] is None for one in asked)


async def set_back(owner: SingleConnection, asked: Position) -> str:
    """Let a consumer go on behind the last message sent, if it still stands beyond it; says what was done.

    Raises Refused RELAY_BEHIND where the publisher's relay has not sent everything: then nobody can say where that is.
    """
    at = asked.consumer, asked.topic, asked.partition
    schema, place = SERVICES[asked.service].schema, f"{asked.topic}/{asked.partition}"
    async with owner.transaction():
        stands = await owner.fetchval(_HOLD_SQL.format(schema=schema), *at)
        known = await _sent(owner, asked.topic, time.monotonic() + _HOLDING_SECONDS)
        if known is None:
            said = f"the relay of {asked.topic} has not sent all its events: let it run, and release again"
            raise conflict("RELAY_BEHIND", said, topic=asked.topic)
        last = known.pseqs[asked.partition]
        if stands is None or stands <= last:
            return f"{asked.consumer} is not ahead on {place} any more: nothing was done"
        head = None if known.heads is None else known.heads[asked.partition]
        await owner.execute(_BACK_SQL.format(schema=schema), *at, last, head)
    return f"{asked.consumer} goes on behind message {place}/{last}"


async def _sent(owner: SingleConnection, topic: str, until: float) -> Sent | None:
    publisher = _PUBLISHERS[topic]
    upto = await numbered(owner, publisher)
    while (known := await sent(owner, publisher, upto)) is None and time.monotonic() < until:
        await asyncio.sleep(_PAUSE_SECONDS)
    return known


def _is_beyond(one: _Cursor, counts: Sent | None) -> bool:
    return counts is not None and one.last_pseq > counts.pseqs[one.partition]


def _ahead(one: _Cursor, last: int) -> Difference:
    return Difference(
        kind="POSITION_AHEAD",
        subject=f"{one.consumer}/{one.topic}/{one.partition}",
        owner="operations",
        says=f"it has come to {one.last_pseq}, and {last} were sent: the next would be passed over",
        repair=Position(
            service=one.service, consumer=one.consumer, topic=one.topic, partition=one.partition, pseq=last
        ),
    )
