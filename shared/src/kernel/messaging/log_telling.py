"""Keeping a log on a topic: every event whole, word for word, in the order of the log, for a day without a database.

A message's number is the number of its event. What the database holds sealed stays sealed: keys are not in events.
"""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from typing_extensions import override

from kernel.messaging.envelope import Election
from kernel.messaging.event_log import Message
from kernel.messaging.telling import Headers, Said, Teller
from kernel.writing.database import Pool, SingleConnection
from kernel.writing.event_registry import EventRegistry
from kernel.writing.event_store.whole import WholeEvent, read_whole

#: The CloudEvents type of a stored event; what kind of event it is stands inside.
TYPE: Final = "onestop.log.Event.v1"
_encoder: Final = msgspec.json.Encoder()


class Body(msgspec.Struct, frozen=True, kw_only=True):
    """A stored event as it travels; number, id and stream stand in the headers, under the same digest.

    ``in_tree`` once said whether its entry has a leaf. That may change, and what is sent again has its old digest, so
    it says nothing any more.
    """

    type: str
    schema_version: int
    data: msgspec.Raw
    meta: msgspec.Raw
    occurred_at: datetime
    chain: bytes
    recorded_at: datetime
    logged_at: datetime
    in_tree: bool = True


_decoder: Final = msgspec.json.Decoder(Body)


class UnreadableEventError(Exception):
    """A message of a log is none, or is of a newer program."""


class LogTelling(Teller[WholeEvent]):
    """Makes the messages of a service's log: one of each event."""

    @override
    async def read(
        self, source: Pool | SingleConnection, registry: EventRegistry, *, after: int, limit: int
    ) -> list[WholeEvent]:
        return await read_whole(source, after=after, limit=limit)

    @override
    def said_of(self, entry: WholeEvent) -> Said | None:
        return Said(0, entry.stream_id, None)

    @override
    def written(self, said: Said, entry: WholeEvent, pseq: int, election: Election) -> tuple[Headers, bytes]:
        assert entry.gseq == pseq, f"{self.topic}: event {entry.gseq} would be message {pseq}"
        headers = (
            ("ce_specversion", "1.0"),
            ("ce_id", str(entry.event_id)),
            ("ce_source", f"/onestop/{self.topic}"),
            ("ce_type", TYPE),
            ("ce_time", entry.occurred_at.isoformat()),
            ("ce_subject", entry.stream_id),
            ("ce_partitionkey", entry.stream_id),
            ("ce_streamversion", str(entry.version)),
            ("ce_gseq", str(entry.gseq)),
            ("ce_pseq", str(pseq)),
            ("ce_epoch", str(election.epoch)),
            ("ce_timeline", election.timeline),
            ("content-type", "application/json"),
        )
        return headers, _encoder.encode(_body_of(entry))


def event_of(message: Message) -> WholeEvent:
    """The event of a log's message; raises UnreadableEventError."""
    headers = message.headers
    try:
        if message.type != TYPE:
            raise UnreadableEventError(f"topic {message.topic} message {message.pseq} is {message.type!r}, not {TYPE}")
        return WholeEvent(
            gseq=message.pseq,
            stream_id=headers["ce_subject"],
            version=int(headers["ce_streamversion"]),
            event_id=UUID(headers["ce_id"]),
            **_event_in(_decoder.decode(message.body)),
        )
    except (KeyError, ValueError, msgspec.DecodeError) as error:
        raise UnreadableEventError(f"topic {message.topic} message {message.pseq} cannot be read: {error}") from error


def _body_of(entry: WholeEvent) -> Body:
    return Body(**{name: getattr(entry, name) for name in Body.__struct_fields__ if name != "in_tree"})


def _event_in(body: Body) -> dict[str, Any]:
    return {name: value for name, value in msgspec.structs.asdict(body).items() if name != "in_tree"}
