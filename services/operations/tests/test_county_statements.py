"""A county's statement of its aid money, from the first that came in on."""

from datetime import date

import httpx
from services.operations.tests.conftest import Telling
from services.operations.tests.test_reports import layers, rows, sheet

from contracts import fund_ledger
from kernel.testing.deadline import eventually
from kernel.testing.surroundings import Service, Surroundings


async def test_a_county_of_jieyang_states_its_aid_money(
    telling: Telling, around: Surroundings, operations: Service, staff: httpx.AsyncClient
) -> None:
    account = "fund/445202/MA"
    receipt = fund_ledger.JournalBooked(
        journal_id="J1",
        kind="receipt",
        booked_on=date(2019, 8, 2),
        postings=(
            fund_ledger.PostingBooked("bank/445202/MA", 500_000),
            fund_ledger.PostingBooked(account, -500_000),
        ),
        source="LOTTERY",
    )
    await around.tell(fund_ledger.CONTRACT, account, receipt)
    await eventually(lambda: operations.pool.fetchval("SELECT count(*) > 0 FROM receipts"))
    early = await sheet(staff, report="county-statement", area="445202")
    assert [line["金额"] for line in rows(early)] == ["5000.00", "5000.00", "0.00", "5000.00"], "no bill yet"
    july = {"report": "county-statement", "area": "445202", "period": "2019-07"}
    assert (await staff.post("/v1/reports", json=july)).json()["code"] == "REPORT_BEFORE_FIRST_EVENT"
    jieyang = {"county": "445202", "area": "445200", "policy_id": "445200-jieyang/2019-jieyibao-21"}
    await telling.bill("S1", layers=layers(BMI=50_000, MA=30_000), category="DIBAO", **jieyang)
    await telling.heard("bills", 1)
    found = await sheet(staff, report="county-statement", area="445202")
    assert [(line["类别"], line["金额"]) for line in rows(found)] == [
        ("收入", "5000.00"),
        ("收入", "5000.00"),
        ("支出", "300.00"),
        ("支出", "300.00"),
        ("结余", "4700.00"),
    ]
    assert rows(found)[0]["项目"].endswith("（LOTTERY）")
