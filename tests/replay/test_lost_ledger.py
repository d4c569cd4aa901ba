"""The ledger's database is lost after a day's work, and is written back from its topic: nothing decided, nothing lost.

Fed again from settlement's topic alone, bills would split otherwise between funds, and receipts would be gone.
"""

from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit, urlunsplit

import msgspec
import pytest
from tests.command_line import onestop
from tests.replay.recovering import lose, positions_of, recovered, whole_of
from tests.runbook import followed

from kernel.messaging.event_log.port import log_topic_of
from kernel.security import Role
from kernel.testing.kafka_broker import KafkaBroker
from kernel.writing.database import administering
from onestop.platform import Platform, recreate_database, running_platform
from onestop.quiescence import wait_until_arrived
from onestop.replay import verify
from onestop.services import SERVICES
from workbench.demo import stories
from workbench.demo.city import HOSPITALS
from workbench.demo.month_end import DemoClock, MonthEnd
from workbench.demo.report import Books, read_books
from workbench.demo.town import Town, settle_in
from workbench.demo.window import Window

POLICIES: Final = Path(__file__).parents[2] / "policies"
BILL: Final = stories.Bill(100_000, 0, 60_000)
LOG: Final = log_topic_of("fund-ledger")


class Site(msgspec.Struct, frozen=True):
    """A platform's database, its folder with the keys, and its broker, if it has one."""

    database: str
    folder: Path
    broker: str
    prefix: str
    clock: DemoClock

    @property
    def words(self) -> list[str]:
        """What an operator's commands are told."""
        where = ["--database", self.database, "--folder", str(self.folder)]
        broker = ["--kafka-bootstrap", self.broker, "--topic-prefix", self.prefix] if self.broker else []
        return [*broker, *where]

    def platform(self) -> AbstractAsyncContextManager[Platform]:
        """Every service, each keeping its log."""
        return running_platform(
            self.database,
            self.folder,
            POLICIES,
            kafka_bootstrap=self.broker or None,
            topic_prefix=self.prefix,
            clock=self.clock,
            keeps_logs=True,
        )


@pytest.fixture(params=["embedded", pytest.param("kafka", marks=pytest.mark.kafka)])
def site(request: pytest.FixtureRequest, database: str, tmp_path: Path) -> Site:
    broker = ""
    if request.param == "kafka":
        kafka: KafkaBroker = request.getfixturevalue("kafka_broker")
        broker = kafka.bootstrap
    prefix = f"{urlsplit(database).path.strip('/')}-" if broker else ""
    return Site(database, tmp_path, broker, prefix, DemoClock())


async def a_day(platform: Platform, clock: DemoClock) -> Town:
    """Receipts in the morning, bills over the day, one of them revoked; then statements are paid and a month closed."""
    town = await settle_in(platform, 9)
    for number in range(3):
        await _settled(town, number)
    window = Window(platform, Role.HOSPITAL, HOSPITALS[0].hospital_id)
    revoked = await stories.stay(window, town.someone("DIBAO"), town.today, 0, BILL)
    await window.post("settlement", f"/v1/settlements/{revoked['settlement_id']}/revocation", {"reason": "录入错误"})
    await wait_until_arrived(platform.admin_url)
    async for _line in MonthEnd(platform, clock).tell():
        pass
    await wait_until_arrived(platform.admin_url)
    return town


async def _settled(town: Town, number: int) -> None:
    window = Window(town.platform, Role.HOSPITAL, HOSPITALS[0].hospital_id, keys=f"day-{number}")
    await stories.stay(window, town.someone("DIBAO"), town.today, 0, BILL)


def _paid(books: Books) -> int:
    """What settlement says that payers owe hospitals, and the ledger has paid them already."""
    return sum(books.by_payer_fen.values()) - books.owed_to_hospitals_fen


async def test_a_lost_ledger_is_recovered_from_its_topic_and_goes_on_booking(site: Site) -> None:
    async with site.platform() as platform:
        town = await a_day(platform, site.clock)
    paid = _paid(await read_books(site.database))
    before, positions = await whole_of(site.database, "fund-ledger"), await positions_of(site.database, "fund_ledger")
    await lose(site.database, "fund_ledger")
    said = await recovered(site.words, "fund-ledger")
    assert f"fund-ledger: {len(before[0])} events, {len(before[0])} of them written now" in said
    assert "follows from no event" in said, "what is not in events is said"
    assert await whole_of(site.database, "fund-ledger") == before, "each event under its number, and each row"
    async with site.platform() as platform:
        await wait_until_arrived(site.database)
        assert await positions_of(site.database, "fund_ledger") == positions
        assert await whole_of(site.database, "fund-ledger") == before, "nothing is booked again"
        again = Town(platform, town.people, town.ids, town.today)
        await _settled(again, 10)
        await _settled(again, 11)
        await wait_until_arrived(site.database)
        books = await read_books(site.database)
    assert (books.settled, books.ledger_sum_fen, _paid(books)) == (6, 0, paid)
    assert (await verify(site.database)).differences == ()
    # A second time, from a topic on which a restore has ended a timeline.
    then = await whole_of(site.database, "fund-ledger")
    await lose(site.database, "fund_ledger")
    await recovered(site.words, "fund-ledger")
    assert await whole_of(site.database, "fund-ledger") == then


@pytest.mark.kafka
async def test_the_whole_platform_is_recovered_from_kafka_alone_by_the_runbook(
    database: str, kafka_broker: KafkaBroker, tmp_path: Path
) -> None:
    site = Site(database, tmp_path, kafka_broker.bootstrap, f"{urlsplit(database).path.strip('/')}-", DemoClock())
    async with site.platform() as platform:
        town = await a_day(platform, site.clock)
        replayed = await onestop("replay", "--verify", "--from-kafka", *site.words)
        assert replayed.exit_code == 0, replayed.output
    paid = _paid(await read_books(database))
    before = {name: await whole_of(database, name) for name in SERVICES}
    anew = urlunsplit(urlsplit(database)._replace(path=f"{urlsplit(database).path}_anew"))
    await recreate_database(database, urlsplit(anew).path.strip("/"))
    said = await _followed(site, anew)
    assert "person_keys follows from no event" in said, said
    assert {name: await whole_of(anew, name) for name in SERVICES} == before
    async with msgspec.structs.replace(site, database=anew).platform() as platform:
        await wait_until_arrived(anew)
        await _settled(Town(platform, town.people, town.ids, town.today), 20)
        await wait_until_arrived(anew)
        books = await read_books(anew)
    assert (books.settled, books.ledger_sum_fen, _paid(books)) == (5, 0, paid)
    assert (await verify(anew)).differences == ()
    async with administering(database) as admin:
        await admin.execute(f"DROP DATABASE {urlsplit(anew).path.strip('/')} WITH (FORCE)")


async def _followed(site: Site, anew: str) -> str:
    """The runbook, word by word, into another database."""
    variables = {
        "ONESTOP_ADMIN_DATABASE_URL": site.database,
        "NEW_DATABASE_URL": anew,
        "ONESTOP_KAFKA_BOOTSTRAP": site.broker,
        "TOPIC_PREFIX": site.prefix,
        "BACKUP": str(site.folder),
        "FOLDER": str(site.folder),
    }
    await followed("Take what is in no event", variables)
    return await followed("Recover from the topics", variables)
