"""A clinic's book as a file (先记账后结算): its health centre enters it with one command; each row has its result."""

import csv
import io
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter
from stdnum.cn import ric
from tests.command_line import onestop

from kernel.security import Role
from onestop.quiescence import wait_until_arrived
from workbench.demo.city import HOSPITALS
from workbench.demo.window import Window

CENTRE = HOSPITALS[4]
HEADINGS = ("记账单号", "身份证号", "姓名", "就诊日期", "类别", "目录内费用", "目录外费用", "已收", "BMI", "CII")


def number(serial: str) -> str:
    return f"44522219600101{serial}" + ric.calc_check_digit(f"44522219600101{serial}0")


async def settled_in(town: Any) -> None:
    agency = Window(town.platform, Role.AGENCY)
    clinic = {"hospital_id": "V445222-1", "name": "示范村卫生室", "level": "village", "division": CENTRE.division}
    clinic |= {"kind": "village_clinic", "settled_through": CENTRE.hospital_id, "contract_from": "2018-01-01"}
    await agency.post("settlement", "/v1/institutions", clinic, key="clinic-1")
    person = {"county": CENTRE.division, "id_number": number("001"), "name": "示例"}
    person |= {"born_on": "1960-01-01", "sex": "MALE"}
    await agency.post("identity", "/v1/persons", person, key="clinic-2")
    await wait_until_arrived(town.platform.admin_url)


def book(town: Any) -> list[tuple[Any, ...]]:
    day = town.today
    row = (number("001"), "示例", day, "普通门诊", 40.0, 2.5, "17.50", 25, 0)
    return [
        ("B-1", *row),
        ("B-2", number("003"), *row[1:]),
        ("B-3", *row[:2], date(day.year + 1, 1, 1), *row[3:]),
        ("B-4", *row[:5], "三元", *row[6:]),
        ("B-5", *row),
        ("B-6", *row[:3], "慢病", *row[4:]),
    ]


def rows_of(result: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(result.read_bytes().decode("utf-8-sig"))))


async def entered(town: Any, file: Path, result: Path) -> tuple[int, list[dict[str, str]], str]:
    urls = town.platform.urls
    token = town.platform.token(Role.HOSPITAL, CENTRE.hospital_id)
    where = ("--identity", urls["identity"], "--settlement", urls["settlement"], "--token", token)
    done = await onestop("visits", str(file), "--clinic", "V445222-1", "--result", str(result), *where)
    return done.exit_code, rows_of(result), done.output


async def test_a_workbook_and_the_same_as_csv_are_entered_once(embedded_town: Any, tmp_path: Path) -> None:
    town = embedded_town
    await settled_in(town)
    workbook, text, result = tmp_path / "book.xlsx", tmp_path / "book.csv", tmp_path / "result.csv"
    with xlsxwriter.Workbook(workbook, {"default_date_format": "yyyy-mm-dd"}) as made:
        sheet = made.add_worksheet()
        for place, row in enumerate([HEADINGS, *book(town)]):
            sheet.write_row(place, 0, row)
    status, rows, said = await entered(town, workbook, result)
    assert status == 1
    assert [row["结果"] for row in rows] == ["已结算", "拒绝", "拒绝", "拒绝", "拒绝", "拒绝"], said
    remarks = [row["备注"].split(" ")[0] for row in rows[1:]]
    assert remarks == [
        "PERSON_UNKNOWN",
        "DATE_IN_FUTURE",
        "目录外费用",
        "VISIT_KNOWN",
        "类别",
    ]
    assert rows[5]["备注"] == "类别 '慢病' is none of 村卫生室, 普通门诊, 慢病门诊"
    assert rows[0]["结算编号"]
    assert result.stat().st_mode & 0o077 == 0
    assert number("001") not in said

    lines = [",".join(map(str, row)) for row in (HEADINGS, book(town)[0])]
    text.write_bytes("\n".join(lines).encode("gb18030"))
    status, again, _ = await entered(town, text, result)
    assert (status, again[0]["结果"], again[0]["结算编号"]) == (0, "已录入过", rows[0]["结算编号"])


async def test_a_file_that_lacks_a_column_is_said_so_at_once(tmp_path: Path) -> None:
    file = tmp_path / "book.csv"
    file.write_text("记账单号,就诊日期\n1,2026-01-01\n")
    done = await onestop("visits", str(file), "--clinic", "V1", "--result", str(tmp_path / "r"), "--token", "t")
    assert done.exit_code == 2
    assert "身份证号" in done.output
