"""A year of four regions on both transports: late money, revocations, an empty fund; it closes to the fen.

Jieyang's, Leye's, Hunan's and Huining's books are kept by one ledger; programs that we did not write prove each, and
replay gives the same rows.
"""

import asyncio
import io
import shutil
import sys
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

import pytest
from tests.ledger_orders import BUDGET, PLACED, Orders
from tests.ledger_year import HUINING, JIEYANG, REGIONS, YEAR, Year
from tests.replay.recovering import positions_of, whole_of

from fund_ledger.config import Config
from fund_ledger.main import build
from kernel.messaging.event_log.kafka import KafkaEventLog
from kernel.security import Issuer, Role
from kernel.testing.surroundings import Surroundings, surroundings
from kernel.writing.database import administering
from onestop.ledger.books import Span
from onestop.ledger.export import Format, export
from onestop.migrating import migrate
from onestop.platform import recreate_database
from onestop.recover.recover import recover
from onestop.replay.comparison import compare, live_digests
from onestop.replay.jobs import Job
from onestop.replay.log_pass import pass_log
from onestop.replay.run import verification_run
from onestop.replay.shadow import derive, make_schema
from onestop.services import ALL_TOPICS, SERVICES

HLEDGER: Final = shutil.which("hledger")
PROVE: Final = {
    Format.BEANCOUNT: (Path(sys.executable).with_name("bean-check"),),
    Format.HLEDGER: (HLEDGER, "check", "--strict", "-f"),
}


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


@pytest.fixture
async def year(around: Surroundings, config: Config, bills: Any) -> Year:
    made: list[Year] = []
    ledger = await around.serve("fund_ledger", lambda host: build(host, config), clock=lambda: made[0].now)
    clients = {
        "finance": await ledger.client(Role.FINANCE),
        "agency": await ledger.client(Role.AGENCY, "A1"),
        "bureau": await ledger.client(Role.AGENCY, "B1", subject="bureau-1"),
        "hospital": await ledger.client(Role.HOSPITAL, HUINING.hospital),
    }
    made.append(Year(ledger, around, bills, clients))
    return made[0]


async def test_a_year_of_regions_closes_to_the_fen_and_is_proved(year: Year, database: str, tmp_path: Path) -> None:
    orders = Orders(year)
    await orders.year_before()
    for month in range(1, 13):
        await _month(year, orders, month)
    in_debt = """
        SELECT count(DISTINCT data->>'account') FROM events
        WHERE type = 'FundOverdrawn' AND data->>'account' = ANY($1::text[])
    """
    last = [f"fund/{of.county}/{of.funds[-1]}" for of in REGIONS]
    assert await year.ledger.pool.fetchval(in_debt, last) == len(REGIONS), "each was empty in November"
    for of in REGIONS:
        await year.close_year(of)
    await _year_after(year, orders)
    await _nothing_is_left(year)
    await _every_order_came_to_its_end(year, orders)
    for of in REGIONS:
        for span in (Span(of.county, date(on, 1, 1), date(on, 12, 31)) for on in (YEAR, YEAR + 1)):
            await asyncio.gather(*(_prove(database, span, form, tmp_path) for form in Format))
    assert await _is_rebuilt(database) == ()
    await _is_recovered(database, year)


async def _month(year: Year, orders: Orders, month: int) -> None:
    """Money comes in but in November; four bills, one of them revoked in the next month, then the close."""
    year.at(month, 6)
    if month == 1:
        await orders.begin()
    for of in REGIONS if month != 11 else ():
        await orders.money(of, month)
    await orders.of_month(month)
    await _bills(year, month)
    if month == 11:
        asked = await orders.place(HUINING, "MAKE_UP", "PROV", month=11)
        assert (await orders.told(asked))["amount"] == "400.00", "the province is to give what its aid fund lacks"
    year.at(month + 1, 2)
    for of in REGIONS:
        # What the province gave for stands: it is paid, and nothing comes that it could be set against.
        if (of, month) != (HUINING, 11):
            await year.revoke(of, f"{month}-revoked")
    await year.booked()
    year.at(month + 1, 5)
    for of in REGIONS:
        funds = of.funds if month == 11 else of.funds[:1]
        await year.close(of, month, *funds, "CII")


async def _bills(year: Year, month: int) -> None:
    for name, on in (("1", 10), ("2", 11), ("revoked", 28)):
        year.at(month, on)
        for of in REGIONS:
            await year.settle(of, f"{month}-{name}")
        if name == "2":
            await year.booked()
            year.at(month, 12)
            for of in REGIONS:
                await year.settle_up(of, month)
    await year.booked()


async def _year_after(year: Year, orders: Orders) -> None:
    """December's bill that was revoked in January is on the next statement, and a bill of January meets it."""
    year.at(13, 10)
    assert await orders.quota(YEAR + 1) == "1800.00", "a quarter of 7,500.00 less 75.00 that are carried"
    await orders.assess()
    for of in REGIONS:
        await year.settle(of, "13-1")
    await year.booked()
    year.at(14, 5)
    year.unpaid.append((15, await year.draw(HUINING, "BMI", 13), False))
    year.at(15, 6)
    for of in REGIONS:
        await year.settle_up(of, 15)
    assert year.unpaid == []


async def _nothing_is_left(year: Year) -> None:
    for of in REGIONS:
        trial = (await year.finance.get(f"/v1/trial-balance?county={of.county}")).json()
        assert trial["balanced"] is True
        for fund in trial["funds"]:
            assert (fund["owed"], fund["receivable"]) == ("0.00", "0.00"), fund
            assert fund["bank"] == fund["available"], "what is in the bank is what the fund has left"
    left = (await year.finance.get("/v1/accounts?prefix=fund/445202/MA")).json()["items"]
    assert [one["balance"] for one in left] == ["-1875.00"], "the plan's surplus went back; the prepayment stands ready"
    budget, placed = [(await year.finance.get(path)).json() for path in (BUDGET, PLACED)]
    assert [budget[name] for name in ("prepaid", "payout", "taken_off")] == ["720.00", "444.00", "36.00"]
    assert (placed["placed"], placed["used"], placed["balance"]) == ("200.00", "160.00", "0.00")


async def _every_order_came_to_its_end(year: Year, orders: Orders) -> None:
    """All is met but what the county of Leye and the lottery owe still."""
    standing = await orders.standing()
    left = {name: missing for name, (status, missing) in standing.items() if status != "met"}
    assert left == {
        f"451028-GOV_BACKSTOP-APPROPRIATION-{YEAR}": "4992400.00",
        f"445202-MA-LOTTERY-{YEAR}": "50.00",
    }
    assert len([name for name in standing if name.startswith("430481-FISCAL-MONTHLY")]) == 12
    plan = await orders.told(f"{JIEYANG.county}-MA-PLAN-{YEAR}")
    assert (plan["amount"], plan["days_late"]) == ("7600.00", 0)


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
            await make_schema(owner, run, one)
        passed = await pass_log(run, Job("fund-ledger"))
        await derive(owner, run, service)
        tables = [str(table.name) for table in service.read_model.tables]
        of_live = await live_digests(run, [(service, tables)])
        return (*passed.differences, *(await compare(run, service, tables, of_live)).differences)


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
