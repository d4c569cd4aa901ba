"""A year of three regions on both transports: late money, revocations, an empty fund; it closes to the fen.

Jieyang's, Leye's and Hunan's books are kept by one ledger; programs that we did not write prove each, and replay gives
the same rows.
"""

import asyncio
import io
import shutil
import sys
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

import httpx
import msgspec
import pytest
from tests.replay.recovering import positions_of, whole_of

from contracts.settlement import CONTRACT
from fund_ledger.config import Config
from fund_ledger.main import build
from kernel.messaging.event_log.kafka import KafkaEventLog
from kernel.security import Issuer, Role
from kernel.testing.deadline import eventually
from kernel.testing.surroundings import Service, Surroundings, surroundings
from kernel.values.money import fen_from_yuan
from kernel.writing.database import administering
from onestop.ledger.books import Span
from onestop.ledger.export import Format, export
from onestop.platform import recreate_database
from onestop.recover.recover import recover
from onestop.replay.comparison import compare
from onestop.replay.log_pass import pass_log
from onestop.replay.run import verification_run
from onestop.replay.shadow import derive, make_tables
from onestop.services import ALL_TOPICS, SERVICES, migrate

YEAR: Final = 2019
HLEDGER: Final = shutil.which("hledger")
PROVE: Final = {
    Format.BEANCOUNT: (Path(sys.executable).with_name("bean-check"),),
    Format.HLEDGER: (HLEDGER, "check", "--strict", "-f"),
}
BILL_FEN: Final = 30_000
INSURED_FEN: Final = 12_000
#: What a fund has beyond two bills a month: enough for the one that is revoked later, but not in November.
SPARE_FEN: Final = 40_000


class Region(msgspec.Struct, frozen=True, kw_only=True):
    """A county, its hospital, the fund that pays last, and its layer; where its critical-illness money is held."""

    county: str
    area: str
    fund: str
    payer: str
    source: str
    insurer_pays_elsewhere: bool

    @property
    def hospital(self) -> str:
        return f"H-{self.county}"


REGIONS: Final = (
    Region(county="445202", area="445200", fund="MA", payer="MA", source="BUDGET", insurer_pays_elsewhere=True),
    Region(
        county="451028", area="451000", fund="GOV_BACKSTOP", payer="GOV1", source="BUDGET", insurer_pays_elsewhere=True
    ),
    Region(
        county="430481", area="430400", fund="FISCAL", payer="FISCAL", source="MONTHLY", insurer_pays_elsewhere=False
    ),
)


@pytest.fixture(params=["embedded", pytest.param("kafka", marks=pytest.mark.kafka)])
async def around(request: pytest.FixtureRequest, database: str, tmp_path: Path) -> AsyncIterator[Surroundings]:
    """The ledger's surroundings on each transport."""
    log = None
    if request.param == "kafka":
        bootstrap = request.getfixturevalue("kafka_broker").bootstrap
        log = KafkaEventLog(bootstrap, prefix=f"{urlsplit(database).path.strip('/')}-", topics=ALL_TOPICS)
    async with surroundings(database, Issuer.in_folder(tmp_path), log) as opened:
        opened.keeps_logs = True
        yield opened


class Year:
    """The year as it goes on: who does what, on which day."""

    def __init__(
        self, ledger: Service, around: Surroundings, bills: Any, clients: dict[str, httpx.AsyncClient]
    ) -> None:
        self.now = datetime(YEAR, 1, 2, 1, 0, tzinfo=UTC)
        self.ledger, self.around, self.bills = ledger, around, bills
        self.finance, self.agency = clients["finance"], clients["agency"]
        self.told = 0
        self.unpaid: list[tuple[int, str, bool]] = []

    def at(self, month: int, day: int) -> str:
        """It is that day now, in the month that is so far into the year; from 13 on it is the next."""
        self.now = datetime(YEAR + (month - 1) // 12, (month - 1) % 12 + 1, day, 1, 0, tzinfo=UTC)
        return f"{self.now.date()}"

    async def post(self, client: httpx.AsyncClient, path: str, status: int = 201, /, **body: Any) -> Any:
        answer = await client.post(path, json=body or None)
        assert answer.status_code == status, (path, body, answer.text)
        return answer.json()

    async def tell(self, key: str, event: Any) -> None:
        await self.around.tell(CONTRACT, key, event)
        self.told += 1

    async def booked(self) -> None:
        sql = "SELECT count(*) = $1 FROM journals WHERE kind IN ('settlement', 'reversal')"
        await eventually(lambda: self.ledger.pool.fetchval(sql, self.told))

    async def receive(self, of: Region, fund: str, fen: int, day: str) -> None:
        money: dict[str, Any] = {
            "county": of.county,
            "fund": fund,
            "amount": f"{fen // 100}.{fen % 100:02}",
            "value_on": day,
        }
        await self.post(self.finance, "/v1/fund-receipts", **money, source=of.source)

    async def settle(self, of: Region, name: str, fen: int = BILL_FEN) -> None:
        layers = self.bills.layer("CII", INSURED_FEN), self.bills.layer(of.payer, fen, of.fund)
        bill = self.bills.settled(f"{of.county}-{name}", *layers, county=of.county, hospital_id=of.hospital)
        where = {"area": of.area, "settled_at": self.now, "discharged_on": self.now.date()}
        await self.tell("P1", msgspec.structs.replace(bill, **where))

    async def revoke(self, of: Region, name: str) -> None:
        revoked = self.bills.revoked(f"{of.county}-{name}")
        await self.tell("P1", msgspec.structs.replace(revoked, hospital_id=of.hospital, revoked_at=self.now))

    async def draw(self, of: Region, fund: str, month: int) -> str:
        """A month's statement, looked through; gives its path."""
        asked: dict[str, Any] = {
            "hospital_id": of.hospital,
            "county": of.county,
            "fund": fund,
            "month": f"{YEAR}-{month:02}",
        }
        made = await self.post(self.agency, "/v1/hospital-statements", **asked)
        path = f"/v1/hospital-statements/{made['statement_id']}"
        await self.post(self.agency, f"{path}/review", 200, deductions=[])
        return path

    async def pay(self, path: str, *, and_return: bool = False) -> None:
        day = f"{self.now.date()}"
        await self.post(self.finance, f"{path}/payment", 200, value_on=day)
        if and_return:
            await self.post(self.finance, f"{path}/return", 200, reason="BANK_RETURNED")
            await self.post(self.finance, f"{path}/payment", 200, value_on=day)

    async def month(self, month: int) -> None:
        """Money comes in but in November; four bills, one of them revoked in the next month, then the close."""
        day = self.at(month, 6)
        for of in REGIONS if month != 11 else ():
            more = {1: SPARE_FEN, 12: 2 * BILL_FEN}.get(month, 0)
            await self.receive(of, of.fund, 2 * BILL_FEN + more, day)
        for name, on in (("1", 10), ("2", 11), ("revoked", 28)):
            self.at(month, on)
            for of in REGIONS:
                await self.settle(of, f"{month}-{name}")
            if name == "2":
                await self.booked()
                self.at(month, 12)
                for of in REGIONS:
                    await self.settle_up(of, month)
        await self.booked()
        self.at(month + 1, 2)
        for of in REGIONS:
            await self.revoke(of, f"{month}-revoked")
        await self.booked()
        self.at(month + 1, 5)
        for of in REGIONS:
            await self.close(of, month)

    async def close(self, of: Region, month: int) -> None:
        """The month's statements and its close; a bill that was revoked by now is taken off the next one."""
        own, insured = await self.draw(of, of.fund, month), await self.draw(of, "CII", month)
        # The insurer is three months late; the fund pays in the next month, or a month later for even ones.
        self.unpaid += [(month + 2 - month % 2, own, month == 5), (month + 3, insured, False)]
        await self.post(self.finance, f"/v1/counties/{of.county}/months/{YEAR}-{month:02}/closing", 200)

    async def close_year(self, of: Region) -> None:
        """The year's close, and what its clearing gives back or asks for."""
        path = f"/v1/counties/{of.county}/years/{YEAR}"
        await self.post(self.finance, f"{path}/closing", 200)
        for cleared in (await self.finance.get(path)).json()["clearings"]:
            if cleared["refund"] != cleared["top_up"]:
                asked = {"account": cleared["account"], "value_on": f"{self.now.date()}"}
                await self.post(self.finance, f"{path}/clearing-payments", **asked)

    async def settle_up(self, of: Region, month: int) -> None:
        """Pay what is due by now, and what its fund has money for; the rest waits."""
        for one in [one for one in self.unpaid if f"-{of.county}-" in one[1] and one[0] <= month]:
            _, path, and_return = one
            statement = (await self.finance.get(path)).json()
            payable = fen_from_yuan(statement["payable"])
            insured = statement["fund"] == "CII"
            if insured and not of.insurer_pays_elsewhere and await self._bank(of, "CII") < payable:
                await self.receive(of, "CII", payable, f"{self.now.date()}")
            if insured or await self._bank(of, of.fund) >= payable:
                await self.pay(path, and_return=and_return)
                self.unpaid.remove(one)

    async def _bank(self, of: Region, fund: str) -> int:
        items = (await self.finance.get(f"/v1/accounts?prefix=bank/{of.county}/{fund}")).json()["items"]
        return fen_from_yuan(items[0]["balance"]) if items else 0


@pytest.fixture
async def year(around: Surroundings, config: Config, bills: Any) -> Year:
    made: list[Year] = []
    ledger = await around.serve("fund_ledger", lambda host: build(host, config), clock=lambda: made[0].now)
    clients = {"finance": await ledger.client(Role.FINANCE), "agency": await ledger.client(Role.AGENCY, "A1")}
    made.append(Year(ledger, around, bills, clients))
    return made[0]


async def test_a_year_of_three_regions_closes_to_the_fen_and_is_proved(
    year: Year, database: str, tmp_path: Path
) -> None:
    for month in range(1, 13):
        await year.month(month)
    in_debt = """
        SELECT count(DISTINCT data->>'account') FROM events
        WHERE type = 'FundOverdrawn' AND data->>'account' = ANY($1::text[])
    """
    funds = [f"fund/{of.county}/{of.fund}" for of in REGIONS]
    assert await year.ledger.pool.fetchval(in_debt, funds) == len(REGIONS), "each was empty in November"
    for of in REGIONS:
        await year.close_year(of)
    # December's bill that was revoked in January is on the next statement, and a bill of January meets it.
    year.at(13, 10)
    for of in REGIONS:
        await year.settle(of, "13-1")
    await year.booked()
    year.at(15, 6)
    for of in REGIONS:
        await year.settle_up(of, 15)
        trial = (await year.finance.get(f"/v1/trial-balance?county={of.county}")).json()
        assert trial["balanced"] is True
        for fund in trial["funds"]:
            assert (fund["owed"], fund["receivable"]) == ("0.00", "0.00"), fund
            assert fund["bank"] == fund["available"], "what is in the bank is what the fund has left"
    assert year.unpaid == []
    left = (await year.finance.get("/v1/accounts?prefix=fund/445202/MA")).json()["items"]
    assert [one["balance"] for one in left] == ["0.00"], "the plan's surplus went back, and nothing is left over"
    for of in REGIONS:
        for span in (Span(of.county, date(on, 1, 1), date(on, 12, 31)) for on in (YEAR, YEAR + 1)):
            await asyncio.gather(*(_prove(database, span, form, tmp_path) for form in Format))
    assert await _is_rebuilt(database) == ()
    await _is_recovered(database, year)


async def _prove(database: str, span: Span, form: Format, folder: Path) -> None:
    """A program that we did not write finds the exported year right."""
    program = PROVE[form]
    if program[0] is None:
        return  # tests/architecture says where it has to be
    text, file = io.StringIO(), folder / f"{span.county}-{span.first.year}.{form}"
    await export(database, span, form, text)
    file.write_text(text.getvalue(), encoding="utf-8")
    proved = await asyncio.create_subprocess_exec(*map(str, program), str(file), stdout=PIPE, stderr=STDOUT)
    said, _ = await proved.communicate()
    assert proved.returncode == 0, said.decode()


async def _is_rebuilt(database: str) -> tuple[object, ...]:
    """What differs between the ledger's rows and those that its events come to."""
    await migrate(database)
    service = SERVICES["fund-ledger"]
    async with verification_run(database) as run, administering(database) as owner:
        for one in SERVICES.values():
            await make_tables(owner, run, one)
        passed = await pass_log(run, "fund-ledger")
        await derive(owner, run, service)
        return (*passed.differences, *(await compare(run, service)).differences)


async def _is_recovered(database: str, year: Year) -> None:
    """From the topics alone, on an empty database, the year comes out as it was."""
    name = f"{urlsplit(database).path.strip('/')}_recovered"
    anew = urlunsplit(urlsplit(database)._replace(path=f"/{name}"))
    await recreate_database(database, name)
    await migrate(anew)
    await recover(anew, ["fund-ledger"], year.around.log, lambda _: None, lambda _: lambda *_: None, apart=True)
    assert await whole_of(anew, "fund-ledger") == await whole_of(database, "fund-ledger")
    assert await positions_of(anew, "fund_ledger") == await positions_of(database, "fund_ledger")
    async with administering(database) as admin:
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
