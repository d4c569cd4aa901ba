"""What is left of a town whose services kept their logs on topics: its database, and its folder with the keys."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from kernel.messaging.envelope import Election
from kernel.messaging.event_log.embedded import EmbeddedEventLog
from kernel.messaging.publisher_keys import signing_key
from kernel.messaging.telling import Teller
from kernel.running.runtime import ServiceParts
from kernel.security.signing_keys import SigningKey
from kernel.testing.deadline import eventually
from kernel.writing.database import administering, open_pool
from onestop.believed import publisher_keys
from onestop.platform import running_platform
from onestop.quiescence import wait_until_arrived
from onestop.recover.recover import Recovered, recover
from onestop.restore.database import RestoredService, restore
from onestop.services import SERVICES

POLICIES: Final = Path(__file__).parents[2] / "policies"
#: A service may do something at its end that is sent when it begins again.
_RUNS_MAX: Final = 5
_FULL_SQL: Final = """
SELECT (SELECT gseq FROM "{schema}".sequencer) = (SELECT gseq FROM "{schema}".relay WHERE topic LIKE '%.log')
"""
# As if message 3 had been lost, its last one published, and 3 sent again before that: numbers are no more in order.
_RESENT_SQL: Final = """
DO $$ DECLARE behind bigint := (SELECT max("offset") FROM bus.messages WHERE topic = '{topic}' AND partition = {at});
BEGIN
  UPDATE bus.messages SET "offset" = behind + 1 WHERE topic = '{topic}' AND partition = {at} AND "offset" = behind;
  UPDATE bus.messages SET "offset" = behind WHERE topic = '{topic}' AND partition = {at} AND "offset" = 2;
END $$
"""


class Left(msgspec.Struct, frozen=True):
    """A database whose services have stopped."""

    database: str
    folder: Path

    async def recover(self, *names: str, keys: Any = None, advance: Any = None) -> list[Recovered]:
        """Recover from the topics in this database."""
        advance = advance or (lambda _name: lambda *_: None)
        async with await open_pool(self.database, schema="bus", size=2) as bus:
            log = EmbeddedEventLog(bus)
            return await recover(self.database, names, log, keys or publisher_keys(self.folder), advance)

    async def adopt(self) -> list[RestoredService]:
        """``onestop restore``."""
        async with await open_pool(self.database, schema="bus", size=2) as bus:
            return await restore(self.database, EmbeddedEventLog(bus))

    async def fill_logs(self) -> None:
        """Let the services work until all that they have is on the topics, also what they did while they ended."""
        for _ in range(_RUNS_MAX):
            async with running_platform(self.database, self.folder, POLICIES, keeps_logs=True):
                await self.filled()
            if await self._is_full():
                return

    async def filled(self) -> None:
        """Wait until all that the running services have is on the topics."""

        async def full() -> bool:
            await wait_until_arrived(self.database)
            return await self._is_full()

        await eventually(full, within_seconds=60)

    async def _is_full(self) -> bool:
        async with administering(self.database) as admin:
            sqls = [_FULL_SQL.format(schema=service.schema) for service in SERVICES.values()]
            return all([await admin.fetchval(sql) for sql in sqls])

    async def break_topic(self, sql: str) -> None:
        """Do something to a topic that nobody may do."""
        async with administering(self.database) as admin:
            await admin.execute(f"DROP TABLE IF EXISTS kept; CREATE TABLE kept AS TABLE bus.messages; {sql}")

    async def mend_topic(self) -> None:
        """As it was."""
        async with administering(self.database) as admin:
            await admin.execute("TRUNCATE bus.messages; INSERT INTO bus.messages TABLE kept")

    async def resend_late(self, topic: str, partition: int = 0) -> None:
        """A message of a topic's partition comes behind those that follow it."""
        async with administering(self.database) as admin:
            await admin.execute(_RESENT_SQL.format(topic=topic, at=partition))

    async def retell(
        self, name: str, program: "Callable[[ServiceParts, SigningKey | None], Teller[Any]]", upto: int = 100_000
    ) -> tuple[int, Sequence[int]]:
        """A topic as another program would have filled it; gives where its relay would stand."""
        service = SERVICES[name]
        parts, key = service.parts, signing_key({}, self.folder / "keys", service.parts.topic)
        telling = program(parts, key)
        async with (
            administering(self.database, search_path=service.schema) as source,
            await open_pool(self.database, schema="bus", size=2) as bus,
        ):
            election = Election(1, await source.fetchval("SELECT name FROM timeline"))
            await bus.execute("DELETE FROM messages WHERE topic = $1", telling.topic)
            begin = telling.beginning(election)
            begin = msgspec.structs.replace(begin, heads=begin.no_heads)
            logged = await telling.read(source, parts.registry, after=0, limit=upto)
            messages, cursor = telling.of(logged, begin)
            publisher = await EmbeddedEventLog(bus).publisher()
            await publisher.publish(messages)
        return cursor.gseq, cursor.pseqs
