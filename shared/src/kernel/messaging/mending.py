"""Mending: what somebody does to parked and lost messages and after a restore, as events.

Whoever mended a message does not retry it.
Every service has these events: its stored names, its read model and what it publishes name them.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias, assert_never, get_args

import msgspec

from kernel.values.decider import Decider
from kernel.values.refusals import conflict, forbidden
from kernel.writing.read_model import RowsByEvent, no_rows


class MessageMended(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody put another body in the place of a parked message's, whose SHA-256 is kept."""

    consumer: str
    topic: str
    partition: int
    pseq: int
    key: str
    type: str
    body_before_sha256: str
    body: str
    reason: str
    mended_by: str


class MessageVoided(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody said that a parked message is to have no effect."""

    consumer: str
    topic: str
    partition: int
    pseq: int
    key: str
    type: str
    body_before_sha256: str
    reason: str
    voided_by: str


class MessagesRetried(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody had a key's parked messages worked off; ``voided`` are those that were dropped."""

    consumer: str
    topic: str
    partition: int
    key: str
    pseqs: tuple[int, ...]
    voided: tuple[int, ...]
    retried_by: str


class LostMessageClosed(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody has seen to a message that went out and is in no store any more, since a restore: it counts for nothing.

    ``because`` says what was done instead, such as that the hospital settled the stay again.
    """

    topic: str
    partition: int
    pseq: int
    timeline: str
    event_id: str
    type: str
    key: str
    because: str
    closed_by: str


class RestoreAdopted(msgspec.Struct, frozen=True, kw_only=True):
    """A restored database was adopted whose topics had more: of the timeline that ended no more counts than ``events``.

    It stands in the log, and so on the log's topic: whoever writes the service back from there knows where that ended.
    """

    timeline: str
    ended: str
    events: int


MendingEvent: TypeAlias = MessageMended | MessageVoided | MessagesRetried | LostMessageClosed | RestoreAdopted
#: Of mending there are no rows: what is parked stands in the inbox's own table, and what was lost in the restore's.
ROWS: Final[RowsByEvent] = dict.fromkeys(get_args(MendingEvent), no_rows)


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A parked message as it is found. ``waits_behind`` is the first one of its key, where that is another."""

    consumer: str
    topic: str
    partition: int
    pseq: int
    key: str
    type: str
    body_sha256: str
    waits_behind: int | None


class Mend(msgspec.Struct, frozen=True):
    """Put ``body`` in the place of a message's."""

    found: Found
    body: str
    reason: str
    by: str


class Void(msgspec.Struct, frozen=True):
    """Let a message have no effect."""

    found: Found
    reason: str
    by: str


class Retry(msgspec.Struct, frozen=True):
    """Somebody asks for a key's messages to be worked off."""

    consumer: str
    key: str
    by: str


class NoteRetried(msgspec.Struct, frozen=True):
    """Messages were worked off."""

    retried: MessagesRetried


class CloseLost(msgspec.Struct, frozen=True):
    """Somebody has seen to a lost message."""

    closed: LostMessageClosed


class NoteAdopted(msgspec.Struct, frozen=True):
    """A restored database is the platform's now."""

    adopted: RestoreAdopted


MendingCommand: TypeAlias = Mend | Void | Retry | NoteRetried | CloseLost | NoteAdopted
#: The numbers that were mended or voided and not retried yet, each with who did it last.
Menders: TypeAlias = Mapping[int, str]


def decide(command: MendingCommand, menders: Menders) -> Sequence[MendingEvent]:
    """What happened; raises Refused WAITS_BEHIND_ANOTHER and MENDED_BY_CALLER."""
    match command:
        case Mend(found, body, reason, by):
            _check_at_fault(found)
            return (MessageMended(**_of(found), body=body, reason=reason, mended_by=by),)
        case Void(found, reason, by):
            _check_at_fault(found)
            return (MessageVoided(**_of(found), reason=reason, voided_by=by),)
        case Retry(consumer, key, by):
            mended = [str(pseq) for pseq, mender in sorted(menders.items()) if mender == by]
            if mended:
                detail = f"you mended message {', '.join(mended)} of {key} at {consumer}: another person must retry it"
                raise forbidden("MENDED_BY_CALLER", detail, consumer=consumer, key=key)
            return ()
        case NoteRetried(retried):
            return (retried,) if retried.pseqs or retried.voided else ()
        case CloseLost(closed):
            return (closed,)
        case NoteAdopted(adopted):
            return (adopted,)
        case _:
            assert_never(command)


def evolve(menders: Menders, event: MendingEvent) -> Menders:
    """Who mended what after an event."""
    match event:
        case MessageMended():
            return {**menders, event.pseq: event.mended_by}
        case MessageVoided():
            return {**menders, event.pseq: event.voided_by}
        case MessagesRetried():
            done = {*event.pseqs, *event.voided}
            return {pseq: by for pseq, by in menders.items() if pseq not in done}
        case LostMessageClosed() | RestoreAdopted():
            return menders
        case _:
            assert_never(event)


def _check_at_fault(found: Found) -> None:
    if found.waits_behind is not None:
        detail = (
            f"nothing is wrong with message {found.pseq} of {found.key} at {found.consumer}: it waits behind message "
            f"{found.waits_behind}; mend that one"
        )
        raise conflict("WAITS_BEHIND_ANOTHER", detail, consumer=found.consumer, key=found.key)


def _of(found: Found) -> dict[str, Any]:
    place = {name: getattr(found, name) for name in ("consumer", "topic", "partition", "pseq", "key", "type")}
    return place | {"body_before_sha256": found.body_sha256}


_NOBODY: Final[Menders] = {}
DECIDER: Final[Decider[MendingCommand, Menders, MendingEvent]] = Decider(_NOBODY, decide, evolve)


def stream_of(consumer: str, topic: str, key: str) -> str:
    """The stream of what was done to a key's parked messages."""
    return f"parked/{consumer}/{topic}/{key}"


def stream_of_adoption(timeline: str) -> str:
    """The stream of an adoption; ``timeline`` is the one that begins."""
    return f"adoption/{timeline}"


def stream_of_lost(event_id: str) -> str:
    """The stream of what was done about a lost message."""
    return f"lost/{event_id}"
