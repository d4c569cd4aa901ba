"""Looking into the books over HTTP: journals with their split, statements page by page, totals, trial balances."""

from typing import Any, Final

import httpx
import pytest

from contracts.settlement import CONTRACT
from kernel.security import Role
from kernel.testing.deadline import eventually
from kernel.testing.surroundings import Service, Surroundings

PATHS: Final = (
    "/v1/accounts",
    "/v1/postings?account=fund/445202/MA",
    "/v1/trial-balance",
    "/v1/totals",
    "/v1/journals/S1",
    "/v1/settlements/S1/journals",
)


@pytest.fixture
async def books(ledger: Service, around: Surroundings, finance: httpx.AsyncClient, bills: Any) -> Service:
    """Two counties' bills, one of them taken back, and 3.00 yuan in one county's poverty fund."""
    paid_in = {"county": "445202", "fund": "POVFUND", "amount": "3.00", "source": "OPENING", "value_on": "2019-01-01"}
    assert (await finance.post("/v1/fund-receipts", json=paid_in)).status_code == 201
    aid = bills.layer("MA", 700, "POVFUND", "MA")
    relief = bills.layer("MASEC", 100, "MA", payout_fen=50)
    await around.tell(CONTRACT, "P1", bills.settled("S1", bills.layer("BMI", 1_000), aid, relief))
    await around.tell(CONTRACT, "P1", bills.settled("S2", bills.layer("BMI", 500), county="445222"))
    await around.tell(CONTRACT, "P1", bills.settled("S3", bills.layer("BMI", 80)))
    await around.tell(CONTRACT, "P1", bills.revoked("S3"))

    async def booked() -> bool:
        return bool(await ledger.pool.fetchval("SELECT count(*) = 5 FROM journals"))

    await eventually(booked)
    return ledger


async def test_a_settlements_journal_says_which_fund_pays_how_much(books: Service, agency: httpx.AsyncClient) -> None:
    (journal,) = (await agency.get("/v1/settlements/S1/journals")).json()
    assert (journal["kind"], journal["journal_id"], journal["booked_on"]) == ("settlement", "S1", "2019-08-01")
    assert [(s["payer"], s["fund"], s["to_hospital"], s["to_person"]) for s in journal["split"]] == [
        ("BMI", "BMI", "10.00", "0.00"),
        ("MA", "POVFUND", "3.00", "0.00"),
        ("MA", "MA", "4.00", "0.00"),
        ("MASEC", "MA", "1.00", "0.50"),
    ]
    assert (await agency.get("/v1/journals/S1")).json() == journal


async def test_a_revoked_settlement_shows_both_journals(books: Service, agency: httpx.AsyncClient) -> None:
    booked, back = (await agency.get("/v1/settlements/S3/journals")).json()
    assert (booked["journal_id"], back["journal_id"]) == ("S3", "S3-reversal")
    assert (back["kind"], back["reason"]) == ("reversal", "录入错误")
    assert [(line["account"], line["amount"]) for line in back["lines"]] == [
        ("fund/445202/BMI", "-0.80"),
        ("payable/hospital/H1/445202/BMI", "0.80"),
    ]
    assert back["split"][0]["to_hospital"] == "-0.80"


async def test_what_has_not_arrived_has_no_journal(books: Service, agency: httpx.AsyncClient) -> None:
    assert (await agency.get("/v1/settlements/S9/journals")).json() == []
    unknown = await agency.get("/v1/journals/S9")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "JOURNAL_UNKNOWN")


async def test_totals_are_told_by_payer_and_fund(books: Service, agency: httpx.AsyncClient) -> None:
    def told(rows: list[dict[str, str]]) -> list[tuple[str, ...]]:
        return [(r["payer"], r["fund"], r["amount"], r["to_hospitals"], r["to_persons"]) for r in rows]

    county = (await agency.get("/v1/totals?county=445202")).json()
    assert told(county) == [
        ("BMI", "BMI", "10.00", "10.00", "0.00"),
        ("MA", "MA", "4.00", "4.00", "0.00"),
        ("MA", "POVFUND", "3.00", "3.00", "0.00"),
        ("MASEC", "MA", "1.50", "1.00", "0.50"),
    ]
    assert told((await agency.get("/v1/totals")).json())[0] == ("BMI", "BMI", "15.00", "15.00", "0.00")


async def test_the_books_balance_in_each_county_and_fund(books: Service, agency: httpx.AsyncClient) -> None:
    everywhere = (await agency.get("/v1/trial-balance")).json()
    assert (everywhere["debit"], everywhere["credit"], everywhere["balanced"]) == ("28.10", "28.10", True)
    county = (await agency.get("/v1/trial-balance?county=445202")).json()
    assert county["balanced"] is True
    assert [(f["fund"], f["bank"], f["available"], f["owed"]) for f in county["funds"]] == [
        ("BMI", "0.00", "-10.00", "10.00"),
        ("MA", "0.00", "-5.50", "5.50"),
        ("POVFUND", "3.00", "0.00", "3.00"),
    ]
    nowhere = (await agency.get("/v1/trial-balance?county=445299")).json()
    assert (nowhere["debit"], nowhere["funds"], nowhere["balanced"]) == ("0.00", [], True)


async def test_a_trial_balance_shows_books_that_do_not_balance(books: Service, agency: httpx.AsyncClient) -> None:
    await books.pool.execute("UPDATE balances SET debit_fen = debit_fen + 1 WHERE account = 'fund/445202/MA'")
    await books.pool.execute("UPDATE balances SET credit_fen = credit_fen + 1 WHERE account = 'fund/445202/BMI'")
    told = (await agency.get("/v1/trial-balance")).json()
    # Both sides are equal in sum, and yet two funds are wrong.
    assert told["debit"] == told["credit"]
    assert told["balanced"] is False
    assert [fund["fund"] for fund in told["funds"] if not fund["balanced"]] == ["BMI", "MA"]


async def test_accounts_are_found_by_their_beginning_page_by_page(books: Service, agency: httpx.AsyncClient) -> None:
    found: list[str] = []
    after: dict[str, str] = {}
    while True:
        page = (await agency.get("/v1/accounts", params={"prefix": "fund/", "limit": "2", **after})).json()
        found += [row["account"] for row in page["items"]]
        if "next" not in page or page["next"] is None:
            break
        after = {"after": page["next"]}
    assert found == ["fund/445202/BMI", "fund/445202/MA", "fund/445202/POVFUND", "fund/445222/BMI"]


@pytest.mark.parametrize("limit", ["1", "2", "100"])
async def test_a_statement_shows_every_line_once_by_day(
    books: Service, finance: httpx.AsyncClient, agency: httpx.AsyncClient, limit: str
) -> None:
    earlier = {"county": "445202", "fund": "MA", "amount": "9.00", "source": "DONATION", "value_on": "2019-03-01"}
    assert (await finance.post("/v1/fund-receipts", json=earlier)).status_code == 201
    lines: list[tuple[str, str, str]] = []
    after: dict[str, str] = {}
    while True:
        asked = {"account": "fund/445202/MA", "limit": limit, **after}
        page = (await agency.get("/v1/postings", params=asked)).json()
        lines += [(row["booked_on"], row["payer"], row["amount"]) for row in page["items"]]
        if "next" not in page or page["next"] is None:
            break
        after = {"after": page["next"]}
    assert lines == [
        ("2019-03-01", "", "-9.00"),
        ("2019-08-01", "MA", "4.00"),
        ("2019-08-01", "MASEC", "1.00"),
        ("2019-08-01", "MASEC", "0.50"),
    ]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/v1/accounts?prefix=fund%20", "INVALID_PARAMETER"),
        ("/v1/accounts?limit=0", "INVALID_PARAMETER"),
        ("/v1/accounts?after=nonsense", "INVALID_CURSOR"),
        ("/v1/postings", "INVALID_PARAMETER"),
        ("/v1/trial-balance?county=4452", "INVALID_PARAMETER"),
        ("/v1/totals?country=445202", "UNKNOWN_PARAMETER"),
    ],
)
async def test_a_question_that_makes_no_sense_is_refused(agency: httpx.AsyncClient, path: str, code: str) -> None:
    refused = await agency.get(path)
    assert (refused.status_code, refused.json()["code"]) == (422, code)


@pytest.mark.parametrize(
    ("role", "organisation", "status"),
    [
        (Role.FINANCE, None, 200),
        (Role.OPERATIONS, None, 200),
        (Role.AGENCY, "A445200", 200),
        (Role.HOSPITAL, "H1", 403),
        (Role.DEPARTMENT, "civil-affairs", 403),
    ],
)
async def test_finance_operations_and_the_agency_look_into_the_books_and_nobody_else(
    books: Service, role: Role, organisation: str | None, status: int
) -> None:
    client = await books.client(role, organisation)
    assert [(await client.get(path)).status_code for path in PATHS] == [status] * len(PATHS)
