"""Following a publisher's timeline: a message of a history that a restore has ended is not believed."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from kernel.messaging.event_log import Message
from kernel.messaging.stops import OtherTimelineError
from kernel.writing.database import Connection, Pool, SingleConnection

_READ_SQL: Final = "SELECT timeline, ended FROM followed WHERE topic = $1"
_BEGIN_SQL: Final = "INSERT INTO followed (topic, timeline, ended) VALUES ($1, $2, '{}') ON CONFLICT DO NOTHING"
_FOLLOW_SQL: Final = """
INSERT INTO followed (topic, timeline, ended) VALUES ($1, $2, $3::text::json)
ON CONFLICT (topic) DO UPDATE SET timeline = EXCLUDED.timeline, ended = EXCLUDED.ended
"""

#: For databases of before; those made today have the tables from the start.
FOLLOWED_SQL: Final = """
CREATE TABLE IF NOT EXISTS followed (topic text PRIMARY KEY, timeline text NOT NULL, ended json NOT NULL);
CREATE TABLE IF NOT EXISTS lost_messages (
  topic text, partition smallint, pseq bigint, timeline text,
  event_id text NOT NULL, type text NOT NULL, key text NOT NULL, message bytea NOT NULL,
  found_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  closed_by text, closed_because text, closed_at timestamptz,
  PRIMARY KEY (topic, partition, pseq, timeline)
)
"""


class Followed(msgspec.Struct, frozen=True):
    """The timeline that is followed, and how far each that ended before counts, in every partition."""

    timeline: str
    ended: dict[str, list[int]] = {}

    def after(self, timeline: str, ended: str, pseqs: Sequence[int]) -> "Followed":
        """What is followed once ``ended`` has ended at ``pseqs``; of what ended before, no more counts than it did."""
        before = {name: list(map(min, counted, pseqs)) for name, counted in self.ended.items()}
        return Followed(timeline, before | {ended: list(pseqs)})

    def counting(self, batches: Mapping[int, Sequence[Message]]) -> dict[int, Sequence[Message]]:
        """The messages without those that a restore has ended: what they tell has not happened."""
        return {
            at: messages if not self.ended else [*filter(self._counts, messages)] for at, messages in batches.items()
        }

    def _counts(self, message: Message) -> bool:
        counted = self.ended.get(message.headers.get("ce_timeline", ""))
        return counted is None or message.pseq <= counted[message.partition]


class Following:
    """Which messages of a topic belong to the history that this service's consumers follow.

    Messages from before timelines were named belong to every one that has not ended.
    """

    def __init__(self, pool: Pool, consumer: str, topic: str) -> None:
        self._pool = pool
        self._consumer = consumer
        self._topic = topic
        self._followed: Followed | None = None
        #: Messages that were passed over because a restore had ended their history before them.
        self.passed_over = 0

    def forget(self) -> None:
        """Read again what is followed: an operator may have said otherwise."""
        self._followed = None

    async def counting(self, batches: Mapping[int, Sequence[Message]]) -> dict[int, Sequence[Message]]:
        """The messages without those of an ended history, whose numbers come round again; nothing is believed yet."""
        followed = self._followed or await told_and_ended(self._pool, self._topic)
        found = followed.counting(batches)
        self.passed_over += sum(map(len, batches.values())) - sum(map(len, found.values()))
        return found

    async def own(self, batches: Mapping[int, Sequence[Message]]) -> dict[int, Sequence[Message]]:
        """The messages that are to be believed, by partition; raises OtherTimelineError."""
        found: dict[int, Sequence[Message]] = {}
        for partition, messages in batches.items():
            names = {message.headers.get("ce_timeline", "") for message in messages}
            followed = self._followed or await self._know(max(names))
            if names == {followed.timeline}:
                found[partition] = messages
            elif kept := [message for message in messages if self._believes(followed, message)]:
                found[partition] = kept
        return found

    def _believes(self, followed: Followed, message: Message) -> bool:
        name = message.headers.get("ce_timeline", "")
        if name == followed.timeline:
            return True
        counted = followed.ended.get(name)
        if counted is None and name:
            raise OtherTimelineError(
                f"{self._consumer}: message {message.pseq} on topic {self._topic} partition {message.partition} is of "
                f"timeline {name}, but this service follows {followed.timeline}: the publisher's database was "
                "restored, or another one publishes here. Nothing is consumed from here on until an operator has run "
                "`onestop restore` (docs/runbooks/backup-and-restore.md)"
            )
        if counted is None or message.pseq <= counted[message.partition]:
            return True
        self.passed_over += 1
        return False

    async def _know(self, name: str) -> Followed:
        """What is stored; a service that hears of a publisher for the first time follows what it hears."""
        row = await self._pool.fetchrow(_READ_SQL, self._topic)
        if row is None:
            if not name:
                return Followed("")
            await self._pool.execute(_BEGIN_SQL, self._topic, name)
            row = await self._pool.fetchrow(_READ_SQL, self._topic)
            assert row is not None, "it was stored just now"
        self._followed = _followed(row)
        return self._followed


async def told_and_ended(pool: Pool, topic: str) -> Followed:
    """What a service's store says of a topic: the timeline that is followed, and those that a restore has ended."""
    row = await pool.fetchrow(_READ_SQL, topic)
    return Followed("") if row is None else _followed(row)


async def follow_after_restore(
    connection: SingleConnection | Connection, topic: str, timeline: str, ended: str, pseqs: Sequence[int]
) -> None:
    """Have the service whose schema the connection sees follow another timeline of a publisher, from ``pseqs`` on."""
    row = await connection.fetchrow(_READ_SQL, topic)
    before = Followed("") if row is None else _followed(row)
    await follow(connection, topic, before.after(timeline, ended, pseqs))


async def follow(connection: SingleConnection | Connection, topic: str, followed: Followed) -> None:
    """Have the service whose schema the connection sees follow just this."""
    await connection.execute(_FOLLOW_SQL, topic, followed.timeline, msgspec.json.encode(followed.ended).decode())


def _followed(row: Any) -> Followed:
    return Followed(row["timeline"], msgspec.json.decode(row["ended"], type=dict[str, list[int]]))
