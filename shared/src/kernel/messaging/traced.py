"""What is told of messages: that they were sent, and that a consumer has worked them off."""

import time
from collections.abc import Sequence

from kernel.messaging.event_log import Message, Outgoing
from kernel.writing.event_store.stream import LoggedEvent
from kernel.writing.tracing import Step, is_anybody_told, is_told, step


def began() -> int:
    """Now, in nanoseconds since 1970; 0 where nobody is told."""
    return time.time_ns() if is_anybody_told() else 0


def tell_sent(logged: Sequence[LoggedEvent], messages: Sequence[Outgoing], began_ns: int) -> None:
    """The relay has sent these messages of these events: each follows from the request or message that caused it."""
    if not began_ns:
        return
    causes = {str(entry.recorded.event_id): entry.causation_id for entry in logged if entry.causation_id}
    for message in messages:
        headers = dict(message.headers)
        correlation_id, event_id = headers.get("ce_correlationid", ""), headers["ce_id"]
        if is_told(correlation_id):
            cause = causes.get(event_id)
            told = Step(
                name=f"send {headers['ce_type']}",
                kind="PRODUCER",
                correlation_id=correlation_id,
                known_as=f"message/{event_id}",
                after=f"message/{cause}" if cause else f"request/{correlation_id}",
                about=_place(message),
            )
            with step(told, began_ns):
                pass


def tell_consumed(consumer: str, messages: Sequence[Message], began_ns: int) -> None:
    """A consumer has worked these off, each by itself or all together."""
    if not began_ns:
        return
    for message in messages:
        correlation_id = message.headers.get("ce_correlationid", "")
        if is_told(correlation_id):
            told = Step(
                name=f"consume {message.type}",
                kind="CONSUMER",
                correlation_id=correlation_id,
                after=f"message/{message.headers['ce_id']}",
                about={**_place(message), "messaging.consumer.group.name": consumer},
            )
            with step(told, began_ns):
                pass


def _place(message: Message | Outgoing) -> dict[str, str]:
    return {
        "messaging.destination.name": message.topic,
        "messaging.destination.partition.id": str(message.partition),
        "onestop.number": str(message.pseq),
    }
