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
from onestop.main import app
from onestop.platform import Platform, running_platform
from workbench.demo.window import Window

POLICIES: Final = Path(__file__).parents[2] / "policies"
COUNTY: Final = "450202"
HOUSEHOLDS: Final = {"示例甲": "HU-2", "示例乙": "HU-1", "示例丙": "HU-1", "示例丁": None, "示例戊": "HU-2"}


def number_of(order: int) -> str:
    body = f"{COUNTY}19550101{order:02d}2"
    return body + ric.calc_check_digit(f"{body}0")


@pytest.fixture
async def liuzhou(database: str, tmp_path: Path) -> AsyncIterator[Platform]:
    clock = SetClock(datetime(2019, 9, 5, 2, tzinfo=UTC))
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
            detail = {"kind": "household", "household_id": household, "role": "MEMBER"}
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
        ("HU-1", "示例乙", number_of(1)),
        ("HU-1", "示例丙", number_of(2)),
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
