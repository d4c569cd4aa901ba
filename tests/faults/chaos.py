"""Faults at random under load, one after the other, and what puts each right again."""

import asyncio
import itertools
import random
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import msgspec
from tests.faults.backup import Backup
from tests.faults.killable import Doors, KillableTown, speaking_to, whole_visit

from kernel.messaging.event_log import partition_of
from kernel.testing.deadline import eventually
from kernel.testing.kafka_broker import KafkaBroker
from kernel.writing.database import administering
from onestop.embedded_postgres import EmbeddedPostgres
from onestop.quiescence import wait_until_arrived

CALLERS = 3
#: For longer than a lease and a session of Kafka last.
FROZEN_SECONDS = 12.0
#: However much of what went wrong before is still being recovered from.
RECOVERS_WITHIN_SECONDS = 90.0
_PLANT_SQL = """
UPDATE fund_ledger.inbox_cursor SET next_offset = next_offset + 1, generation = generation + 1
WHERE topic = 'settlement' AND partition = (
  SELECT partition FROM fund_ledger.inbox_cursor WHERE topic = 'settlement' AND last_pseq > 0 AND partition = ANY($1)
  ORDER BY random() LIMIT 1
) RETURNING partition, last_pseq
"""
_PUBLISHED_SQL = "SELECT pseqs FROM settlement.relay WHERE topic = 'settlement'"
_CONSUMED_SQL = """
SELECT min(last_pseq) FROM fund_ledger.inbox_cursor WHERE topic = 'settlement' AND partition = $1
"""
_SETTLED_SQL = """
SELECT data->>'settlement_id' FROM settlement.events WHERE type = 'SettlementConfirmed'
"""


class Chaos:
    """Two instances of the platform, PostgreSQL and Kafka, callers who insist, and everything that may go wrong."""

    def __init__(
        self, server: EmbeddedPostgres, broker: KafkaBroker, towns: Sequence[KillableTown], seed: int, folder: Path
    ) -> None:
        self.server = server
        self._broker = broker
        self._towns = towns
        self._chance = random.Random(seed)
        self._folder = folder
        self._numbers = itertools.count()
        self._people: Sequence[str] = ()
        #: What was answered: the settlement of each visit, by the visit's number.
        self.settled: dict[int, str] = {}
        self._under_way = 0
        self._open = asyncio.Event()
        self._open.set()
        self.done: list[str] = []
        #: How many answered settlements the restores have lost; each was told, and settled again.
        self.lost = 0

    @property
    def faults(self) -> dict[str, Callable[[], Awaitable[None]]]:
        """Everything that may go wrong, by its name."""
        return {
            "an instance killed": self.kill_one,
            "both instances killed": self.kill_both,
            "an instance frozen": self.freeze_one,
            "PostgreSQL killed": self.kill_postgres,
            "Kafka killed": self.kill_kafka,
            "a gap": self.plant_gap,
            "a restore": self.lose_the_database,
        }

    async def run(self, people: Sequence[str], seconds: float, only: Sequence[str] = ()) -> None:
        """Load and faults for so long, each fault at least once, or ``only`` these; then every caller was answered."""
        loop = asyncio.get_running_loop()
        ends, stop, self._people = loop.time() + seconds, asyncio.Event(), people
        async with AsyncExitStack() as stack:
            self._doors = Doors(*[await stack.enter_async_context(speaking_to(town)) for town in self._towns])
            callers = await stack.enter_async_context(asyncio.TaskGroup())  # one that was not served ends it all
            for _ in range(CALLERS):
                callers.create_task(self._call(stop))
            names = list(only or self.faults)
            self._chance.shuffle(names)
            while names or loop.time() < ends:
                name = names.pop() if names else self._chance.choice(list(only or self.faults))
                print(f"{ends - loop.time():4.0f} s left, {len(self.settled)} visits: {name}", flush=True)  # noqa: T201
                await self.faults[name]()
                self.done.append(name)
                await asyncio.sleep(self._chance.uniform(0.5, 3))
            stop.set()

    async def _call(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            await self._open.wait()
            self._under_way += 1
            try:
                await self._visit(next(self._numbers))
            finally:
                self._under_way -= 1

    async def _visit(self, number: int) -> None:
        self.settled[number] = await whole_visit(self._doors, self._people[number % len(self._people)], number)

    async def kill_one(self) -> None:
        """kill -9 of one instance, which starts again at once."""
        town = self._chance.choice(self._towns)
        town.send(signal.SIGKILL)
        await asyncio.to_thread(town.start)

    async def kill_both(self) -> None:
        """kill -9 of everything that is ours."""
        for town in self._towns:
            town.send(signal.SIGKILL)
        for town in self._towns:
            await asyncio.to_thread(town.start)

    async def freeze_one(self) -> None:
        """An instance stands still for longer than its lease and its session last, and wakes up."""
        town = self._chance.choice(self._towns)
        town.send(signal.SIGSTOP)
        await asyncio.sleep(FROZEN_SECONDS)
        town.send(signal.SIGCONT)

    async def kill_postgres(self) -> None:
        """A crash of the database."""
        await asyncio.to_thread(self.server.kill)
        await asyncio.to_thread(self.server.start)

    async def kill_kafka(self) -> None:
        """A crash of the broker."""
        await asyncio.to_thread(self._broker.kill)
        await asyncio.to_thread(self._broker.start)

    async def plant_gap(self) -> None:
        """A message is missing for the ledger, which stops there until the publisher has sent it again."""
        async with administering(self.server.url()) as connection:
            # Where people's messages are: those of institutions lie elsewhere, too, and no more of them come.
            own = sorted({partition_of(person) for person in self._people})
            planted = await eventually(
                lambda: connection.fetch(_PLANT_SQL, own), within_seconds=RECOVERS_WITHIN_SECONDS
            )
            partition, last = int(planted[0]["partition"]), int(max(row["last_pseq"] for row in planted))

            async def published() -> bool:
                pseqs: list[int] = msgspec.json.decode(await connection.fetchval(_PUBLISHED_SQL))
                return pseqs[partition] > last

            async def consumed() -> bool:
                return int(await connection.fetchval(_CONSUMED_SQL, partition)) > last

            await eventually(published, within_seconds=RECOVERS_WITHIN_SECONDS)
            await asyncio.sleep(self._chance.uniform(0, 2))
            assert await connection.fetchval(_CONSUMED_SQL, partition) == last, "nothing is consumed behind a gap"
            wanted = ("--partition", str(partition), "--from", str(last + 1))
            await self._onestop("republish", "settlement", *wanted, "--kafka-bootstrap", self._broker.bootstrap)
            await eventually(consumed, within_seconds=RECOVERS_WITHIN_SECONDS)

    async def lose_the_database(self) -> None:
        """The database's disk is lost some time after a backup; what it lacks is told, seen to, and settled again."""
        backup = Backup(self.server, self._folder, self._broker.bootstrap)
        await backup.take()
        await asyncio.sleep(self._chance.uniform(1, 4))
        await self._pause_callers()
        for town in self._towns:
            town.send(signal.SIGKILL)
        await backup.lose_server()
        await backup.restore()
        gone = {n: s for n, s in self.settled.items() if s not in await self._known()}
        assert await backup.told_lost() == set(gone.values()), "each lost settlement is told, and no other"
        self.lost += len(gone)
        await self.checkpoint()
        for town in self._towns:
            await asyncio.to_thread(town.start)
        for number in gone:
            await self._visit(number)  # as the runbook says: the hospital settles the stay again
        await backup.close_lost()
        self._open.set()

    async def _pause_callers(self) -> None:
        """What was answered is published before the loss: what never left the database is known to callers only."""
        self._open.clear()

        async def answered() -> bool:
            return self._under_way == 0

        await eventually(answered, within_seconds=RECOVERS_WITHIN_SECONDS)
        await wait_until_arrived(self.server.url(), within_seconds=RECOVERS_WITHIN_SECONDS)

    async def _known(self) -> set[str]:
        async with administering(self.server.url()) as connection:
            return {row[0] for row in await connection.fetch(_SETTLED_SQL)}

    async def checkpoint(self) -> None:
        """Sign how every log stands."""
        await self._onestop("checkpoint", "make", "--to", str(self._folder / "checkpoints"))

    async def verify_against_checkpoints(self) -> None:
        """Every checkpoint that was made holds."""
        await self._onestop("verify-chain", "--against", str(self._folder / "checkpoints"))

    async def _onestop(self, *words: str) -> None:
        command = (*words, "--database", self.server.url(), "--folder", str(self._folder))
        program = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "onestop", *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
        said, _ = await program.communicate()
        assert program.returncode == 0, said.decode()
