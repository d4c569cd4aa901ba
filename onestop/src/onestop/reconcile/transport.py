"""Messages: the embedded transport holds what was sent, in its order, and nothing else."""

from collections.abc import AsyncIterator
from typing import Final

import msgspec

from kernel.writing.database import SingleConnection
from onestop.reconcile.difference import ByHand, Clearance, Difference, event_lost
from onestop.services import SERVICES

_SENT_SQL: Final = 'SELECT pseqs FROM "{schema}".relay WHERE topic = $1'
_USED_SQL: Final = "SELECT EXISTS (SELECT FROM bus.messages)"
_KEPT_SQL: Final = """
SELECT partition, count(*) AS messages, min("offset") + 1 AS first, max("offset") + 1 AS last
FROM bus.messages WHERE topic = $1 GROUP BY partition ORDER BY partition
"""
_HOLE_SQL: Final = """
SELECT min(before) + 2 FROM (SELECT "offset", lag("offset") OVER (ORDER BY "offset") AS before
                             FROM bus.messages WHERE topic = $1 AND partition = $2) AS placed
WHERE "offset" > before + 1
"""
# Within a partition messages go out in the order of their events.
_PLACED_SQL: Final = """
SELECT partition, gseq IS NULL AS eventless, min("offset") + 1 AS first, max("offset") + 1 AS last FROM (
  SELECT m.partition, m."offset", l.gseq,
         lag(l.gseq) OVER w AS before, lead(l.gseq) OVER w AS after
  FROM bus.messages m
  LEFT JOIN "{schema}".events e ON e.event_id = (m.headers->>'ce_id')::uuid
  LEFT JOIN "{schema}".event_log l ON l.pos = e.pos
  WHERE m.topic = $1 WINDOW w AS (PARTITION BY m.partition ORDER BY m."offset")
) AS placed
WHERE (gseq IS NULL AND NOT EXISTS (SELECT FROM "{schema}".archives WHERE detached_at IS NOT NULL))
   OR gseq < before OR gseq > after GROUP BY 1, 2 ORDER BY 1, 2
"""


async def transport_faults(picture: SingleConnection) -> AsyncIterator[Difference]:
    """What is wrong with the messages that the embedded transport holds; consumers' positions are another matter."""
    if not await picture.fetchval(_USED_SQL):
        return  # on Kafka the broker keeps them
    for name, service in SERVICES.items():
        pseqs = await picture.fetchval(_SENT_SQL.format(schema=service.schema), service.parts.topic)
        sent = msgspec.json.decode(pseqs, type=list[int]) if pseqs else []
        async for difference in _kept(picture, name, sent):
            yield difference
        for row in await picture.fetch(_PLACED_SQL.format(schema=service.schema), service.parts.topic):
            yield _misplaced(name, service.parts.topic, **dict(row))


def _misplaced(name: str, topic: str, *, partition: int, eventless: bool, first: int, last: int) -> Difference:
    subject, which = f"{name}/{partition}/{first}", f"messages {first} to {last}"
    if eventless:
        return Difference(
            kind="MESSAGE_WITHOUT_EVENT",
            subject=subject,
            owner=name,
            says=f"{which} were told, and {name} has no event of some of them",
            repair=ByHand(event_lost(name)),
        )
    return Difference(
        kind="MESSAGES_OUT_OF_ORDER",
        subject=subject,
        owner="operations",
        says=f"{which} are not in the order of their events",
        repair=Clearance(topic, partition, first, last),
        then=_again(name, partition, first),
    )


async def _kept(picture: SingleConnection, name: str, sent: list[int]) -> AsyncIterator[Difference]:
    topic = SERVICES[name].parts.topic
    kept = {row["partition"]: row for row in await picture.fetch(_KEPT_SQL, topic)}
    for partition, last in enumerate(sent):
        place, row = f"{name}/{partition}", kept.get(partition)
        if row is None:
            if last:  # the newest of each partition is never tidied away
                yield _missing(place, f"{last} were sent, and none is kept", _again(name, partition, 1))
            continue
        if row["last"] - row["first"] + 1 != row["messages"]:
            first = await picture.fetchval(_HOLE_SQL, topic, partition)
            says = f"messages are missing between {row['first']} and {row['last']}, the first of them {first}"
            yield _missing(place, says, _again(name, partition, first))
        if row["last"] < last:
            first = row["last"] + 1
            says = f"{last} were sent, and the last one that is kept is {row['last']}"
            yield _missing(place, says, _again(name, partition, first))


def _missing(place: str, says: str, do: str) -> Difference:
    return Difference(kind="MESSAGE_MISSING", subject=place, owner="operations", says=says, repair=ByHand(do))


def _again(name: str, partition: int, first: int) -> str:
    return f"onestop republish {name} --partition {partition} --from {first}"
