"""The envelope of published events: CloudEvents 1.0 in Kafka's binary mode, the same on every transport."""

from functools import lru_cache
from typing import Any

import msgspec

from kernel.values.contract import Contract
from kernel.writing.event_registry import EventRegistry, EventType
from kernel.writing.event_store.stream import LoggedEvent


class Published(msgspec.Struct, frozen=True):
    """A published event and the key whose order matters to consumers, such as the person's id."""

    key: str
    event: Any


class Election(msgspec.Struct, frozen=True):
    """Who publishes: the number of the relay's election, and the timeline of the database that it reads."""

    epoch: int
    timeline: str


@lru_cache(maxsize=64)
def registry_of(contract: Contract) -> EventRegistry:
    """The registry through which a topic's messages are written and read."""
    return EventRegistry(
        [
            EventType(f"onestop.{contract.topic}.{kind.event_class.__name__}", kind.event_class, kind.upcasts)
            for kind in contract.kinds
        ]
    )


def type_of(contract: Contract, event_class: type[msgspec.Struct]) -> str:
    """The type in which events of a class are published, such as ``onestop.referral.ReferralChanged.v1``."""
    kind = registry_of(contract).type_of(event_class)
    return f"{kind.name}.v{kind.version}"


def types_of(contract: Contract, *event_classes: type[msgspec.Struct]) -> frozenset[str]:
    """Every CloudEvents type, of today and of before, that stands for one of the classes."""
    kinds = [registry_of(contract).type_of(event_class) for event_class in event_classes]
    return frozenset(f"{kind.name}.v{version}" for kind in kinds for version in range(1, kind.version + 1))


def decode(contract: Contract, type_name: str, body: bytes | str) -> Any:
    """The event of a message; raises UnknownEventTypeError for a type or version that the contract does not have."""
    name, _, version = type_name.rpartition(".v")
    return registry_of(contract).decode(name, int(version) if version.isdecimal() else 0, body)


def headers_of(
    published: Published, contract: Contract, entry: LoggedEvent, pseq: int, election: Election
) -> tuple[tuple[tuple[str, str], ...], bytes]:
    """Headers and body of a published event."""
    recorded = entry.recorded
    name, version, body = registry_of(contract).encode(published.event)
    headers = (
        ("ce_specversion", "1.0"),
        ("ce_id", str(recorded.event_id)),
        ("ce_source", f"/onestop/{contract.topic}"),
        ("ce_type", f"{name}.v{version}"),
        ("ce_time", recorded.occurred_at.isoformat()),
        ("ce_subject", recorded.stream_id),
        ("ce_partitionkey", published.key),
        ("ce_streamversion", str(recorded.version)),
        ("ce_correlationid", recorded.correlation_id),
        ("ce_gseq", str(entry.gseq)),
        ("ce_pseq", str(pseq)),
        ("ce_epoch", str(election.epoch)),
        ("ce_timeline", election.timeline),
        ("content-type", "application/json"),
    )
    return headers, body
