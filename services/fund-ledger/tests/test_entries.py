"""Entries over HTTP: found by account, settlement or days, page by page; balances on a day as known on another."""

from datetime import UTC, datetime
from typing import Any, Final

import httpx
import pytest

from contracts.settlement import CONTRACT
from fund_ledger.config import Config
from fund_ledger.main import build
from kernel.testing.deadline import eventually
from kernel.testing.set_clock import SetClock
from kernel.testing.surroundings import Service, Surroundings
from law.packs import PackLibrary, reread

MA: Final = "fund/445202/MA"


@pytest.fixture
async def ledger(around: Surroundings, config: Config, clock: SetClock) -> Service:
    return await around.serve("fund_ledger", lambda host: build(host, config), clock=clock)


async def _receive(finance: httpx.AsyncClient, amount: str, value_on: str, county: str = "445202") -> str:
    body = {"county": county, "fund": "MA", "amount": amount, "source": "BUDGET", "value_on": value_on}
    made = await finance.post("/v1/fund-receipts", json=body)
    assert made.status_code == 201, made.text
    journal_id: str = made.json()["journal_id"]
    return journal_id


async def test_a_balance_is_told_for_what_had_happened_by_a_day_as_it_was_known_on_another(
    finance: httpx.AsyncClient, clock: SetClock
) -> None:
    await _receive(finance, "100.00", "2019-07-31")
    clock.now = datetime(2019, 8, 5, 1, 0, tzinfo=UTC)
    await _receive(finance, "20.00", "2019-07-31")  # it came on the last of July, and was booked in August
    await _receive(finance, "3.00", "2019-08-05")

    async def balance(on: str, known_on: str) -> str:
        told = await finance.get("/v1/balances", params={"account": "bank/445202/MA", "on": on, "known_on": known_on})
        found: str = told.json()["balance"]
        return found

    assert await balance("2019-07-30", "2019-08-05") == "0.00"
    assert await balance("2019-07-31", "2019-08-01") == "100.00"
    assert await balance("2019-07-31", "2019-08-05") == "120.00"
    assert await balance("2019-08-05", "2019-08-04") == "100.00"
    assert await balance("2019-08-05", "2019-08-05") == "123.00"


async def test_a_statement_closes_with_what_it_opened_with_and_what_was_booked_between(
    finance: httpx.AsyncClient,
) -> None:
    for amount, day in (("1.00", "2019-06-30"), ("2.00", "2019-07-01"), ("4.00", "2019-07-31"), ("8.00", "2019-08-01")):
        await _receive(finance, amount, day)
    asked = {"account": MA, "from": "2019-07-01", "to": "2019-07-31"}
    told = (await finance.get("/v1/account-statements", params=asked)).json()
    assert (told["opening"], told["debit"], told["credit"], told["closing"]) == ("-1.00", "0.00", "6.00", "-7.00")
    lines = (await finance.get("/v1/entries", params=asked)).json()["items"]
    assert [(line["booked_on"], line["amount"]) for line in lines] == [("2019-07-01", "-2.00"), ("2019-07-31", "-4.00")]
    # Before every book nothing was booked, and nothing goes wrong.
    asked["from"] = "0001-01-01"
    assert (await finance.get("/v1/account-statements", params=asked)).json()["closing"] == "-7.00"


@pytest.mark.parametrize("limit", ["1", "2", "100"])
async def test_every_entry_of_an_account_is_listed_once_whatever_the_page(
    finance: httpx.AsyncClient, limit: str
) -> None:
    made = [await _receive(finance, "1.00", day) for day in ("2019-07-31", "2019-07-30", "2019-07-31")]
    found: list[str] = []
    after: dict[str, str] = {}
    while True:
        page = (await finance.get("/v1/entries", params={"account": MA, "limit": limit, **after})).json()
        found += [entry["journal_id"] for entry in page["items"]]
        if not page.get("next"):
            break
        after = {"after": page["next"]}
    assert found[0] == made[1]
    assert sorted(found) == sorted(made)


async def test_entries_are_found_by_settlement_kind_and_days(
    ledger: Service, around: Surroundings, finance: httpx.AsyncClient, bills: Any
) -> None:
    await _receive(finance, "1.00", "2019-07-31")
    await around.tell(CONTRACT, "P1", bills.settled("S1", bills.layer("BMI", 1_000), bills.layer("MA", 500)))
    await around.tell(CONTRACT, "P1", bills.settled("S2", bills.layer("BMI", 70), county="445222"))

    async def booked() -> Any:
        return await ledger.pool.fetchval("SELECT count(*) = 3 FROM journals")

    await eventually(booked)

    async def found(**asked: str) -> list[tuple[str, str]]:
        items = (await finance.get("/v1/entries", params=asked)).json()["items"]
        return [(item["account"], item["amount"]) for item in items]

    of_bill = [
        ("fund/445202/BMI", "10.00"),
        ("payable/hospital/H1/445202/BMI", "-10.00"),
        ("fund/445202/MA", "5.00"),
        ("payable/hospital/H1/445202/MA", "-5.00"),
    ]
    assert await found(settlement="S1") == of_bill
    days = {"from": "2019-07-31", "to": "2019-08-01"}
    assert await found(**days, kind="receipt") == [("bank/445202/MA", "1.00"), ("fund/445202/MA", "-1.00")]
    assert await found(**days, kind="settlement", county="445222") == [
        ("fund/445222/BMI", "0.70"),
        ("payable/hospital/H1/445222/BMI", "-0.70"),
    ]
    assert await found(**days, limit="3") + await _rest(finance, days, 3) == [
        ("bank/445202/MA", "1.00"),
        ("fund/445202/MA", "-1.00"),
        *of_bill,
        ("fund/445222/BMI", "0.70"),
        ("payable/hospital/H1/445222/BMI", "-0.70"),
    ]


async def _rest(finance: httpx.AsyncClient, days: dict[str, str], limit: int) -> list[tuple[str, str]]:
    first = (await finance.get("/v1/entries", params={**days, "limit": str(limit)})).json()
    rest = (await finance.get("/v1/entries", params={**days, "after": first["next"]})).json()
    return [(item["account"], item["amount"]) for item in rest["items"]]


@pytest.mark.parametrize("asked", [{}, {"from": "2019-07-01"}, {"from": "2019-07-01", "to": "2019-08-01"}])
async def test_all_entries_of_a_long_time_are_not_asked_for_at_once(
    finance: httpx.AsyncClient, asked: dict[str, str]
) -> None:
    refused = await finance.get("/v1/entries", params=asked)
    assert (refused.status_code, refused.json()["code"]) == (422, "ENTRIES_TOO_WIDE")


async def test_a_county_s_chart_names_its_funds_with_their_purposes_and_who_holds_their_money(
    finance: httpx.AsyncClient,
) -> None:
    told = (await finance.get("/v1/chart?county=445202&on=2019-08-01")).json()
    funds = {fund["code"]: (fund["held_here"], fund["purposes"], fund["clause"]) for fund in told["funds"]}
    assert funds["MA"] == (True, ["MA", "MASEC", "PREMIUM"], "004 四(一)")
    assert funds["BMI"][0] is False
    # The poverty fund pays aid and premiums; relief it pays under another reading alone (AMB-E12b).
    assert funds["POVFUND"][1] == ["MA", "PREMIUM"]
    assert [source["code"] for source in told["sources"]] == ["BUDGET", "LOTTERY", "DONATION"]
    hunan = (await finance.get("/v1/chart?county=430181&on=2018-12-01")).json()
    assert {fund["code"] for fund in hunan["funds"] if fund["held_here"]} >= {"CII", "THB", "MA", "FISCAL"}
    assert (await finance.get("/v1/chart?county=430181&on=2010-01-01")).json()["funds"] == []


async def test_a_bill_that_charges_a_fund_for_another_purpose_is_parked_and_books_nothing(
    ledger: Service, around: Surroundings, bills: Any
) -> None:
    await around.tell(CONTRACT, "P1", bills.settled("S1", bills.layer("BMI", 500, "POVFUND")))
    await around.tell(CONTRACT, "P2", bills.settled("S2", bills.layer("NOBODY", 500), person_id="P2"))

    async def parked() -> Any:
        rows = await ledger.pool.fetch("SELECT error FROM inbox_parked ORDER BY error")
        told = [row["error"].partition("('")[2].partition(":")[0] for row in rows]
        return told == ["FUND_UNKNOWN", "PURPOSE_NOT_ALLOWED"]

    await eventually(parked)
    assert await ledger.pool.fetchval("SELECT count(*) FROM events") == 0


@pytest.mark.parametrize(("reading", "booked"), [("aid_fund", False), ("povfund_for_relief", True)])
async def test_whether_the_poverty_fund_may_pay_relief_is_as_the_place_reads_the_document(
    around: Surroundings, config: Config, clock: SetClock, bills: Any, reading: str, *, booked: bool
) -> None:
    (jieyang,) = [pack for pack in config.library.packs if pack.file.region == "jieyang"]
    read = Config(library=PackLibrary([reread(jieyang, {"E12b": reading})]))
    ledger = await around.serve("fund_ledger", lambda host: build(host, read), clock=clock)
    await around.tell(CONTRACT, "P1", bills.settled("S1", bills.layer("MASEC", 500, "POVFUND")))

    async def arrived() -> bool:
        found = await ledger.pool.fetchrow(
            "SELECT (SELECT count(*) FROM inbox_parked), (SELECT count(*) FROM journals)"
        )
        return found is not None and tuple(found) != (0, 0)

    await eventually(arrived)
    errors = [row["error"] for row in await ledger.pool.fetch("SELECT error FROM inbox_parked")]
    assert ["PURPOSE_NOT_ALLOWED" in error for error in errors] == ([] if booked else [True])


async def test_what_the_release_before_books_meanwhile_has_its_entries_too(ledger: Service) -> None:
    await ledger.pool.execute(
        """
        INSERT INTO journals (journal_id, kind, booked_on, source, accounts, amounts, payers)
        VALUES ('J1', 'receipt', '2019-07-31', 'BUDGET', '{bank/445202/MA,fund/445202/MA}', '{300,-300}', '{"",""}')
        """
    )
    rows = await ledger.pool.fetch("SELECT account, amount_fen FROM entries ORDER BY line")
    assert [tuple(row) for row in rows] == [("bank/445202/MA", 300), (MA, -300)]
    assert await ledger.pool.fetchval("SELECT credit_fen FROM day_sums WHERE account = $1", MA) == 300
    assert await ledger.pool.fetchval("SELECT credit_fen FROM fund_flows WHERE source = 'BUDGET'") == 300
    assert await ledger.pool.fetchval("SELECT recorded_on IS NOT NULL AND effective_on = booked_on FROM journals")
