"""Guangxi's coverage notice: from identity's comparison to a county's workbook with its rosters (003 一)."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import openpyxl
import pytest
from stdnum.cn import ric
from typer.testing import CliRunner, Result

from kernel.security import Role
from kernel.testing.set_clock import SetClock
from kernel.writing.database import administering
from onestop.main import app
from onestop.platform import Platform, running_platform
from onestop.quiescence import wait_until_arrived
from workbench.demo.window import Window

POLICIES: Final = Path(__file__).parents[2] / "policies"
COUNTY: Final = "450202"
HOUSEHOLDS: Final = {"示例甲": "HU-2", "示例乙": "HU-1", "示例丙": "HU-1", "示例丁": None, "示例戊": "HU-2"}
#: The third is the head of the household.
HEAD: Final = 2


def number_of(order: int) -> str:
    body = f"{COUNTY}19550101{order:02d}2"
    return body + ric.calc_check_digit(f"{body}0")


@pytest.fixture
def clock() -> SetClock:
    return SetClock(datetime(2019, 9, 5, 2, tzinfo=UTC))


@pytest.fixture
async def liuzhou(database: str, tmp_path: Path, clock: SetClock) -> AsyncIterator[Platform]:
    async with running_platform(database, tmp_path, POLICIES, clock=clock) as platform:
        yield platform


async def compared(platform: Platform) -> str:
    """Five of the registered poor: one enrolled, one a soldier, three still to be enrolled."""
    agency, office = Window(platform, Role.AGENCY), Window(platform, Role.DEPARTMENT, "poverty-alleviation")
    said = {
        "category": "REGISTERED_POOR",
        "valid_from": "2018-01-01",
        "evidence": "样表",
        "poverty_status": "NOT_LIFTED",
    }
    for order, (name, household) in enumerate(HOUSEHOLDS.items()):
        body = {"id_number": number_of(order), "name": name, "born_on": "1955-01-01", "sex": "FEMALE", "county": COUNTY}
        person = (await agency.post("identity", "/v1/persons", body, key=f"p{order}"))["person_id"]
        path = f"/v1/persons/{person}"
        await office.post("identity", f"{path}/memberships", said, key=f"m{order}")
        if household is not None:
            role = "HEAD" if order == HEAD else "MEMBER"
            detail = {"kind": "household", "household_id": household, "role": role}
            fact = {"detail": detail, "valid_from": "2018-01-01", "evidence": "样表"}
            await office.post("identity", f"{path}/facts", fact, key=f"f{order}")
        if order == 0:
            enrolment = {"scheme": "RESIDENT", "area": "450200", "year": 2019, "registered_on": "2019-01-02"}
            await agency.post("identity", f"{path}/enrolments", enrolment, key=f"e{order}")
        if order == 4:
            exempt = {"code": "MILITARY", "since": "2019-01-01", "evidence": "样表"}
            entered = await agency.post("identity", f"{path}/exemptions", exempt, key=f"x{order}")
            approver = Window(platform, Role.AGENCY, subject="agency-2", keys="approving")
            await approver.post("identity", f"{path}/exemptions/{entered['exemption_id']}/approval", {})
    made = await agency.post("identity", "/v1/comparisons", {"area": COUNTY, "month": "2019-09"})
    return str(made["comparison_id"])


async def notice(platform: Platform, file: Path, *words: str, role: Role = Role.AGENCY, **who: Any) -> Result:
    doors = [word for name, url in platform.urls.items() for word in ("--door", f"{name}={url}")]
    token = platform.token(role, subject="clerk-1", **who)
    asked = ["coverage-notice", COUNTY, "2019-09", "--to", str(file), *words, *doors, "--token", token]
    return await asyncio.to_thread(CliRunner().invoke, app, asked)


def page_of(book: Any, name: str) -> list[dict[str, Any]]:
    rows = [[cell.value for cell in row] for row in book[name].iter_rows(min_row=4)]
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:] if isinstance(row[0], int)]


async def test_a_county_has_its_figures_and_its_rosters_household_by_household(
    liuzhou: Platform, tmp_path: Path
) -> None:
    nothing = await notice(liuzhou, tmp_path / "none.xlsx")
    assert (nothing.exit_code, "nothing was compared" in nothing.output) == (1, True)
    assert not (tmp_path / "none.xlsx").exists()
    await compared(liuzhou)
    file = tmp_path / "notice.xlsx"
    done = await notice(liuzhou, file, "--names")
    assert done.exit_code == 0, done.output
    book = openpyxl.load_workbook(file)
    assert book.sheetnames == ["通报", "未参保花名册", "不符合参保条件台账"]
    assert book["通报"]["A1"].value == "城中区建档立卡贫困人口参保缴费情况通报"
    (figures,) = page_of(book, "通报")
    told = [figures[name] for name in ("建档立卡人数", "不符合参保条件人数", "应参保人数", "已参保人数", "参保率(%)")]
    assert told == [5, 1, 4, 1, 25]
    roster = page_of(book, "未参保花名册")
    assert [(one["户编号"], one["姓名"], one["身份证号码"]) for one in roster] == [
        ("HU-1", "示例丙", number_of(2)),
        ("HU-1", "示例乙", number_of(1)),
        ("（未登记户）", "示例丁", number_of(3)),
    ]
    (soldier,) = page_of(book, "不符合参保条件台账")
    assert (soldier["姓名"], soldier["原因"], soldier["情况"]) == ("示例戊", "现役军人", "不符合参保条件")


async def test_without_names_nobody_stands_in_it_and_who_may_not_see_them_gets_none(
    liuzhou: Platform, tmp_path: Path
) -> None:
    await compared(liuzhou)
    file = tmp_path / "notice.xlsx"
    assert (await notice(liuzhou, file)).exit_code == 0
    assert openpyxl.load_workbook(file).sheetnames == ["通报"]
    refused = await notice(liuzhou, tmp_path / "names.xlsx", "--names", role=Role.HOSPITAL, organisation="H1")
    assert (refused.exit_code, (tmp_path / "names.xlsx").exists()) == (1, False)


AREA: Final = f"{COUNTY}/2019-09"


async def made(window: Window, report: str, area: str = COUNTY, month: str = "2019-09") -> dict[str, Any]:
    return await window.post("operations", "/v1/reports", {"report": report, "area": area, "period": month})


async def refused(window: Window, report: str, area: str = COUNTY, month: str = "2019-09") -> tuple[int, str]:
    said = await window.send("operations", "/v1/reports", {"report": report, "area": area, "period": month})
    return said.status_code, said.json()["code"]


async def test_the_notice_is_a_report_with_its_day_and_its_version_and_meets_the_county_s_clock(
    liuzhou: Platform, clock: SetClock
) -> None:
    agency, staff = Window(liuzhou, Role.AGENCY), Window(liuzhou, Role.OPERATIONS)
    assert await refused(agency, "coverage-notice") == (404, "NOTHING_COMPARED")
    assert await refused(agency, "coverage-notice", month="2019-10") == (422, "PERIOD_NOT_ENDED")
    assert await refused(agency, "coverage-roster", area="450200") == (422, "REPORT_OF_COUNTIES")
    comparison = await compared(liuzhou)
    await agency.post("identity", f"/v1/comparisons/{comparison}/push", {})
    await wait_until_arrived(liuzhou.admin_url)
    await staff.post("operations", "/v1/breaches/look", {})
    clocks = await staff.get("operations", f"/v1/clocks?area={COUNTY}&due_from=2019-09-10&due_to=2019-09-10")
    (push,) = [one for one in clocks["items"] if one["clock"] == "enrolment_comparison"]
    assert (push["state"], push["done_on"], push["evidence"]) == ("DONE", "2019-09-05", comparison)
    stands = await made(agency, "coverage-notice")
    told = [stands[name] for name in ("version", "made_on", "due_on", "in_time")]
    assert told == [1, "2019-09-05", "2019-10-31", True]
    clocks = await staff.get("operations", f"/v1/clocks?area={COUNTY}&due_from=2019-10-31&due_to=2019-10-31")
    (notice_clock,) = [one for one in clocks["items"] if one["clock"] == "coverage_notice"]
    assert (notice_clock["state"], notice_clock["done_on"]) == ("DONE", "2019-09-05")
    # Somebody is enrolled meanwhile, and it is compared anew on the same day: the notice says something else.
    (first, *_) = (await agency.get("identity", "/v1/work-list?area=450202&year=2019"))["items"]
    enrolment = {"scheme": "RESIDENT", "area": "450200", "year": 2019, "registered_on": "2019-09-05"}
    await agency.post("identity", f"/v1/persons/{first['person_id']}/enrolments", enrolment)
    await agency.post("identity", "/v1/comparisons", {"area": COUNTY, "month": "2019-09"})
    path = f"/v1/reports/coverage-notice/{AREA}"
    stale = await liuzhou.client("operations", Role.AGENCY).get(path)
    assert (stale.status_code, stale.json()["code"]) == (409, "REPORT_CHANGED")
    assert (await made(agency, "coverage-notice"))["version"] == 2
    page = await agency.get("operations", path)
    assert (page["items"][0][6], page["sums"][6], page["unit"]) == (2, 2, "人")
    clock.now = datetime(2019, 12, 2, 2, tzinfo=UTC)
    november = await agency.send("identity", "/v1/comparisons", {"area": COUNTY, "month": "2019-10"})
    assert november.status_code == 201, november.text
    late = await made(agency, "coverage-notice", month="2019-10")
    assert (late["due_on"], late["in_time"]) == ("2019-11-30", False)


async def test_a_roster_over_rest_has_names_for_whom_identity_lets_see_them_and_operations_keeps_none(
    liuzhou: Platform,
) -> None:
    await compared(liuzhou)
    agency = Window(liuzhou, Role.AGENCY)
    assert (await made(agency, "coverage-roster"))["lines"] == 3
    assert (await made(agency, "coverage-exceptions"))["lines"] == 1
    path = f"/v1/reports/coverage-roster/{AREA}"
    bare = await agency.get("operations", path)
    assert [column["title"] for column in bare["columns"]][1:5] == ["户编号", "与户主关系", "人员编号", "乡镇（街道）"]
    page = await agency.get("operations", f"{path}?names=true&limit=2")
    assert [(row[1], row[4], row[5]) for row in page["items"]] == [
        ("HU-1", "示例丙", number_of(2)),
        ("HU-1", "示例乙", number_of(1)),
    ]
    masked = await Window(liuzhou, Role.OPERATIONS).get("operations", f"{path}?names=true&limit=2")
    assert [row[4] for row in masked["items"]] != [row[4] for row in page["items"]], "who may not see them, does not"
    person = page["items"][0][3]
    looks = await Window(liuzhou, Role.OPERATIONS).get("identity", f"/v1/persons/{person}/looks")
    assert any(look["seen_by"] == "agency" for look in looks["items"]), looks
    async with administering(liuzhou.admin_url) as connection:
        kept = await connection.fetchval("SELECT string_agg(data::text, '') FROM operations.events") + str(
            await connection.fetch("SELECT * FROM operations.idempotency")
        )
    assert "示例" not in kept
    assert number_of(2) not in kept
