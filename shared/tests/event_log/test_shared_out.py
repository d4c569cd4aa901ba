"""A topic shared out by Kafka's group protocol: what moves when one comes or goes, and what does not."""

import asyncio
import os
import sys
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from shared.tests.event_log.world import World

from kernel.messaging.event_log.kafka import KafkaEventLog
from kernel.messaging.event_log.port import ALL
from kernel.testing.deadline import eventually
from kernel.testing.kafka_broker import KafkaBroker

pytestmark = pytest.mark.kafka
ROOT = Path(__file__).parents[3]


@pytest.fixture
async def three(kafka_world: World, kafka_broker: KafkaBroker) -> AsyncIterator[list[World]]:
    worlds = [kafka_world]
    for _ in range(2):
        log = KafkaEventLog(kafka_broker.bootstrap)
        worlds.append(World(kafka_world.database, kafka_world.pool, log, kafka_world.topic))
    for world in worlds:
        await world.runtime.start()
    yield worlds
    for world in worlds[1:]:
        await world.runtime.stop()


async def test_four_instances_take_three_partitions_each_and_killing_one_moves_only_its_three(
    three: list[World], kafka_broker: KafkaBroker
) -> None:
    world = three[0]
    arguments = (world.database, kafka_broker.bootstrap, world.topic)
    fourth = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "shared.tests.event_log.instance",
        *arguments,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.DEVNULL,
    )

    async def three_each() -> bool:
        return [len(other.shared_out) for other in three] == [3, 3, 3]

    try:
        await eventually(three_each, within_seconds=30)
        before = [other.shared_out for other in three]
        for n in range(60):
            await world.count(f"before-{n}", f"t{n % 20}", n + 1)
        await world.hears(60)
    finally:
        fourth.kill()
        await fourth.wait()
    for n in range(60, 120):
        await world.count(f"after-{n}", f"t{n % 20}", n + 1)
    await world.hears(120, within_seconds=30)

    async def all_read() -> bool:
        return frozenset[int]().union(*(other.shared_out for other in three)) == ALL

    await eventually(all_read)
    assert all(had <= other.shared_out for had, other in zip(before, three, strict=True)), "the living keep theirs"
    assert sorted(len(other.shared_out) for other in three) == [4, 4, 4]
    assert set(Counter(await world.heard()).values()) == {1}
    for name in (f"t{n}" for n in range(20)):
        amounts = [amount for tally, amount in await world.heard() if tally == name]
        assert amounts == sorted(amounts)


async def test_an_instance_that_ends_hands_its_partitions_over_at_once(three: list[World]) -> None:
    async def four_each() -> bool:
        return [len(other.shared_out) for other in three] == [4, 4, 4]

    await eventually(four_each, within_seconds=30)
    await three[2].runtime.stop()

    async def six_each() -> bool:
        return [len(other.shared_out) for other in three[:2]] == [6, 6]

    await eventually(six_each, within_seconds=6)  # its session would last for eight
