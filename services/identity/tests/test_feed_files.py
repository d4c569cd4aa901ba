"""Files as departments really send them: what is read, what is a row's own fault, and what refuses the whole file."""

import datetime
import io
import json
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import httpx
import openpyxl
import pytest
from stdnum.cn import ric

from identity.config import Config, FeedSettings
from identity.feeds.domain.row import FileDescription, feed_form, read_row
from identity.intake.domain import FileRefusedError
from identity.intake.readers.files import rows_of
from identity.intake.readers.kinds import CSV, NDJSON, XLSX
from identity.intake.readers.layout import RawRow
from identity.intake.readers.tables import Telling
from identity.main import build
from identity.persons.domain.categories import Category, Department
from kernel.security import KeyRing, Role
from kernel.testing.deadline import eventually
from kernel.testing.surroundings import Surroundings
from kernel.values.refusals import Refused

HEADINGS: Final = "身份证号,姓名,县区代码,开始日期"
NUMBER: Final = "44520219600101002" + ric.calc_check_digit("445202196001010020")
GOOD: Final = f"{NUMBER},欧阳示例,445202,2018-01-01"
NOW: Final = datetime.datetime(2019, 8, 1, 1, 0, tzinfo=datetime.UTC)
FILE: Final = FileDescription(
    department=Department.CIVIL_AFFAIRS,
    category=Category.DIBAO,
    evidence="feed 1",
    stated="20190701",
    today=datetime.date(2019, 8, 1),
)


def read(content: bytes, media_type: str = CSV, *, category_named: bool = True) -> list[RawRow]:
    layout = feed_form(FILE, category_named=category_named).layout
    return list(rows_of(io.BytesIO(content), media_type, layout, Telling()))


def text_of(*lines: str, headings: str = HEADINGS) -> str:
    return "\n".join([headings, *lines, ""])


def refusal(content: bytes, media_type: str = CSV, *, category_named: bool = True) -> str:
    with pytest.raises(FileRefusedError) as refused:
        read(content, media_type, category_named=category_named)
    return refused.value.problem.code


@pytest.mark.parametrize("media_type", [CSV, NDJSON])
def test_a_file_without_headings_is_refused_without_repeating_its_first_person(media_type: str) -> None:
    content = f"{GOOD}\n" if media_type == CSV else json.dumps({NUMBER: "欧阳示例", "欧阳示例": "x"}) + "\n"
    if media_type == CSV:
        with pytest.raises(FileRefusedError) as refused:
            read(content.encode())
        said = refused.value.problem.detail
    else:
        fault = read(content.encode(), media_type)[0].refused
        assert fault is not None
        said = fault.detail
    assert ("没有找到表头" if media_type == CSV else "不认识或重复的列") in said
    assert NUMBER not in said
    assert "欧阳" not in said


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("between", [",", ";", "\t"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_csv_is_read_in_each_encoding_with_each_delimiter(encoding: str, between: str, ending: str) -> None:
    text = text_of(GOOD, GOOD).replace(",", between).replace("\n", ending)
    rows = read(text.encode(encoding))
    assert [row.number for row in rows] == [2, 3]
    assert rows[0].cells == {"id_number": NUMBER, "name": "欧阳示例", "county": "445202", "valid_from": "2018-01-01"}


def test_columns_may_stand_in_any_order_and_in_english() -> None:
    text = text_of(f"2018-01-01,445202,示例,{NUMBER}", headings="valid_from,county,姓名,id_number")
    assert read(text.encode())[0].cells["id_number"] == NUMBER


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "FEED_FILE_EMPTY"),
        (b"\n\n", "FEED_FILE_EMPTY"),
        (text_of().encode(), "FEED_FILE_EMPTY"),
        (text_of(GOOD, headings="身份证号,姓名,县区代码").encode(), "FEED_COLUMN_MISSING"),
        (text_of(GOOD, headings="一,二,三,四").encode(), "FEED_COLUMN_UNKNOWN"),
        (text_of(GOOD, headings=HEADINGS + ",name").encode(), "FEED_COLUMN_TWICE"),
        ((text_of(GOOD) + '"' + GOOD).encode(), "FEED_FILE_TRUNCATED"),
        (text_of(GOOD).encode() + f"{GOOD}\n".encode("gb18030"), "FEED_ENCODING_MIXED"),
        (text_of(GOOD, GOOD, GOOD).encode("gb18030") + f"{GOOD}\n".encode(), "FEED_ENCODING_MIXED"),
        (text_of(GOOD).encode() + b"\xff\xff\xff\n", "FEED_ENCODING_MIXED"),
    ],
)
def test_what_cannot_be_a_file_is_refused_whole(content: bytes, code: str) -> None:
    assert refusal(content) == code


def test_a_list_without_category_needs_the_column() -> None:
    assert refusal(text_of(GOOD).encode(), category_named=False) == "FEED_COLUMN_MISSING"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (f"{GOOD},more", "ROW_CELL_COUNT"),
        (GOOD.replace("欧阳示例", "=HYPERLINK(1)"), "ROW_FORMULA"),
        (GOOD.replace(NUMBER, ""), "ID_NUMBER_NONE"),
        (GOOD.replace("2018-01-01", "0"), "CELL_MISSING"),
        (GOOD.replace("445202,2018", "445299,2018"), "COUNTY_UNKNOWN"),
        (GOOD.replace("欧阳", "欧\x07阳"), "ROW_UNPRINTABLE"),
        (GOOD.replace("欧阳示例", ""), "CELL_MISSING"),
        (GOOD.replace(NUMBER, "123"), "ID_NUMBER_MALFORMED"),
        (GOOD.replace(NUMBER, NUMBER[:-1] + str((int(NUMBER[-1]) + 1) % 10)), "ID_NUMBER_CHECK_DIGIT"),
        (GOOD.replace("445202,2018", "4452,2018"), "COUNTY_MALFORMED"),
        (GOOD.replace("2018-01-01", "2018-02-30"), "DATE_MALFORMED"),
        (GOOD.replace("2018-01-01", "2019-08-02"), "DATE_IN_FUTURE"),
        (GOOD.replace("2018-01-01", "1959-12-31"), "BEFORE_BIRTH"),
        (GOOD.replace("欧阳示例", "欧" * 61), "TEXT_TOO_LONG"),
    ],
)
def test_a_row_s_own_fault_is_the_row_s_reason(line: str, code: str) -> None:
    wrong, good = read(text_of(line, GOOD).encode())
    with pytest.raises(Refused) as refused:
        raise wrong.refused if wrong.refused is not None else _reading_fails(wrong)
    assert refused.value.code == code
    assert read_row(good.cells, FILE).name == "欧阳示例"


def _reading_fails(row: RawRow) -> Refused:
    with pytest.raises(Refused) as refused:
        read_row(row.cells, FILE)
    return refused.value


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"sex": "男"}, "SEX_DISAGREES"),
        ({"sex": "x"}, "SEX_UNKNOWN"),
        ({"born_on": "1960-01-02"}, "BIRTH_DATE_DISAGREES"),
        ({"category": "RICH"}, "NAME_UNKNOWN"),
        ({"category": "TEKUN"}, "CATEGORY_FOREIGN"),
        ({"reason": "BORED"}, "NAME_UNKNOWN"),
        ({"group": "SEVERE_DISABLED"}, None),
        ({"died_on": "2019-08-02"}, "DATE_IN_FUTURE"),
    ],
)
def test_cells_that_disagree_are_named(cells: dict[str, str], code: str | None) -> None:
    row = dict(read(text_of(GOOD).encode())[0].cells) | cells
    if code is None:
        code = "CATEGORY_NOT_OWNED"
    with pytest.raises(Refused) as refused:
        read_row(row, FILE)
    assert refused.value.code == code
    assert NUMBER not in refused.value.detail
    assert "欧阳" not in refused.value.detail


def test_fifteen_digits_are_upgraded_and_days_may_be_written_three_ways() -> None:
    old = NUMBER[:6] + NUMBER[8:17]
    for day in ("2018-01-01", "2018/01/01", "20180101"):
        row = read_row({"id_number": old, "name": "示例", "county": "445202", "valid_from": day}, FILE)
        assert row.id_number.number == NUMBER
        assert FILE.statement(row).valid_from == datetime.date(2018, 1, 1)


def test_ndjson_is_read_line_by_line() -> None:
    good = {"id_number": NUMBER, "name": "示例", "county": "445202", "valid_from": "2018-01-01", "valid_to": None}
    lines = [json.dumps(good, ensure_ascii=False), "{}", "[1]", '{"colour": "red"}']
    rows = read(("\n".join(lines) + "\n").encode(), NDJSON)
    assert [row.refused and row.refused.code for row in rows] == [
        None,
        "ROW_MALFORMED",
        "ROW_MALFORMED",
        "ROW_MALFORMED",
    ]
    assert "valid_to" not in rows[0].cells
    assert refusal(lines[0].encode()[:-5], NDJSON) == "FEED_FILE_TRUNCATED"


def workbook(*rows: list[Any]) -> bytes:
    book = openpyxl.Workbook()
    for row in [HEADINGS.split(","), *rows]:
        book.active.append(row)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def test_a_workbook_is_read_with_its_days_and_a_formula_without_value_is_empty() -> None:
    day = datetime.datetime(2018, 1, 1, tzinfo=None)  # noqa: DTZ001 - spreadsheets know no time zones
    rows = read(
        workbook(
            [NUMBER, "示例", 445202, day], [NUMBER, "=A1", "445202", "2018-01-01"], [None] * 4, [float(NUMBER[:15])]
        ),
        XLSX,
    )
    assert rows[0].cells == {"id_number": NUMBER, "name": "示例", "county": "445202", "valid_from": "2018-01-01"}
    assert "name" not in rows[1].cells
    assert [row.number for row in rows] == [2, 3, 5]


def test_a_broken_workbook_is_refused_whole() -> None:
    whole = workbook([NUMBER, "示例", "445202", "2018-01-01"])
    assert refusal(whole[:-100], XLSX) == "FEED_FILE_BROKEN"
    assert refusal(b"not a workbook", XLSX) == "FEED_FILE_KIND"
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as packed:
        packed.writestr("readme.txt", "a zip, but no workbook")
    assert refusal(other.getvalue(), XLSX) == "FEED_FILE_KIND"


async def test_two_rows_that_disagree_and_two_names_under_one_number_are_refused(
    civil_affairs: httpx.AsyncClient,
) -> None:
    second = NUMBER[:14] + "004" + ric.calc_check_digit(NUMBER[:14] + "0040")
    lines = [GOOD, GOOD, f"{second},甲,445202,2018-01-01", f"{second},乙,445202,2018-01-01"]
    path = "/v1/feeds/civil-affairs/batches/1"
    how = {"kind": "delta", "as_of": "2019-07-01T00:00:00Z", "category": "DIBAO"}
    sent = await civil_affairs.put(path, params=how, content=text_of(*lines), headers={"Content-Type": CSV})
    assert sent.status_code == 202, sent.text
    await eventually(lambda: _is(civil_affairs, path, "APPLIED"))
    rows = (await civil_affairs.get(f"{path}/rows")).json()["items"]
    assert [(row["row"], row["outcome"], row["code"]) for row in rows] == [
        (2, "REGISTERED", None),
        (3, "REFUSED", "ROW_TWICE"),
        (4, "REFUSED", "ROW_NAMES_DIFFER"),
        (5, "REFUSED", "ROW_NAMES_DIFFER"),
    ]


async def test_a_file_that_is_refused_whole_changes_nothing_and_says_where(civil_affairs: httpx.AsyncClient) -> None:
    path = "/v1/feeds/civil-affairs/batches/1"
    how = {"kind": "delta", "as_of": "2019-07-01T00:00:00Z", "category": "DIBAO"}
    content = text_of(*[GOOD] * 6_000).encode() + b'"cut'
    await civil_affairs.put(path, params=how, content=content, headers={"Content-Type": CSV})
    await eventually(lambda: _is(civil_affairs, path, "REFUSED"))
    batch = (await civil_affairs.get(path)).json()
    assert batch["problem"]["code"] == "FEED_FILE_TRUNCATED"
    assert batch["problem"]["row"] == 6002
    assert (await civil_affairs.get("/v1/memberships?department=civil-affairs")).json()["items"] == []


async def _is(client: httpx.AsyncClient, path: str, status: str) -> bool:
    return bool((await client.get(path)).json()["status"] == status)


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"as_of": "2019-08-02T00:00:00Z"}, 422, "DATE_IN_FUTURE"),
        ({"as_of": "2019-07-01T00:00:00"}, 422, "FEED_DESCRIPTION_WRONG"),
        ({"kind": "full"}, 422, "FEED_DESCRIPTION_WRONG"),
        ({"area": "445200"}, 422, "FEED_DESCRIPTION_WRONG"),
    ],
)
async def test_a_file_that_is_described_wrongly_is_not_taken(
    civil_affairs: httpx.AsyncClient, changes: dict[str, str], status: int, code: str
) -> None:
    how = {"kind": "delta", "as_of": "2019-07-01T00:00:00Z", "category": "DIBAO"} | changes
    path = "/v1/feeds/civil-affairs/batches/1"
    sent = await civil_affairs.put(path, params=how, content=b"x", headers={"Content-Type": CSV})
    assert (sent.status_code, sent.json()["code"]) == (status, code)
    assert (await civil_affairs.get(path)).status_code == 404


async def test_a_file_that_is_too_large_is_not_taken(around: Surroundings, tmp_path: Path) -> None:
    config = Config(keys=KeyRing.in_folder(tmp_path), feeds=FeedSettings(file_bytes_max=1000))
    identity = await around.serve("identity", lambda host: build(host, config), clock=lambda: NOW)
    client = await identity.client(Role.DEPARTMENT, "civil-affairs")
    how = {"kind": "delta", "as_of": "2019-07-01T00:00:00Z", "category": "DIBAO"}
    path = "/v1/feeds/civil-affairs/batches/1"

    async def unannounced() -> AsyncIterator[bytes]:
        yield b"x" * 600
        yield b"x" * 600

    for content in (b"x" * 1001, unannounced()):
        sent = await client.put(path, params=how, content=content, headers={"Content-Type": CSV})
        assert (sent.status_code, sent.json()["code"]) == (422, "FEED_FILE_TOO_LARGE")
    assert (await client.get(path)).status_code == 404
