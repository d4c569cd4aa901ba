"""A world whose messages are signed, for what proves their chain and for who takes a chain over."""

from typing import Any

import msgspec
from shared.tests.event_log.world import World

from kernel.messaging.event_log import Message, Outgoing, partition_of
from kernel.messaging.publisher_keys import PublisherKeys
from kernel.running.runtime import Runtime
from kernel.security.signing_keys import SigningKey
from kernel.testing.deadline import eventually

PARTITION = partition_of("a")


class Signed(World):
    """A world whose publisher signs, and whose consumer believes nobody else."""

    def __init__(self, world: World) -> None:
        self.__dict__.update(vars(world))
        self.key = SigningKey.generate("onestop/tally")
        self.runtime = self.another(self.key)

    def another(self, key: SigningKey | None) -> Runtime:
        keys = PublisherKeys(key, {self.topic: [self.key.public]})
        return Runtime(self.runtime.parts, self.database, self.log, keys=keys)

    async def restart(self, key: SigningKey | None) -> None:
        await self.runtime.stop()
        self.runtime = self.another(key)
        await self.runtime.start()

    async def on_topic(self) -> list[Message]:
        """What lies in the partition of ``a``."""
        return (await self.log.beyond(self.topic, [0] * 12)).get(PARTITION, [])

    async def forge(self, pseq: int, headers: dict[str, str], amount: int = 99) -> None:
        """Somebody else writes into the topic."""
        body = msgspec.json.encode({"tally": "a", "amount": amount, "standing": 0})
        told = {"ce_type": f"onestop.{self.topic}.Counted.v1", "ce_id": "forged", **headers, "ce_pseq": str(pseq)}
        message = Outgoing(
            topic=self.topic, partition=PARTITION, pseq=pseq, key="a", headers=tuple(told.items()), body=body
        )
        publisher = await self.log.publisher()
        try:
            await publisher.publish([message])
        finally:
            await publisher.close()

    async def stops(self, why: type[Exception]) -> Exception:
        """What stops the partition of ``a``."""
        (consumer,) = self.runtime.consumers

        async def stopped() -> bool:
            return isinstance(consumer.inbox.standings.stops.get(PARTITION), why)

        await eventually(stopped)
        assert consumer.trouble is not None
        return consumer.inbox.standings.stops[PARTITION]


async def relay_of(runtime: Runtime) -> Any:
    """The relay's job as the leader would run it."""
    runtime.leadership.term = await runtime.store.pool.fetchval("SELECT term FROM leadership")
    runtime._add_jobs(runtime.store.pool)
    return runtime.leadership._jobs["relay"].__self__  # type: ignore[attr-defined]
