"""The transport that a command works on: a broker, or the embedded one in the database."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from kernel.messaging.event_log import EventLog


@asynccontextmanager
async def transport_of(url: str, kafka_bootstrap: str, topic_prefix: str) -> AsyncIterator[EventLog]:
    """The broker's, where one is named; else the one in the database. Who the command is, the environment says."""
    from kernel.messaging.event_log.embedded import EmbeddedEventLog  # noqa: PLC0415
    from kernel.messaging.event_log.kafka import KafkaEventLog  # noqa: PLC0415
    from kernel.messaging.event_log.kafka_login import KafkaLogin  # noqa: PLC0415
    from kernel.writing.database import open_pool  # noqa: PLC0415

    if kafka_bootstrap:
        # Should a topic be made, it gets as many copies as the brokers keep.
        login = KafkaLogin.of(os.environ)
        yield KafkaEventLog(kafka_bootstrap, prefix=topic_prefix, replication_factor=None, login=login)
        return
    async with await open_pool(url, schema="bus", size=4) as pool:
        yield EmbeddedEventLog(pool)
