"""A year of three regions, written by every service, comes back from Kafka alone in an empty database: identical."""

from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import msgspec
import pytest
from tests.command_line import onestop
from tests.replay.recovering import whole_of
from tests.replay.three_regions import YEAR, Year, law_of_the_year

from kernel.running import server_process
from kernel.testing.kafka_broker import KafkaBroker
from kernel.testing.set_clock import SetClock
from onestop.embedded_postgres import binaries
from onestop.migrating import migrate
from onestop.platform import Platform, recreate_database, running_platform
from onestop.services import SERVICES

#: The everyday form has one month, and one more on what came back.
MONTHS: Final = (1, pytest.param(12, marks=pytest.mark.long))
_DECEMBER: Final = 12


class Site(msgspec.Struct, frozen=True):
    """A database, its broker, and a folder with keys and law."""

    database: str
    bootstrap: str
    folder: Path
    policies: Path
    clock: SetClock

    @property
    def prefix(self) -> str:
        return f"{self.name}-"

    @property
    def name(self) -> str:
        return urlsplit(self.database).path.strip("/")

    @property
    def words(self) -> list[str]:
        """Where an operator's commands find it."""
        return ["--database", self.database, "--folder", str(self.folder)]

    @property
    def broker(self) -> list[str]:
        return ["--kafka-bootstrap", self.bootstrap, "--topic-prefix", self.prefix]

    def platform(self) -> AbstractAsyncContextManager[Platform]:
        """Every service, each keeping its log."""
        return running_platform(
            self.database,
            self.folder,
            self.policies,
            kafka_bootstrap=self.bootstrap,
            topic_prefix=self.prefix,
            clock=self.clock,
            keeps_logs=True,
        )

    def dump(self, program: str, *words: str) -> None:
        """What is in no event: the keys that open names, and the tokens of numbers."""
        environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}
        dumped = ("--data-only", f"--dbname={self.database}", *words)
        server_process.run((binaries() / program, *dumped), environment=environment)

    async def come_back(self) -> None:
        """As the runbook has it, into the empty database."""
        file = self.folder / "keys.dump"
        tables = ("--table=identity.person_keys", "--table=identity.number_tokens")
        self.dump("pg_dump", "--format=custom", *tables, f"--file={file}")
        await recreate_database(urlsplit(self.database)._replace(path="/postgres").geturl(), self.name)
        await migrate(self.database)
        recovered = await onestop("recover", *self.words, *self.broker)
        assert recovered.exit_code == 0, recovered.output
        self.dump("pg_restore", str(file))
        adopted = await onestop("restore", "--yes", *self.words, *self.broker)
        assert adopted.exit_code == 0, adopted.output

    async def is_identical(self) -> None:
        """Every projection is what the events give, read in the stores and on the topics; services agree."""
        for asked in (["replay", "--verify"], ["replay", "--verify", "--from-kafka", *self.broker], ["reconcile"]):
            said = await onestop(*asked, *self.words)
            assert said.exit_code == 0, said.output


@pytest.mark.kafka
@pytest.mark.parametrize("months", MONTHS)
async def test_three_regions_come_back_from_the_topics_alone(
    months: int, database: str, kafka_broker: KafkaBroker, tmp_path: Path
) -> None:
    clock = SetClock(datetime(YEAR, 1, 2, 1, tzinfo=UTC))
    site = Site(database, kafka_broker.bootstrap, tmp_path, law_of_the_year(tmp_path), clock)
    async with site.platform() as platform:
        year = Year(platform, clock)
        await year.begin()
        for month in range(1, months + 1):
            await year.month(month)
        if months == _DECEMBER:
            await year.end()
    before = {name: await whole_of(database, name) for name in SERVICES}
    assert all(events for events, _ in before.values()), "every service has its part in the year"
    await site.come_back()
    assert {name: await whole_of(database, name) for name in SERVICES} == before, "each event, and each row"
    await site.is_identical()
    async with site.platform() as platform:
        await year.on(platform).month(months + 1)
    await site.is_identical()
