"""Topics on a real broker: created as they must be, and another setting is an error that names it."""

import time
from typing import Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from kernel.messaging.event_log.kafka import KafkaEventLog
from kernel.messaging.event_log.kafka_topics import TopicSettingError, copies_on, settings

pytestmark = pytest.mark.kafka


async def _create(bootstrap: str, topic: str, partitions: int, configs: dict[str, str]) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic(topic, partitions, 1, topic_configs=configs)])
    await admin.close()


async def test_what_was_created_is_as_it_must_be_at_the_next_start(kafka_broker: Any) -> None:
    topic = f"made-{time.monotonic_ns()}"
    for _ in range(2):
        await KafkaEventLog(kafka_broker.bootstrap).create_topics([topic])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("retention.ms", "604800000"),
        ("retention.bytes", "1073741824"),
        ("cleanup.policy", "compact"),
        ("message.timestamp.type", "CreateTime"),
        ("unclean.leader.election.enable", "true"),
    ],
)
async def test_another_setting_is_named_with_what_it_must_be(kafka_broker: Any, name: str, value: str) -> None:
    topic, right = f"wrong-{time.monotonic_ns()}", settings(1)
    await _create(kafka_broker.bootstrap, topic, 12, {**right, name: value})
    with pytest.raises(TopicSettingError, match=f"{topic} has {name}={value}, it must be {right[name]}"):
        await KafkaEventLog(kafka_broker.bootstrap).create_topics([topic])


async def test_another_number_of_partitions_is_refused(kafka_broker: Any) -> None:
    topic = f"few-{time.monotonic_ns()}"
    await _create(kafka_broker.bootstrap, topic, 6, settings(1))
    with pytest.raises(TopicSettingError, match="6 partitions instead of 12"):
        await KafkaEventLog(kafka_broker.bootstrap).create_topics([topic])


def test_with_three_brokers_two_must_have_a_message() -> None:
    assert [settings(replicas)["min.insync.replicas"] for replicas in (1, 2, 3)] == ["1", "1", "2"]


async def test_a_topic_has_as_many_copies_as_the_brokers_keep(kafka_broker: Any) -> None:
    assert [copies_on(brokers) for brokers in (1, 2, 3, 5)] == [1, 1, 3, 3]
    topic = f"copies-{time.monotonic_ns()}"
    await KafkaEventLog(kafka_broker.bootstrap, replication_factor=None).create_topics([topic])
