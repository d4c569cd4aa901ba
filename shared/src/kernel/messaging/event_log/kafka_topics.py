"""Topics as they must be on a broker: they are the record, so nothing may be removed, merged or lost with one disk."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Final

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import TopicAlreadyExistsError

from kernel.messaging.event_log.port import is_log_topic, partitions_of

#: Copies from which on one broker may fail without a message being lost or refused.
_REPLICAS_FOR_TWO: Final = 3
#: So large an event may be: what is told to others is small, a stored one may hold a whole pack of the law.
MESSAGE_BYTES_MAX: Final = 16 * 1024 * 1024
_KNOWN_SECONDS: Final = 15.0
_AGAIN_SECONDS: Final = 0.1
_ALWAYS: Final[Mapping[str, str]] = {
    "cleanup.policy": "delete",
    "retention.ms": "-1",
    "retention.bytes": "-1",
    "unclean.leader.election.enable": "false",
    # A publisher's clock that runs ahead would be refused by the broker; its own time travels in the envelope.
    "message.timestamp.type": "LogAppendTime",
}


class TopicSettingError(Exception):
    """A topic is not as it must be; names the topic, the setting, and the command that mends it."""


def settings(replicas: int, topic: str = "") -> dict[str, str]:
    """What a topic with so many copies must be set to; where old segments go to tiered storage does not matter."""
    large = {"max.message.bytes": str(MESSAGE_BYTES_MAX)} if is_log_topic(topic) else {}
    return {**_ALWAYS, **large, "min.insync.replicas": "2" if replicas >= _REPLICAS_FOR_TWO else "1"}


def copies_on(brokers: int) -> int:
    """How many copies of a topic so many brokers keep: three, or one where there are fewer."""
    return _REPLICAS_FOR_TWO if brokers >= _REPLICAS_FOR_TWO else 1


async def ensure(admin: AIOKafkaAdminClient, topics: Sequence[str], replicas: int | None) -> None:
    """Create what is missing, and look at all of them; raises TopicSettingError and KafkaError.

    Without ``replicas`` a topic gets as many copies as the brokers that are there keep.
    """
    if replicas is None:
        replicas = copies_on(len((await admin.describe_cluster())["brokers"]))
    known = set(await admin.list_topics())
    for topic in sorted(set(topics) - known):
        with suppress(TopicAlreadyExistsError):  # another instance was faster
            wanted = settings(replicas, topic)
            await admin.create_topics([NewTopic(topic, partitions_of(topic), replicas, topic_configs=wanted)])
    async with asyncio.timeout(_KNOWN_SECONDS):
        for topic in topics:
            while not await _is_right(admin, topic, settings(replicas, topic)):
                await asyncio.sleep(_AGAIN_SECONDS)  # created this moment: not every part of the broker knows it yet


async def _is_right(admin: AIOKafkaAdminClient, topic: str, wanted: Mapping[str, str]) -> bool:
    """Whether the topic is known and as it must be; raises TopicSettingError where it is otherwise."""
    count = sum(len(described["partitions"]) for described in await admin.describe_topics([topic]))
    found = await _settings_of(admin, topic, wanted)
    if not count or found.keys() != wanted.keys():
        return False
    if count != partitions_of(topic):
        raise TopicSettingError(
            f"topic {topic} has {count} partitions instead of {partitions_of(topic)}: the order of messages rests "
            "on that number. Create the topic anew and run `onestop republish`"
        )
    for name, value in wanted.items():
        if found[name] != value:
            raise TopicSettingError(
                f"topic {topic} has {name}={found[name]}, it must be {value}: kafka-configs.sh --bootstrap-server "
                f"BROKER --alter --entity-type topics --entity-name {topic} --add-config {name}={value}"
            )
    return True


async def _settings_of(admin: AIOKafkaAdminClient, topic: str, wanted: Mapping[str, str]) -> dict[str, str]:
    resource = ConfigResource(ConfigResourceType.TOPIC, topic, configs=dict.fromkeys(wanted, ""))
    found: dict[str, str] = {}
    for response in await admin.describe_configs([resource]):
        for _code, _message, _type, _name, entries in response.resources:
            found |= {entry[0]: entry[1] for entry in entries}
    return found
