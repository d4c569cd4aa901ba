"""The papers of Huining's joint meeting: units, problems, what comes next, and the quarter's sums (002 四(一))."""

from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import httpx
import openpyxl
import pytest
from services.operations.tests.conftest import Telling

from kernel.security import Role
from kernel.testing.set_clock import SetClock
from kernel.testing.surroundings import Service
from operations.periods.domain import after, period

HUINING = "620422"
PACK = f"/v1/meeting-packs/{HUINING}/2019-Q3"
PAPERS = ("meeting-units", "meeting-problems", "meeting-next", "summary")


async def made(client: httpx.AsyncClient, report: str, of: str = "2019-Q3") -> dict[str, Any]:
    reply = await client.post("/v1/reports", json={"report": report, "area": HUINING, "period": of})
    assert reply.status_code == 201, reply.text
    stands: dict[str, Any] = reply.json()
    return stands


async def rows(client: httpx.AsyncClient, report: str, of: str = "2019-Q3") -> list[dict[str, Any]]:
    await made(client, report, of)
    page = (await client.get(f"/v1/reports/{report}/{HUINING}/{of}", params={"limit": 500})).json()
    titles = [column["title"] for column in page["columns"]]
    return [dict(zip(titles, item, strict=True)) for item in page["items"]]


@pytest.fixture
async def autumn(telling: Telling, staff: httpx.AsyncClient, clock: SetClock) -> None:
    """A problem of August that stands, one of September that was put right, a report done, one done late; October."""
    await telling.bill("S1", settled_at=datetime(2019, 7, 2, tzinfo=UTC))
    await telling.heard("bills", 1)
    clock.now = datetime(2019, 8, 20, 2, tzinfo=UTC)
    found = {"kind": "FINDING", "county": HUINING, "why": "示范问题", "party": "县人社局"}
    assert (await staff.post("/v1/breaches", json=found | {"about": "F1"})).status_code == 201
    for period_name, day in (("2019-07", "2019-08-08"), ("2019-06", "2019-07-09")):
        said = {"county": HUINING, "clock": "monthly_report", "period": period_name, "unit": "县民政局"}
        reply = await staff.post("/v1/clocks/done", json=said | {"done_on": day, "evidence": "示范"})
        assert reply.status_code == 201, reply.text
    clock.now = datetime(2019, 9, 10, 2, tzinfo=UTC)
    assert (await staff.post("/v1/breaches", json=found | {"about": "F2"})).status_code == 201
    done = await staff.post(f"/v1/breaches/FINDING-{HUINING}-F2/closure", json={"because": "已补办"})
    assert done.status_code == 200
    clock.now = datetime(2019, 10, 8, 2, tzinfo=UTC)


async def test_each_unit_answers_for_its_tasks_and_problems(autumn: None, staff: httpx.AsyncClient) -> None:
    lines = {line["成员单位"]: line for line in await rows(staff, "meeting-units")}
    civil = lines["县民政局"]
    assert (civil["按时办结"], civil["逾期办结"], civil["未办结"]) == (1, 1, civil["应办事项"] - 2)
    insurance = lines["县人社局"]
    assert [insurance[name] for name in ("新发现问题", "已整改问题", "期末未整改")] == [2, 1, 1]
    assert list(lines)[:5] == ["县民政局", "县财政局", "县金融办", "县人社局", "县卫计局"]
    problems = await rows(staff, "meeting-problems")
    assert [(one["状态"], one["整改情况"]) for one in problems if one["问题类别"] == "监督检查发现的问题"] == [
        ("未通报", None),
        ("已整改", "已补办"),
    ]
    coming = await rows(staff, "meeting-next")
    assert {one["所属期间"] for one in coming if one["事项"] == "联席会议"} == {"2019-Q4"}
    assert all("2019-10-01" <= one["到期日"] <= "2019-12-31" for one in coming)


async def test_no_problem_of_the_quarter_is_left_out(
    autumn: None, staff: httpx.AsyncClient, operations: Service
) -> None:
    copies = """
    INSERT INTO breaches SELECT (jsonb_populate_record(b, jsonb_build_object(
      'breach_id', b.breach_id || '-' || n, 'about', b.about || '-' || n))).*
    FROM breaches b, generate_series(1, 1200) n WHERE b.breach_id LIKE '%-F1'
    """
    await operations.pool.execute(copies)
    units = {line["成员单位"]: line for line in await rows(staff, "meeting-units")}
    assert units["县人社局"]["新发现问题"] == 1202
    await made(staff, "meeting-problems")
    problems, asked = list[Any](), {"limit": 500}
    while True:
        page = await staff.get(f"/v1/reports/meeting-problems/{HUINING}/2019-Q3", params=asked)
        problems += page.json()["items"]
        if page.json().get("next") is None:
            break
        asked = {"limit": 500, "after": page.json()["next"]}
    assert len([one for one in problems if "示范问题" in one]) == 1202


async def test_what_happens_later_changes_no_paper_of_the_quarter(
    autumn: None, staff: httpx.AsyncClient, clock: SetClock
) -> None:
    first = await rows(staff, "meeting-problems")
    clock.now = datetime(2019, 10, 20, 2, tzinfo=UTC)
    await staff.post(f"/v1/breaches/FINDING-{HUINING}-F1/closure", json={"because": "十月才整改"})
    assert await rows(staff, "meeting-problems") == first
    assert (await made(staff, "meeting-problems"))["version"] == 1


async def test_the_pack_is_one_workbook_once_every_paper_was_made(
    autumn: None, staff: httpx.AsyncClient, operations: Service
) -> None:
    await made(staff, "meeting-units")
    pack = (await staff.get(PACK)).json()
    assert (pack["ready"], [one["version"] for one in pack["papers"]]) == (False, [1, None, None, None])
    assert (await staff.get(f"{PACK}/workbook")).json()["code"] == "REPORT_NOT_MADE"
    stands = [await made(staff, report) for report in PAPERS]
    assert {one["due_on"] for one in stands[:3]} == {"2019-12-31"}, "it lies on the table of the next quarter"
    assert (await staff.get(PACK)).json()["ready"] is True
    reply = await staff.get(f"{PACK}/workbook")
    book = openpyxl.load_workbook(BytesIO(reply.content))
    assert book.sheetnames == ["成员单位", "问题清单", "下一步工作", "汇总表"]
    assert book["问题清单"]["A1"].value == "会宁县健康扶贫联席会议问题清单"
    assert book["问题清单"].print_area.startswith("'问题清单'!$A$1:")
    assert (await staff.get(f"{PACK}/workbook")).content == reply.content
    far = await operations.client(Role.AGENCY, "A2", divisions=["451028"])
    assert (await far.get(PACK)).json()["code"] == "DIVISION_FOREIGN"


async def test_an_extra_meeting_has_the_papers_of_a_month(autumn: None, staff: httpx.AsyncClient) -> None:
    problems = [one for one in await rows(staff, "meeting-problems", "2019-08") if one["问题类别"][:2] == "监督"]
    assert [one["状态"] for one in problems] == ["未通报"]
    assert (await made(staff, "meeting-next", "2019-08"))["due_on"] is None
    refused = await staff.post("/v1/reports", json={"report": "meeting-next", "area": HUINING, "period": "2019-Q4"})
    assert refused.json()["code"] == "PERIOD_NOT_ENDED"


@pytest.mark.parametrize(
    ("name", "following"),
    [("2019-Q4", "2020-Q1"), ("2019-Q2", "2019-Q3"), ("2019-12", "2020-01"), ("2019-H1", "2019-H2"), ("2019", "2020")],
)
def test_a_period_is_followed_by_one_as_long(name: str, following: str) -> None:
    assert after(period(name)) == period(following)
    assert (after(period(name)).first - date(1970, 1, 1)).days == (period(name).last - date(1970, 1, 1)).days + 1
