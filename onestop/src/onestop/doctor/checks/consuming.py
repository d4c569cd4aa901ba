"""Whether every consumer comes on: one that stands still while messages wait is stopped, whatever it says."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

import msgspec

from onestop.doctor.examined import Examined
from onestop.doctor.finding import Check, Finding, fault

_LOOK_AGAIN_SECONDS: Final = 3.0
_SENT_SQL: Final = "SELECT pseqs FROM relay WHERE topic = $1"
_STANDS_SQL: Final = "SELECT consumer, topic, partition, last_pseq FROM inbox_cursor ORDER BY 1, 2, 3"


class _Place(msgspec.Struct, frozen=True):
    """One consumer's place on one partition."""

    service: str
    consumer: str
    topic: str
    partition: int


#: For each place the message that was consumed last.
_Standings: TypeAlias = Mapping[_Place, int]


async def look(examined: Examined) -> Sequence[Finding]:
    """Partitions on which messages wait, and the consumer does not move between two looks."""
    sent = await _sent(examined)
    before = await _standings(examined)
    if not any(last < sent.get((place.topic, place.partition), 0) for place, last in before.items()):
        return ()
    await asyncio.sleep(_LOOK_AGAIN_SECONDS)
    after = await _standings(examined)
    return [
        _stopped(place, last, sent[place.topic, place.partition])
        for place, last in after.items()
        if before.get(place) == last < sent.get((place.topic, place.partition), 0)
    ]


def _stopped(place: _Place, last: int, sent: int) -> Finding:
    where = f"partition {place.partition} of topic {place.topic}"
    says = f"{place.service} stands at message {last} of {where} as {place.consumer}, and {sent - last} wait behind it"
    publisher = place.topic
    return fault(
        says,
        f"see elections and doors; where its log speaks of missing messages: "
        f"`onestop republish {publisher} --partition {place.partition} --from {last + 1}`",
    )


async def _sent(examined: Examined) -> Mapping[tuple[str, int], int]:
    found = {}
    for service in examined.services.values():
        topic = service.parts.topic
        async with examined.session(service.schema) as connection:
            pseqs = await connection.fetchval(_SENT_SQL, topic)
        for partition, pseq in enumerate(msgspec.json.decode(pseqs, type=list[int]) if pseqs else ()):
            found[topic, partition] = pseq
    return found


async def _standings(examined: Examined) -> _Standings:
    found = {}
    for name, service in examined.services.items():
        async with examined.session(service.schema) as connection:
            for row in await connection.fetch(_STANDS_SQL):
                found[_Place(name, row["consumer"], row["topic"], row["partition"])] = row["last_pseq"]
    return found


CHECK: Final = Check("consuming", "every consumer comes on", look)
