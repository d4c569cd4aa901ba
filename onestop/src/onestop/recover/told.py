"""What a publisher's store knows of its topic: a message of an event that the store does not have counts no more.

A topic ends later than its publisher's log where a restore has ended a timeline and nothing was told on the partition
since, or where the log was not kept for a while. Rows and positions must end where the log does.
"""

from array import array
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

import msgspec

from kernel.messaging.counted import counted_of
from kernel.messaging.event_log import EventLog, Message
from kernel.messaging.survey import Survey
from kernel.running.service import Service
from kernel.writing.database import SingleConnection
from onestop.recover.errors import RecoverError
from onestop.restore.beyond import Counted, counted_by

_HAS_EVENTS_SQL: Final = "SELECT EXISTS (SELECT FROM event_log)"
_NUMBERS_SQL: Final = """
SELECT e.event_id, l.gseq FROM events e JOIN event_log l ON l.pos = e.pos WHERE e.event_id = ANY($1::uuid[])
"""


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A topic held against its publisher's store, and its surveys as far as they count.

    ``numbers`` are, by partition, those of the events of which its messages are, where all of them were looked at;
    ``strange`` the ids of the events that the store does not have.
    """

    surveys: Sequence[Survey]
    numbers: Sequence["array[int]"]
    strange: frozenset[str]

    def counts_at(self, gseq: int) -> list[int]:
        """How many messages of each partition are of events up to a number."""
        return [bisect_right(numbers, gseq) for numbers in self.numbers]


async def told_by(
    connection: SingleConnection,
    publisher: Service,
    log: EventLog,
    surveys: Sequence[Survey],
    *,
    recovered: bool,
    apart: bool,
) -> Told:
    """Hold a topic against its publisher's store, which the connection sees, and let it end there.

    Of one that was not ``recovered`` here its relay has counted what is out: only behind that is anything looked at.
    One that has nothing here is believed to the topic's end where it is ``apart``; else that raises RecoverError.
    """
    topic, name = publisher.parts.topic, publisher.parts.name
    if not recovered and any(survey.last for survey in surveys) and not await connection.fetchval(_HAS_EVENTS_SQL):
        if apart:
            return Told(surveys=surveys, numbers=[array("q") for _ in surveys], strange=frozenset())
        raise RecoverError(
            f"{name} has no events in this database, and what it told is heard here: name {name}, too, or no service "
            "for all of them; say --apart where it keeps its store in another database"
        )
    stood = Counted.nothing(topic) if recovered else await counted_by(connection, topic)
    floor = {at: min(pseq, surveys[at].last) for at, pseq in enumerate(stood.pseqs)}
    numbers = [array("q") for _ in surveys]
    ends: dict[int, int] = {}
    strange: set[str] = set()
    async for batches in counted_of(log, topic, surveys, floor):
        known = await _numbers(connection, [message for messages in batches.values() for message in messages])
        for at, messages in batches.items():
            for message in messages:
                gseq = known.get(message.headers["ce_id"])
                if gseq is None:
                    strange.add(message.headers["ce_id"])
                    ends.setdefault(at, message.pseq - 1)
                elif at not in ends:
                    numbers[at].append(gseq)
    for at, last in ends.items():
        surveys[at].end_at(last)
    return Told(surveys=surveys, numbers=numbers, strange=frozenset(strange))


async def _numbers(connection: SingleConnection, messages: Sequence[Message]) -> Mapping[str, int]:
    rows = await connection.fetch(_NUMBERS_SQL, [UUID(message.headers["ce_id"]) for message in messages])
    return {str(row["event_id"]): row["gseq"] for row in rows}
