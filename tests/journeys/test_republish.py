"""Messages that the transport has lost are found missing, sent again from the publisher's log, and all go on."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests.command_line import onestop

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
from workbench.demo.town import Town
from workbench.demo.window import Window

POLICIES = Path(__file__).parent.parent.parent / "policies"
BILL = stories.Bill(100_000, 0, 60_000)
_LOSE_SQL = """
DELETE FROM bus.messages WHERE topic = 'settlement' AND headers->>'ce_type' LIKE '%SettlementConfirmed%'
"""


async def _settled(town: Town, window: Window) -> None:
    admitted = await stories.admit(window, town.someone("DIBAO"), "special_outpatient", town.today)
    await stories.upload(window, admitted["encounter_id"], BILL)
    await stories.settle(window, admitted["encounter_id"], BILL)


async def _relayed(database: str) -> bool:
    async with administering(database, search_path="settlement") as connection:
        return bool(
            await connection.fetchval("SELECT (SELECT gseq FROM relay) = (SELECT gseq FROM sequencer WHERE one = 1)")
        )


async def test_a_settlement_that_the_transport_lost_is_booked_after_it_was_sent_again(
    settled_town: Any, copy_town: Any, tmp_path: Path
) -> None:
    database = await copy_town(tmp_path)
    async with (
        administering(database, idle_in_transaction_session_timeout="0") as busy,
        running_platform(database, tmp_path, POLICIES) as platform,
    ):
        await wait_until_arrived(database)
        # Until the platform has stopped the ledger takes nothing in, also not what it is handed in memory.
        await busy.execute("BEGIN; LOCK TABLE fund_ledger.inbox_cursor IN SHARE MODE")
        town = Town(platform, settled_town.people, settled_town.ids)
        await _settled(town, Window(platform, Role.HOSPITAL, HOSPITALS[0].hospital_id))
        await eventually(lambda: _relayed(database))
    async with administering(database) as admin:
        lost = (
            "DELETE FROM bus.messages WHERE topic = 'settlement' AND headers->>'ce_type' LIKE '%SettlementConfirmed%'"
        )
        assert await admin.execute(lost) == "DELETE 1"
    async with running_platform(database, tmp_path, POLICIES) as platform:
        town = Town(platform, settled_town.people, settled_town.ids)
        await _settled(town, Window(platform, Role.HOSPITAL, HOSPITALS[1].hospital_id))

        async def said() -> str:
            output = (await onestop("doctor", "--database", database, "--no-doors", "--only", "consuming")).output
            return output if "onestop republish settlement --partition" in output else ""

        command = (await eventually(said, within_seconds=60)).partition("`onestop ")[2].partition("`")[0]
        wrong = await onestop("republish", "settlement", "--from", "1", "--topic", "identity", "--database", database)
        assert (wrong.exit_code, "settlement publishes on settlement" in wrong.output) == (2, True)
        ahead = await onestop("republish", "settlement", "--from", "9999", "--database", database)
        assert (ahead.exit_code, "NOT_PUBLISHED_YET" in ahead.output) == (1, True)
        done = await onestop(*command.split(), "--database", database, "--folder", str(tmp_path))
        assert done.exit_code == 0, done.output
        await wait_until_arrived(database)
    books = await read_books(database)
    assert (books.settled, books.problems) == (2, [])
    assert (await verify(database)).identical


async def test_a_program_that_would_number_otherwise_sends_nothing(embedded_town: Town, tmp_path: Path) -> None:
    database = embedded_town.platform.admin_url
    await wait_until_arrived(database)
    async with administering(database, search_path="identity") as admin:
        before = await admin.fetchval("SELECT count(*) FROM bus.messages")
        pseqs = await admin.fetchval("SELECT pseqs FROM relay")
        await admin.execute("UPDATE relay SET pseqs = '[1,1,1,1,1,1,1,1,1,1,1,9999]'")
        said = ("republish", "identity", "--from", "1", "--database", database, "--folder", str(tmp_path))
        refused = await onestop(*said)
        assert (refused.exit_code, "NUMBERED_OTHERWISE" in refused.output) == (1, True)
        assert await admin.fetchval("SELECT count(*) FROM bus.messages") == before
        await admin.execute("UPDATE relay SET pseqs = $1::text::json", pseqs)


@pytest.mark.kafka
async def test_on_kafka_what_is_sent_again_comes_behind_and_is_dropped_by_whoever_has_it(
    kafka_town: Town, kafka_broker: KafkaBroker, tmp_path: Path
) -> None:
    database = kafka_town.platform.admin_url
    await _settled(kafka_town, Window(kafka_town.platform, Role.HOSPITAL, HOSPITALS[0].hospital_id))
    await wait_until_arrived(database)
    prefix = f"{urlsplit(database).path.strip('/')}-"
    where = ["--database", database, "--kafka-bootstrap", kafka_broker.bootstrap, "--topic-prefix", prefix]
    where += ["--folder", str(tmp_path)]
    for publisher in ("identity", "settlement"):
        done = await onestop("republish", publisher, "--from", "1", *where)
        assert (done.exit_code, "messages sent again" in done.output) == (0, True), done.output
    await _settled(kafka_town, Window(kafka_town.platform, Role.HOSPITAL, HOSPITALS[1].hospital_id))
    await wait_until_arrived(database)
    books = await read_books(database)
    assert (books.settled, books.problems) == (2, [])
    assert (await verify(database)).identical
