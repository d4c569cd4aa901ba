"""On the embedded transport each service's role writes its own topic, and reads all of them."""

import asyncpg
import pytest

from kernel.messaging.event_log import Outgoing
from kernel.messaging.event_log.embedded import EmbeddedEventLog
from kernel.messaging.event_log.embedded_schema import topic_of
from kernel.messaging.event_log.port import log_topic_of
from kernel.running import migrations
from kernel.writing.database import open_pool
from onestop.services import ALL_TOPICS, SCHEMAS, SERVICES, TOPICS


def message(topic: str) -> Outgoing:
    headers = (("ce_id", f"1-{topic}"), ("ce_pseq", "1"))
    return Outgoing(topic=topic, partition=0, pseq=1, key="a", headers=headers, body=b"{}")


def test_each_service_s_role_has_the_topic_that_the_service_publishes() -> None:
    assert [topic_of(service.schema) for service in SERVICES.values()] == list(TOPICS)


async def test_a_service_cannot_write_what_another_one_would_say(database: str) -> None:
    await migrations.prepare(database, SCHEMAS)
    await migrations.prepare(database, SCHEMAS)  # every start of a release does it again
    for role in SCHEMAS:
        async with await open_pool(database, schema="bus", user=role, size=1) as pool:
            publisher = await EmbeddedEventLog(pool).publisher()
            for topic in ALL_TOPICS:
                if topic not in (topic_of(role), log_topic_of(topic_of(role))):
                    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
                        await publisher.publish([message(topic)])
            await publisher.publish([message(topic_of(role))])
            await publisher.publish([message(log_topic_of(topic_of(role)))])
            logs = await pool.fetch("SELECT topic FROM bus.messages WHERE topic LIKE '%.log'")
            assert [row["topic"] for row in logs] == [log_topic_of(topic_of(role))], "a log is its service's alone"
            for sql in ("UPDATE bus.messages SET body = ''", "DELETE FROM bus.messages"):
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await pool.execute(sql)
            assert await pool.fetchval("SELECT count(*) FROM bus.messages") == SCHEMAS.index(role) + 2
