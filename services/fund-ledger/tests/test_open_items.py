"""What is open is found by what is open, however long the books are."""

import json
from datetime import date
from typing import Any

from fund_ledger.institutions import queries as institutions
from fund_ledger.journals.queries import books
from fund_ledger.refunds import queries as refunds
from fund_ledger.statements import queries as statements

DRAW = {"hospital_id": "H1", "county": "445202", "fund": "MA", "month": "2019-08"}


async def _steps(scene: Any, sql: str, *asked: object) -> list[tuple[str, str]]:
    """What a plan reads from, and by which index, in the sessions of a service."""
    async with scene.ledger.pool.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL enable_seqscan = off")
        told = json.loads(await connection.fetchval(f"EXPLAIN (FORMAT JSON) {sql}", *asked))
    return list(_read(told[0]["Plan"]))


def _read(step: dict[str, Any]) -> list[tuple[str, str]]:
    own = [(step.get("Relation Name", ""), step["Index Name"])] if "Index Name" in step else []
    return own + [found for below in step.get("Plans", ()) for found in _read(below)]


async def test_what_is_on_no_statement_is_as_long_as_that(scene: Any) -> None:
    count = "SELECT count(*) FROM unbilled_entries"
    await scene.settle(10_000, 5_000)
    assert await scene.ledger.pool.fetchval(count) == 2
    assert (await scene.hospital.post("/v1/hospital-statements", json=DRAW)).status_code == 201
    assert await scene.ledger.pool.fetchval(count) == 0
    # A release that books beside this one and knows of no such table leaves nothing out.
    row = (
        "('payable/hospital/H1/445202/MA', '2019-09-01', 'J9', 1, '2019-09-01', '2019-09-01', 'settlement', -100, 'MA')"
    )
    columns = "account, booked_on, journal_id, line, effective_on, recorded_on, kind, amount_fen, payer"
    await scene.ledger.pool.execute(f"INSERT INTO entries ({columns}) VALUES {row}")
    assert await scene.ledger.pool.fetchval(count) == 1
    asked = "payable/hospital/H1/445202/MA", date(2019, 9, 30), ["deduction"], 10
    found = await scene.ledger.pool.fetch(statements._UNBILLED_SQL, *asked)
    assert [tuple(one) for one in found] == [("J9", 100)]
    steps = await _steps(scene, statements._UNBILLED_SQL, *asked)
    assert ("unbilled_entries", "unbilled_entries_pkey") in steps


async def test_who_has_not_reported_a_month_is_found_by_the_month_however_many_there_were(scene: Any) -> None:
    month = date(2019, 7, 1)
    for sql, asked in (
        (institutions._UNREPORTED_SQL, ("450223", "C1", month)),
        (institutions._ELSEWHERE_SQL, ("450223", ["V1"], "C1", month, "C1-450223-2019-07")),
    ):
        assert ("consultation_fees", "consultation_fees_month") in await _steps(scene, sql, *asked), sql


async def test_what_persons_and_hospitals_have_open_is_found_by_accounts_that_are(scene: Any) -> None:
    everywhere = ["%"]
    for sql, asked in (
        (refunds._OPEN_SQL, (None, everywhere, "", 10)),
        (books._RECEIVABLES_SQL, ("", everywhere, 10)),
        (books._PERSON_PAYABLES_SQL, ("", everywhere, 10)),
    ):
        assert "balances_open" in {index for _, index in await _steps(scene, sql, *asked)}, sql
