"""The papers of the books: the same figures as JSON and as workbooks that offices can print and sign."""

import io
from typing import Any, Final

import httpx
import pytest
from openpyxl import load_workbook

from kernel.security import Role

MONTH: Final = "county=445202&month=2019-08"
DRAW: Final = {"hospital_id": "H1", "county": "445202", "fund": "MA", "month": "2019-08"}
STATEMENT: Final = "H1-445202-MA-2019-08"


@pytest.fixture
async def august(scene: Any) -> Any:
    """1,000.00 came in August, with bills of 100.00 and 50.00; 20.00 are taken off, the rest is paid in September."""
    await scene.settle(10_000, 5_000)
    assert (await scene.agency.post("/v1/hospital-statements", json=DRAW)).status_code == 201
    review = {"deductions": [{"kind": "CATALOGUE_EXCESS", "amount": "20.00", "settlement_id": "S2"}]}
    path = f"/v1/hospital-statements/{STATEMENT}"
    assert (await scene.agency.post(f"{path}/review", json=review)).status_code == 200
    assert (await scene.finance.post(f"{path}/payment", json={"value_on": "2019-09-02"})).status_code == 200
    return scene


async def _sheet(client: httpx.AsyncClient, path: str) -> Any:
    answer = await client.get(f"/v1/reports/{path}")
    assert answer.status_code == 200, answer.text
    return load_workbook(io.BytesIO(answer.content)).active


def _rows(sheet: Any) -> list[tuple[Any, ...]]:
    return [row for row in sheet.iter_rows(min_row=5, values_only=True) if any(cell is not None for cell in row)]


async def test_the_special_account_s_month_adds_up_and_goes_on_in_the_next(august: Any) -> None:
    told = (await august.agency.get(f"/v1/reports/special-account?{MONTH}")).json()
    (line,) = [one for one in told if one["fund"] == "MA"]
    assert [line[name] for name in ("opening", "came_in", "went_out", "closing")] == [
        "0.00",
        "1000.00",
        "0.00",
        "1000.00",
    ]
    next_month = (await august.agency.get("/v1/reports/special-account?county=445202&month=2019-09")).json()
    (line,) = [one for one in next_month if one["fund"] == "MA"]
    assert [line[name] for name in ("opening", "went_out", "closing")] == ["1000.00", "130.00", "870.00"]
    assert "BMI" not in {one["fund"] for one in told}, "basic insurance never goes through the special account"
    sheet = await _sheet(august.agency, f"special-account.xlsx?{MONTH}")
    head = [sheet[cell].value for cell in ("A1", "A2", "A3", "F3")]
    assert head == ["一站式结算专户收支月报表", "单位：445202", "期间：2019-08", "金额单位：元"]
    rows = _rows(sheet)
    assert ("MA", 0, 1000, 0, 1000) in [(row[0], *row[2:]) for row in rows]
    (sums,) = [row for row in rows if row[0] == "合计"]
    assert sums[2:] == (0, 1000, 0, 1000)
    assert (sheet.freeze_panes, sheet.print_title_rows) == ("B5", "$4:$4")
    assert sheet["D5"].number_format == "#,##0.00;[Red]-#,##0.00"
    assert sheet.print_area.startswith("'报表'!$A$1:$F$")


async def test_a_county_s_funds_and_a_fund_s_flows_are_the_same_figures(august: Any) -> None:
    county = (await august.finance.get(f"/v1/reports/county?{MONTH}")).json()
    assert [(one["fund"], one["came_in"], one["went_out"], one["closing"]) for one in county] == [
        ("MA", "1000.00", "150.00", "850.00")
    ]
    flows = (await august.finance.get(f"/v1/reports/fund?{MONTH}&fund=MA")).json()
    assert {(one["kind"], one["source"], one["payer"], one["given"], one["borne"]) for one in flows} == {
        ("receipt", "BUDGET", "", "1000.00", "0.00"),
        ("settlement", "", "MA", "0.00", "150.00"),
    }
    rows = _rows(await _sheet(august.finance, f"fund.xlsx?{MONTH}&fund=MA"))
    assert rows[2] == ("合计", None, None, 1000, 150)
    of_county = _rows(await _sheet(august.finance, f"county.xlsx?{MONTH}"))
    assert ("合计", None, 0, 1000, 150, 850) in of_county
    trial = _rows(await _sheet(august.finance, "trial-balance.xlsx?county=445202"))
    (of_aid,) = [row for row in trial if row[0] == "MA"]
    bank, receivable, left, owed = of_aid[3:]
    assert (bank, bank + receivable) == (870, left + owed)


async def test_a_hospital_prints_its_own_statement_down_to_what_is_paid(august: Any) -> None:
    path = f"hospital-statements/{STATEMENT}.xlsx"
    rows = _rows(await _sheet(august.hospital, path))
    assert [(row[1], row[3], row[4]) for row in rows[:4]] == [
        ("结算", "S1", 100),
        ("结算", "S2", 50),
        ("扣减：目录外超比例", "S2", -20),
        (None, None, 130),
    ]
    other = await august.ledger.client(Role.HOSPITAL, "H2")
    assert (await other.get(f"/v1/reports/{path}")).json()["code"] == "STATEMENT_UNKNOWN"
    assert (await other.get(f"/v1/reports/county?{MONTH}")).status_code == 403
    far = await august.ledger.client(Role.FINANCE, divisions=["445222"])
    for paper in (path, f"county.xlsx?{MONTH}", f"special-account?{MONTH}", f"fund.xlsx?{MONTH}&fund=MA"):
        assert (await far.get(f"/v1/reports/{paper}")).json()["code"] == "DIVISION_FOREIGN"
