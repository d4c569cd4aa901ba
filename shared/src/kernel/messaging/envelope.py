"""The envelope of published events: CloudEvents 1.0 in Kafka's binary mode, the same on every transport."""

from typing import Any, Final

import msgspec

from kernel.writing.event_registry import EventRegistry, EventType
from kernel.writing.event_store.stream import LoggedEvent

_encoder: Final = msgspec.json.Encoder(order="deterministic")


class Published(msgspec.Struct, frozen=True):
    """A published event and the key whose order matters to consumers, such as the person's id."""

    key: str
    event: Any


def contract_type(topic: str, event: Any) -> str:
    """The CloudEvents type of a contract event; its last part is the contract's version."""
    return type_name(topic, type(event))


def type_name(topic: str, kind: type[msgspec.Struct]) -> str:
    """The same for a contract's class, such as ``onestop.settlement.SettlementConfirmed.v1``."""
    return f"onestop.{topic}.{kind.__name__}.v1"


def contract_registry(topic: str, *classes: type[msgspec.Struct]) -> EventRegistry:
    """The registry through which consumers read a topic."""
    return EventRegistry([EventType(type_name(topic, kind), kind) for kind in classes])


def headers_of(
    published: Published, topic: str, entry: LoggedEvent, pseq: int, epoch: int
) -> tuple[tuple[tuple[str, str], ...], bytes]:
    """Headers and body of a published event."""
    recorded = entry.recorded
    headers = (
        ("ce_specversion", "1.0"),
        ("ce_id", str(recorded.event_id)),
        ("ce_source", f"/onestop/{topic}"),
        ("ce_type", contract_type(topic, published.event)),
        ("ce_time", recorded.occurred_at.isoformat()),
        ("ce_subject", recorded.stream_id),
        ("ce_partitionkey", published.key),
        ("ce_streamversion", str(recorded.version)),
        ("ce_correlationid", recorded.correlation_id),
        ("ce_gseq", str(entry.gseq)),
        ("ce_pseq", str(pseq)),
        ("ce_epoch", str(epoch)),
        ("content-type", "application/json"),
    )
    return headers, _encoder.encode(published.event)
