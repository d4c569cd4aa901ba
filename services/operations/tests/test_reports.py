"""Reports: made of what moved in a period, the same whenever they are made, with everybody who read them."""

from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import httpx
import openpyxl
import pytest
from services.operations.tests.conftest import HUINING, Telling, revoked

from contracts import identity
from contracts.settlement import InstitutionContracted, LayerChanged, LayerPaid, SettlementSupplemented
from kernel.security import Role
from kernel.testing.set_clock import SetClock
from kernel.testing.surroundings import Service, Surroundings

AUGUST = {"report": "ledger-backstop", "area": HUINING, "period": "2019-08"}
DOCUMENT = "会卫计发〔2018〕203号"


def layers(**fen: int) -> tuple[LayerPaid, ...]:
    return tuple(
        LayerPaid(payer=payer, amount_fen=amount, clause="三(一)", document=DOCUMENT) for payer, amount in fen.items()
    )


async def made(client: httpx.AsyncClient, **change: str) -> dict[str, Any]:
    reply = await client.post("/v1/reports", json=AUGUST | change)
    assert reply.status_code == 201, reply.text
    stands: dict[str, Any] = reply.json()
    return stands


async def sheet(client: httpx.AsyncClient, **change: str) -> dict[str, Any]:
    asked = AUGUST | change
    await made(client, **change)
    reply = await client.get(f"/v1/reports/{asked['report']}/{asked['area']}/{asked['period']}?limit=500")
    assert reply.status_code == 200, reply.text
    found: dict[str, Any] = reply.json()
    return found


def rows(found: dict[str, Any]) -> list[dict[str, Any]]:
    titles = [column["title"] for column in found["columns"]]
    return [dict(zip(titles, item, strict=True)) for item in found["items"]]


@pytest.fixture
async def august(telling: Telling) -> None:
    """Three settlements of August, one of them taken back in September, and one of July taken back in August."""
    await telling.event(
        InstitutionContracted(
            hospital_id="H1", name="会宁县人民医院", level="county", division=HUINING, contract_from=date(2018, 1, 1)
        ),
        "H1",
    )
    july = {"discharged_on": date(2019, 7, 20), "settled_at": datetime(2019, 7, 20, 2, tzinfo=UTC)}
    await telling.bill("S0", layers=layers(BMI=60_000, CII=10_000, MA=1_000), **july)
    await telling.bill("S1", layers=layers(BMI=60_000, CII=10_000, MA=5_000))
    await telling.bill(
        "S2", layers=layers(BMI=50_000, CII=0, MA=7_000), category="GUARANTEED_HOUSEHOLD", person_id="P2"
    )
    await telling.bill("S3", layers=layers(BMI=50_000), person_id="P3", category=None)
    await telling.event(revoked("S0", datetime(2019, 8, 20, 2, tzinfo=UTC)))
    await telling.event(revoked("S2", datetime(2019, 9, 2, 2, tzinfo=UTC)), "P2")
    await telling.heard("bill_revocations", 2)


async def test_the_ledger_has_a_line_a_settlement_and_a_reversed_one(august: None, staff: httpx.AsyncClient) -> None:
    found = await sheet(staff)
    lines = rows(found)
    assert [(line["结算单号"], line["状态"], line["兜底保障报销"]) for line in lines] == [
        ("S1", "正常", "50.00"),
        ("S2", "正常", "70.00"),
        ("S0", "冲销", "-10.00"),
    ]
    # S1's year: July's 10.00 counted until the 20th of August; after its reversal nothing but S1 is left.
    assert [line["本年累计兜底保障"] for line in lines] == ["60.00", "70.00", "50.00"]
    assert (lines[0]["就诊医疗机构"], lines[0]["机构级别"], lines[0]["人员类别"]) == (
        "会宁县人民医院",
        "县级",
        "建档立卡贫困人口",
    )
    assert lines[0]["本次合规自付"] == "100.00"
    sums = dict(zip([column["title"] for column in found["columns"]], found["sums"], strict=True))
    assert (sums["序号"], sums["兜底保障报销"], sums["医疗总费用"]) == ("合计", "110.00", "1000.00")
    assert found["title"].startswith("会宁县建档立卡贫困人口")
    assert "P3" not in str(found["items"])


async def test_each_ledger_is_about_its_own_payer(august: None, staff: httpx.AsyncClient) -> None:
    basic = await sheet(staff, report="ledger-basic")
    assert [line["结算单号"] for line in rows(basic)] == ["S1", "S2", "S0"]
    assert "本年累计基本医保" in rows(basic)[0]
    critical = await sheet(staff, report="ledger-critical")
    # S2 had nothing of the critical-illness insurance.
    assert [(line["结算单号"], line["基本医保报销后合规费用"]) for line in rows(critical)] == [
        ("S1", "200.00"),
        ("S0", "-200.00"),
    ]


async def test_a_report_comes_out_the_same_whenever_it_is_made(
    august: None, telling: Telling, staff: httpx.AsyncClient, clock: SetClock
) -> None:
    first = await made(staff)
    assert (first["version"], first["in_time"], first["due_on"]) == (1, True, "2019-09-08")
    clock.now = datetime(2019, 12, 1, tzinfo=UTC)
    await telling.event(revoked("S1", datetime(2019, 11, 2, tzinfo=UTC)))
    await telling.heard("bill_revocations", 3)
    again = await made(staff)
    assert again == first
    november = rows(await sheet(staff, period="2019-11"))
    assert [(line["结算单号"], line["状态"]) for line in november] == [("S1", "冲销")]


async def test_what_comes_late_is_a_corrected_version(
    august: None, telling: Telling, staff: httpx.AsyncClient, clock: SetClock
) -> None:
    await made(staff)
    clock.now = datetime(2019, 9, 20, tzinfo=UTC)
    path = f"/v1/reports/ledger-backstop/{HUINING}/2019-08"
    assert (await staff.get(path)).status_code == 200
    await telling.bill("S9", layers=layers(BMI=1_000, MA=900), settled_at=datetime(2019, 8, 31, 15, 59, tzinfo=UTC))
    await telling.heard("bills", 5)
    # What is read is what was made, or nothing: not a version that nobody has made.
    assert (await staff.get(path)).json()["code"] == "REPORT_CHANGED"
    corrected = await made(staff)
    assert len((await staff.get(path)).json()["items"]) == 4
    assert (corrected["version"], corrected["in_time"], corrected["lines"]) == (2, True, 4)
    book = await staff.get(f"/v1/reports/ledger-backstop/{HUINING}/2019-08/workbook")
    assert "（更正，第2版）" in openpyxl.load_workbook(BytesIO(book.content)).active["A1"].value
    late = await made(staff, report="ledger-basic")
    assert (late["version"], late["in_time"]) == (1, False)


async def test_the_workbook_looks_as_offices_expect(august: None, staff: httpx.AsyncClient) -> None:
    await made(staff)
    path = f"/v1/reports/ledger-backstop/{HUINING}/2019-08/workbook"
    reply = await staff.get(path)
    assert reply.headers["content-disposition"] == f'attachment; filename="ledger-backstop-{HUINING}-2019-08.xlsx"'
    page = openpyxl.load_workbook(BytesIO(reply.content)).active
    assert (page["A1"].value, page["A3"].value) == (
        "会宁县建档立卡贫困人口及农村兜底保障户患者兜底保障报销台账",
        "所属期间：2019年8月",
    )
    titles = [cell.value for cell in page[4]]
    money = page.cell(5, titles.index("兜底保障报销") + 1)
    assert (money.value, money.number_format) == (50, "#,##0.00")
    day = page.cell(5, titles.index("出院日期") + 1)
    assert (day.value.date(), day.number_format) == (date(2019, 8, 5), "yyyy-mm-dd")
    assert page.cell(8, 1).value == "合计"
    assert page.cell(8, titles.index("兜底保障报销") + 1).value == 110
    text = [str(cell.value) for row in page.iter_rows() for cell in row if cell.value is not None]
    assert "单位：元" in text
    assert [sign for sign in ("单位负责人：", "复核人：", "制表人：", "（公章）") if sign not in text] == []
    assert (page.freeze_panes, page.print_title_rows, page.page_setup.orientation) == ("B5", "$4:$4", "landscape")
    assert page.print_area.startswith("'2019年8月'!$A$1:")
    assert (await staff.get(path)).content == reply.content


async def test_everybody_who_read_it_is_written_down(
    august: None, operations: Service, staff: httpx.AsyncClient
) -> None:
    await sheet(staff)
    other = await operations.client(Role.AGENCY, subject="agency-7", divisions=[HUINING])
    await other.get(f"/v1/reports/ledger-backstop/{HUINING}/2019-08/workbook")
    looks = await operations.pool.fetch("SELECT read_by FROM report_looks ORDER BY read_by")
    assert [look["read_by"] for look in looks] == ["agency-7", "operations-1"]
    # The report's own stream is loaded with every page: it has its versions in it and no looks.
    of_report = "SELECT count(*) FROM events WHERE stream_id LIKE 'report/%'"
    assert await operations.pool.fetchval(of_report) == 1


async def test_pages_of_a_report_follow_each_other(august: None, staff: httpx.AsyncClient) -> None:
    await made(staff)
    path = f"/v1/reports/ledger-backstop/{HUINING}/2019-08"
    first = (await staff.get(path, params={"limit": "2"})).json()
    second = (await staff.get(path, params={"limit": "2", "after": first["next"]})).json()
    assert [item[0] for item in first["items"] + second["items"]] == [1, 2, 3]
    assert "next" not in second or second["next"] is None


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"period": "2019-09"}, 422, "PERIOD_NOT_ENDED"),
        ({"period": "2019-Q3"}, 422, "PERIOD_NOT_ENDED"),
        ({"period": "2019-Q2"}, 422, "REPORT_NOT_FOR_PERIOD"),
        ({"period": "2019-06"}, 404, "REPORT_BEFORE_FIRST_EVENT"),
        ({"area": "620499"}, 422, "DIVISION_UNKNOWN"),
        ({"area": "430481"}, 404, "REPORT_NOT_ASKED"),
        ({"report": "dispatch-notice"}, 404, "REPORT_NOT_ASKED"),
        ({"report": "nothing"}, 404, "REPORT_UNKNOWN"),
    ],
)
async def test_what_cannot_be_made_is_said(
    august: None, staff: httpx.AsyncClient, change: dict[str, str], status: int, code: str
) -> None:
    refused = await staff.post("/v1/reports", json=AUGUST | change)
    assert (refused.status_code, refused.json()["code"]) == (status, code), refused.text


async def test_what_was_not_made_is_not_read_and_counties_do_not_read_each_others(
    august: None, operations: Service, staff: httpx.AsyncClient
) -> None:
    path = f"/v1/reports/ledger-basic/{HUINING}/2019-08"
    assert (await staff.get(path)).json()["code"] == "REPORT_NOT_MADE"
    other = await operations.client(Role.AGENCY, divisions=["620421"])
    assert (await other.get(path)).json()["code"] == "DIVISION_FOREIGN"
    assert (await other.post("/v1/reports", json=AUGUST)).json()["code"] == "DIVISION_FOREIGN"


async def test_the_consolidated_report_sums_by_category_and_kind(
    august: None, telling: Telling, staff: httpx.AsyncClient, clock: SetClock
) -> None:
    supplement = SettlementSupplemented(
        supplement_id="X1",
        settlement_id="S1",
        encounter_id="E-S1",
        person_id="P1",
        county=HUINING,
        area="620400",
        hospital_id="H1",
        supplemented_at=datetime(2019, 8, 30, tzinfo=UTC),
        review_id="R1",
        category="REGISTERED_POOR",
        policy_id="620422-huining/2018-huiweijifa-203",
        patient_fen=-2_000,
        payout_fen=0,
        layers=(LayerChanged(payer="MA", amount_fen=2_000, clause="三(一)", document=DOCUMENT),),
    )
    await telling.event(supplement)
    await telling.heard("bill_supplements", 1)
    found = {line["人员类别"]: line for line in rows(await sheet(staff, report="summary"))}
    poor = found["REGISTERED_POOR"]
    # S1 and its supplement, less S0: one stay in, one out.
    assert (poor["人次"], poor["人数"], poor["医疗总费用"]) == (0, 1, "0.00")
    assert (poor["医疗救助兜底"], poor["个人自付"]) == ("60.00", "-20.00")
    assert found["GUARANTEED_HOUSEHOLD"]["实际报销比例(%)"] == "90.00"
    clock.now = datetime(2019, 10, 3, tzinfo=UTC)
    quarter = await sheet(staff, report="summary", period="2019-Q3")
    assert quarter["period"] == "2019年第三季度"


async def test_hunans_notice_has_a_line_a_county(
    telling: Telling, around: Surroundings, staff: httpx.AsyncClient, clock: SetClock
) -> None:
    for county in ("430481", "430482"):
        told = identity.EntitlementChanged(person_id=f"P{county}", revision=1, change="ADDED", county=county)
        await around.tell(identity.CONTRACT, told.person_id, told)
    hunan = {"policy_id": "430000-hunan/2018-xiangrenshefa-46", "flags": ("counts_in_assessment", "hpa_benefits")}
    await telling.bill("S1", county="430481", area="430400", **hunan)
    await telling.heard("bills", 1)
    await telling.heard("people", 2)
    breach = {"kind": "FUND_LATE", "county": "430481", "about": "FISCAL-2019-08", "why": "资金未到位"}
    assert (await staff.post("/v1/breaches", json=breach)).status_code == 201
    found = await sheet(staff, report="dispatch-notice", area="430400")
    lines = {line["县（市、区）"]: line for line in rows(found)}
    assert set(lines) == {"耒阳市", "常宁市"}
    assert (lines["耒阳市"]["次均住院费用"], lines["耒阳市"]["自费比例(%)"]) == ("1000.00", "5.00")
    assert lines["常宁市"]["次均住院费用"] is None
    # The prepayment of September was due on the 15th of August, the notice of June and July by the ends of months.
    assert lines["耒阳市"]["逾期事项"] > 0
    assert lines["耒阳市"]["违规事项"] == 0  # opened in September
    clock.now = datetime(2019, 10, 2, 1, 0, tzinfo=UTC)
    register = rows(await sheet(staff, report="late-register", area="430481", period="2019-09"))
    assert [(line["问题类别"], line["问题"], line["状态"]) for line in register] == [
        ("资金不到位", "资金未到位", "未通报")
    ]
    clocks = (await staff.get("/v1/clocks", params={"area": "430400", "state": "DONE"})).json()["items"]
    assert {clock["county"] for clock in clocks} == {"430481", "430482"}
