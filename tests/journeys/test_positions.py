"""A topic that was made anew or cut short: consumers stop loudly, and go on by their numbers, each message once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.records_to_delete import RecordsToDelete
from tests.command_line import onestop
from typer.testing import Result

from kernel.messaging.event_log.kafka import KafkaEventLog
from kernel.messaging.event_log.port import PARTITIONS
from kernel.security import Role
from kernel.testing.deadline import eventually
from kernel.testing.kafka_broker import KafkaBroker
from kernel.writing.database import administering
from onestop.platform import running_platform
from onestop.quiescence import wait_until_arrived
from onestop.replay import verify
from workbench.demo import stories
from workbench.demo.city import HOSPITALS
from workbench.demo.report import read_books
from workbench.demo.town import Town, settle_in
from workbench.demo.window import Window

pytestmark = pytest.mark.kafka
POLICIES = Path(__file__).parents[2] / "policies"
BILL = stories.Bill(100_000, 0, 60_000)
_RELAYED_SQL = "SELECT (SELECT gseq FROM relay WHERE topic = 'settlement') = (SELECT gseq FROM sequencer WHERE one = 1)"


class Desk:
    """An operator at a database and a broker, and a hospital that settles."""

    def __init__(self, database: str, broker: KafkaBroker, folder: Path) -> None:
        self.database = database
        self.broker = broker
        self.folder = folder
        self.prefix = f"{urlsplit(database).path.strip('/')}-"
        self.topic = f"{self.prefix}settlement"

    @asynccontextmanager
    async def platform(self) -> AsyncIterator[Any]:
        async with running_platform(
            self.database, self.folder, POLICIES, kafka_bootstrap=self.broker.bootstrap, topic_prefix=self.prefix
        ) as platform:
            yield platform

    @asynccontextmanager
    async def admin(self) -> AsyncIterator[AIOKafkaAdminClient]:
        admin = AIOKafkaAdminClient(bootstrap_servers=self.broker.bootstrap)
        await admin.start()
        try:
            yield admin
        finally:
            await admin.close()

    async def settle(self, town: Town, hospital: int) -> None:
        window = Window(town.platform, Role.HOSPITAL, HOSPITALS[hospital].hospital_id)
        admitted = await stories.admit(window, town.someone("DIBAO"), "special_outpatient", town.today)
        await stories.upload(window, admitted["encounter_id"], BILL)
        await stories.settle(window, admitted["encounter_id"], BILL)

    async def says(self, *words: str) -> Result:
        where = ["--database", self.database, "--folder", str(self.folder)]
        where += ["--kafka-bootstrap", self.broker.bootstrap, "--topic-prefix", self.prefix]
        return await onestop(*words, *where)

    async def relayed(self) -> bool:
        async with administering(self.database, search_path="settlement") as connection:
            return bool(await connection.fetchval(_RELAYED_SQL))

    async def set_right(self) -> None:
        """As the command says it."""
        wrong = await self.says("positions", "fund-ledger")
        assert (wrong.exit_code, "`onestop positions --find` sets them right" in wrong.output) == (1, True), (
            wrong.output
        )
        for publisher in ("identity", "settlement"):  # messages of whoever lacks some
            if f"onestop republish {publisher} --from" in wrong.output:
                assert (await self.says("republish", publisher, "--from", "1")).exit_code == 0
        found = await self.says("positions", "--find")
        assert (found.exit_code, " 0 of them wrong" in found.output) == (0, True), found.output

    async def check(self, settled: int) -> None:
        await wait_until_arrived(self.database)
        books = await read_books(self.database)
        assert (books.settled, books.problems) == (settled, [])
        async with administering(self.database, search_path="fund_ledger") as connection:
            assert await connection.fetchval("SELECT count(*) FROM journals WHERE kind = 'settlement'") == settled
        assert (await verify(self.database)).identical


@pytest.fixture
def desk(database: str, kafka_broker: KafkaBroker, tmp_path: Path) -> Desk:
    return Desk(database, kafka_broker, tmp_path)


async def test_a_topic_that_was_deleted_and_made_anew(desk: Desk) -> None:
    async with desk.platform() as platform:
        town = await settle_in(platform, 9)
        await desk.settle(town, 0)
        await desk.settle(town, 1)
        await wait_until_arrived(desk.database)
    async with desk.admin() as admin:
        await admin.delete_topics([desk.topic])
    await eventually(lambda: _made(desk))
    async with desk.platform() as platform:
        await desk.settle(Town(platform, town.people, town.ids), 2)
        await eventually(desk.relayed)
        await desk.set_right()
        await desk.check(3)


async def _made(desk: Desk) -> bool:
    """The broker deletes in the background, and refuses to make the topic until it has."""
    async with desk.admin() as admin:
        if desk.topic in await admin.list_topics():
            return False
    await KafkaEventLog(desk.broker.bootstrap, prefix=desk.prefix).create_topics(["settlement"])
    return True


async def test_records_that_were_removed_before_the_ledger_had_them(desk: Desk) -> None:
    async with (
        administering(desk.database, idle_in_transaction_session_timeout="0") as busy,
        desk.platform() as platform,
    ):
        town = await settle_in(platform, 9)
        await desk.settle(town, 0)
        await wait_until_arrived(desk.database)
        # Until the platform has stopped the ledger takes nothing in.
        await busy.execute("BEGIN; LOCK TABLE fund_ledger.inbox_cursor IN SHARE MODE")
        await desk.settle(town, 1)
        await eventually(desk.relayed)
    everything = {TopicPartition(desk.topic, at): RecordsToDelete(before_offset=-1) for at in range(PARTITIONS)}
    async with desk.admin() as admin:
        await admin.delete_records(everything)
    lacking = await desk.says("positions", "fund-ledger")
    assert (lacking.exit_code, "topic settlement lacks messages" in lacking.output) == (1, True), lacking.output
    async with desk.platform():
        await desk.set_right()
        await desk.check(2)


async def test_where_everything_stands_right_nothing_is_touched(desk: Desk) -> None:
    async with desk.platform() as platform:
        await desk.settle(await settle_in(platform, 9), 0)
        await wait_until_arrived(desk.database)
        right = await desk.says("positions", "--find")
        assert (right.exit_code, "0 of them wrong" in right.output) == (0, True), right.output
        assert (await desk.says("positions", "nobody")).exit_code == 2
        await desk.check(1)
