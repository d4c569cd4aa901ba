"""The event log between services: one port, with Kafka and embedded PostgreSQL behind it."""

from kernel.messaging.event_log.port import (
    EventLog,
    Message,
    Outgoing,
    Publisher,
    Reader,
    TransportAwayError,
    partition_of,
)

__all__ = ["EventLog", "Message", "Outgoing", "Publisher", "Reader", "TransportAwayError", "partition_of"]
