"""An office gets its own file back with what became of each row; who corrects the wrong ones hands only those in."""

import csv
import io
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Final

import httpx
import openpyxl
import pytest
from services.identity.tests.office import HEADINGS, Office, csv_of, number_of, person, workbook

from identity.config import Config
from identity.intake.readers.kinds import NDJSON, XLSX
from identity.main import build
from kernel.security import KeyRing, Role
from kernel.testing.deadline import eventually
from kernel.testing.surroundings import Service, Surroundings

NOW: Final = datetime(2026, 12, 10, 1, 0, tzinfo=UTC)
DIBAO: Final = {"category": "DIBAO"}


@pytest.fixture
async def identity(around: Surroundings, tmp_path: Path) -> Service:
    config = Config(keys=KeyRing.in_folder(tmp_path))
    ticks = count()
    return await around.serve(
        "identity", lambda host: build(host, config), clock=lambda: NOW + timedelta(milliseconds=next(ticks))
    )


@pytest.fixture
def civil(civil_affairs: httpx.AsyncClient) -> Office:
    return Office(civil_affairs, "civil-affairs")


async def csv_back(office: Office, number: str, **asked: str) -> list[list[str]]:
    answered = await office.client.get(f"{office.path(number)}/marked.csv", params=asked)
    assert answered.status_code == 200, answered.text
    return list(csv.reader(io.StringIO(answered.content.decode("utf-8-sig"))))


async def book_back(office: Office, number: str, **asked: str) -> openpyxl.Workbook:
    answered = await office.client.get(f"{office.path(number)}/marked.xlsx", params=asked)
    assert answered.status_code == 200, answered.text
    return openpyxl.load_workbook(io.BytesIO(answered.content))


def cells_of(sheet: openpyxl.worksheet.worksheet.Worksheet) -> list[list[str]]:
    return [[str(cell or "") for cell in row] for row in sheet.iter_rows(values_only=True)]


def wrong(place: int) -> list[str]:
    return [number_of(place), "无", "榕城区", "2019.5.1"]


async def test_a_text_comes_back_as_its_own_rows_with_result_and_remark(civil: Office) -> None:
    lines = ["榕城区低保名单,,,", HEADINGS, ",".join(person(1)), ",".join(wrong(2)), "合计,2,,", ""]
    await civil.hand_in("1", "\r\n".join(lines).encode("gb18030"), **DIBAO)
    back = await csv_back(civil, "1")
    assert back[0][:1] == ["榕城区低保名单"]
    assert back[1] == [*HEADINGS.split(","), "结果", "备注"]
    assert back[2] == [f'="{number_of(1)}"', "示例1", "榕城区", "2019.5.1", "新登记", ""]
    assert back[3][1:5] == ["无", "榕城区", "2019.5.1", "未接收"]
    assert back[3][5].startswith("这不像姓名")
    assert back[4][:5] == ["合计", "2", "", "", ""]


async def test_only_the_corrected_rows_are_handed_in_again(civil: Office) -> None:
    await civil.hand_in("1", csv_of(person(1), wrong(2), wrong(3)), **DIBAO)
    answered = await civil.client.get(f"{civil.path('1')}/marked.csv", params={"rows": "wrong"})
    back = answered.content.decode("utf-8-sig")
    assert len(back.splitlines()) == 3
    corrected = back.replace("无", "改正后").encode("gb18030")
    again = await civil.hand_in("1-a", corrected, **DIBAO)
    assert again["outcomes"] == {"REGISTERED": 2}
    # The receipt of a receipt has the two columns once.
    assert [row[-2:] for row in await csv_back(civil, "1-a")] == [["结果", "备注"], ["新登记", ""], ["新登记", ""]]


async def test_a_workbook_comes_back_sheet_by_sheet_with_whom_it_ends(civil: Office) -> None:
    people = [person(n, "", "惠来县") for n in range(1, 41)]
    how = DIBAO | {"kind": "full", "area": "445224"}
    title = ["惠来县低保对象名单", "", "", ""]
    await civil.hand_in("1", workbook([HEADINGS.split(","), *people]), XLSX, **how)
    second = workbook([title, HEADINGS.split(","), *people[:20]], [["说明"]], [HEADINGS.split(","), *people[20:39]])
    assert (await civil.hand_in("2", second, XLSX, **how))["outcomes"] == {"ENDED": 1}
    book = await book_back(civil, "2")
    assert book.sheetnames == ["镇0", "镇2", "名单里没有的人"]
    first = cells_of(book["镇0"])
    assert first[0][0] == title[0]
    assert first[1] == [*HEADINGS.split(","), "结果", "备注"]
    assert [row[4] for row in first[2:]] == ["未变"] * 20
    assert first[2][0] == number_of(1), "the whole number, as text"
    ended = cells_of(book["名单里没有的人"])
    assert ended[1][:2] == ["示例40", f"{number_of(40)[:3]}{'*' * 11}{number_of(40)[-4:]}"]
    assert ended[1][4] == "已终止"
    # What comes back may be handed in as it is: nobody is taken in again, and nobody is ended by it.
    content = (await civil.client.get(f"{civil.path('2')}/marked.xlsx")).content
    third = await civil.hand_in("3", content, XLSX, **how)
    assert (third["counts"]["unchanged"], third["outcomes"]) == (39, {})


async def test_no_cell_that_comes_back_is_a_formula(civil: Office) -> None:
    sly = [number_of(1), "示例1", "榕城区", "2019.5.1", '=HYPERLINK("http://x")', "+86 139", "=1+1", '="1"&A1']
    content = ("身份证号,姓名,县区,认定时间,说明,住址,备用,备用二\r\n" + ",".join(sly) + "\r\n").encode()
    await civil.hand_in("1", content, **DIBAO)
    row = (await csv_back(civil, "1"))[1]
    assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@")) and cell != f'="{number_of(1)}"']
    book = await book_back(civil, "1")
    assert not [cell for cells in book.worksheets[0].iter_rows() for cell in cells if cell.data_type == "f"]


async def test_objects_come_back_as_a_table(civil: Office) -> None:
    line = f'{{"id_number":"{number_of(1)}","name":"示例1","county":"445202","valid_from":"2019-05-01"}}\n'
    await civil.hand_in("1", f"{line}这不是对象\n".encode(), NDJSON, **DIBAO)
    back = await csv_back(civil, "1")
    assert (back[0][:2], back[0][-2:]) == (["身份证号", "姓名"], ["结果", "备注"])
    assert [row[-2] for row in back[1:]] == ["新登记", "未接收"]


async def test_a_file_goes_back_to_its_own_department_only_and_each_time_is_written_down(
    civil: Office, identity: Service, agency: httpx.AsyncClient, poverty_alleviation: httpx.AsyncClient
) -> None:
    await civil.hand_in("1", csv_of(person(1)), **DIBAO)
    path = f"{civil.path('1')}/marked.csv"
    for other in (agency, poverty_alleviation, await identity.client(Role.HOSPITAL, "H445201001")):
        assert (await other.get(path)).status_code == 403
    foreign = await identity.client(Role.DEPARTMENT, "civil-affairs", divisions=["445203"])
    assert (await foreign.get(path)).json()["code"] == "DIVISION_FOREIGN"
    await csv_back(civil, "1")
    looks = (await agency.get(f"{civil.path('1')}/looks")).json()["items"]
    assert [(look["seen_by"], look["organisation"], look["seen_for"]) for look in looks] == [
        ("department-1", "civil-affairs", "FILE_RETURNED")
    ]


async def test_a_file_that_was_not_read_or_is_not_kept_has_no_receipt(civil: Office, identity: Service) -> None:
    await civil.hand_in("1", b"%PDF-1.4", **DIBAO)
    refused = await civil.client.get(f"{civil.path('1')}/marked.xlsx")
    assert (refused.status_code, refused.json()["code"]) == (409, "FEED_BATCH_NOT_IN_STATE")
    await civil.hand_in("2", csv_of(person(1)), **DIBAO)
    await identity.pool.execute("DELETE FROM feed_spool_keys")
    gone = await civil.client.get(f"{civil.path('2')}/marked.csv")
    assert (gone.status_code, gone.json()["code"]) == (404, "FEED_FILE_GONE")


async def test_an_erasure_takes_the_files_along_that_may_name_the_person(
    civil: Office, identity: Service, agency: httpx.AsyncClient
) -> None:
    await civil.hand_in("1", csv_of(person(1)), **DIBAO)
    (line,) = await civil.lines("1")
    path = f"/v1/persons/{line['person_id']}/erasure"
    assert (await agency.post(path, json={"reason": "CONSENT_WITHDRAWN"})).is_success
    other = await identity.client(Role.AGENCY, "A445200", subject="agency-2")
    confirmed = await other.post(f"{path}/confirmation")
    assert confirmed.is_success, confirmed.text

    async def gone() -> bool:
        return (await civil.client.get(f"{civil.path('1')}/marked.csv")).status_code == 404

    assert await eventually(gone)
