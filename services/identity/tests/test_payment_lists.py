"""Payment lists over HTTP: a receipt for every row, what refuses a list whole, and which of several lists counts."""

import io
import json
from functools import partial
from typing import Any, Final

import httpx
import openpyxl
import pytest
from stdnum.cn import ric

from kernel.security import Role
from kernel.testing.deadline import eventually
from kernel.testing.surroundings import Service

CSV: Final = "text/csv"
HEADINGS: Final = "身份证号,姓名,统筹区代码,年度,缴费日期"
LIST: Final = "/v1/payment-lists/450200/2019-08"
AS_OF: Final = "2019-08-01T00:00:00+08:00"


def number_of(person: int) -> str:
    body = f"45020219600101{person:02d}2"
    return body + ric.calc_check_digit(f"{body}0")


def row(person: int, name: str = "示例", area: str = "450200", year: str = "2019", paid_on: str = "2019-01-02") -> str:
    return f"{number_of(person)},{name},{area},{year},{paid_on}"


def text_of(*rows: str, headings: str = HEADINGS) -> str:
    return "\n".join([headings, *rows, ""])


async def person(agency: httpx.AsyncClient, order: int, name: str = "示例") -> str:
    body = {"id_number": number_of(order), "name": name, "born_on": "1960-01-01", "sex": "FEMALE", "county": "450202"}
    registered = await agency.post("/v1/persons", json=body)
    assert registered.status_code == 201, registered.text
    return str(registered.json()["person_id"])


async def send(
    agency: httpx.AsyncClient,
    content: str | bytes,
    *,
    path: str = LIST,
    as_of: str = AS_OF,
    media_type: str = CSV,
    ends: str = "APPLIED",
) -> dict[str, Any]:
    """Send a list and wait for its end."""
    sent = await agency.put(path, params={"as_of": as_of}, content=content, headers={"Content-Type": media_type})
    assert sent.status_code == 202, sent.text
    where = f"/v1/payment-lists/{sent.json()['list_id']}"

    async def ended() -> bool:
        return bool((await agency.get(where)).json()["status"] != "RECEIVED")

    await eventually(ended)
    found: dict[str, Any] = (await agency.get(where)).json()
    assert found["status"] == ends, found
    return found


async def rows_of(agency: httpx.AsyncClient, sent: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await agency.get(f"/v1/payment-lists/{sent['list_id']}/rows")).json()["items"]
    return found


async def test_every_row_has_its_receipt(agency: httpx.AsyncClient) -> None:
    known, variant, other = await person(agency, 1), await person(agency, 2, "买买提·艾力"), await person(agency, 3)
    old = number_of(1)[:6] + number_of(1)[8:17]
    lines = [
        row(1).replace(number_of(1), old),
        row(2, "买买提•艾力", "450103"),
        row(3, "别人"),
        row(4),
        row(1, year="2018", paid_on="2018-01-05"),
        f"{number_of(5)[:17]}A,示例,450200,2019,2019-01-02",
        row(6, area="4502"),
        row(7, year="19"),
        row(8, paid_on="2019-08-02"),
        row(9, paid_on="2017-01-02"),
        row(1, paid_on="soon"),
        row(11, name=""),
        f"{row(12)},too many",
    ]
    sent = await send(agency, text_of(*lines))
    found = [(r["row"], r["outcome"], r["person_id"], r["name"], r["code"]) for r in await rows_of(agency, sent)]
    assert found == [
        (2, "COUNTED", known, "SAME", None),
        (3, "COUNTED", variant, "VARIANT", None),
        (4, "COUNTED", other, "DIFFERENT", None),
        (5, "UNKNOWN", None, None, None),
        (6, "OTHER_YEAR", known, "SAME", None),
        (7, "REFUSED", None, None, "ID_NUMBER_CHECK_DIGIT"),
        (8, "REFUSED", None, None, "AREA_MALFORMED"),
        (9, "REFUSED", None, None, "YEAR_MALFORMED"),
        (10, "REFUSED", None, None, "DATE_IN_FUTURE"),
        (11, "REFUSED", None, None, "ENROLMENT_YEAR_DISAGREES"),
        (12, "REFUSED", known, None, "DATE_MALFORMED"),
        (13, "REFUSED", None, None, "CELL_MISSING"),
        (14, "REFUSED", None, None, "ROW_CELL_COUNT"),
    ]
    assert sent["outcomes"] == {"COUNTED": 3, "OTHER_YEAR": 1, "UNKNOWN": 1, "REFUSED": 8}
    assert (sent["rows_read"], sent["rows_noted"], sent["counts"]) == (14, 14, True)
    receipt = await agency.get(f"/v1/payment-lists/{sent['list_id']}/receipt.csv")
    assert receipt.text.splitlines()[4] == '5,UNKNOWN,,,,""'


async def test_a_number_that_stands_twice_is_said_row_by_row(agency: httpx.AsyncClient) -> None:
    await person(agency, 1)
    lines = [row(1), row(1, "示 例"), row(1, area="450100"), row(2, "甲"), row(2, "乙"), row(3), row(3)]
    sent = await send(agency, text_of(*lines))
    assert [(r["row"], r["outcome"], r["code"], r["detail"]) for r in await rows_of(agency, sent)] == [
        (2, "COUNTED", "PAID_IN_TWO_AREAS", "this ID number paid in several areas; the first is row 2"),
        (3, "REFUSED", "ROW_TWICE", "says the same as row 2"),
        (4, "COUNTED", "PAID_IN_TWO_AREAS", "this ID number paid in several areas; the first is row 2"),
        (5, "UNKNOWN", "ROW_NAMES_DIFFER", "this ID number has several names; the first is row 5"),
        (6, "UNKNOWN", "ROW_NAMES_DIFFER", "this ID number has several names; the first is row 5"),
        (7, "UNKNOWN", None, None),
        (8, "REFUSED", "ROW_TWICE", "says the same as row 7"),
    ]


async def test_strangers_whom_a_list_does_not_mark_as_poor_are_only_counted(agency: httpx.AsyncClient) -> None:
    known = await person(agency, 1)
    lines = [f"{row(1)},否,220.00,示例财政", f"{row(2)},否,0,", f"{row(3)},是,,", f"{row(4)},或,,", f"{row(5)},否,-1,"]
    sent = await send(agency, text_of(*lines, headings=f"{HEADINGS},贫困标识,缴费金额,缴费方"))
    assert [(r["row"], r["outcome"], r["person_id"], r["amount"], r["code"]) for r in await rows_of(agency, sent)] == [
        (2, "COUNTED", known, "220.00", None),
        (4, "UNKNOWN", None, None, None),
        (5, "REFUSED", None, None, "NAME_UNKNOWN"),
        (6, "REFUSED", None, None, "AMOUNT_MALFORMED"),
    ]
    assert sent["outcomes"] == {"COUNTED": 1, "UNKNOWN": 1, "UNMARKED": 1, "REFUSED": 2}


async def test_gb18030_ndjson_and_workbooks_are_read_alike(agency: httpx.AsyncClient) -> None:
    await person(agency, 1)
    cells = dict(zip(HEADINGS.split(","), row(1).split(","), strict=True))
    book = openpyxl.Workbook()
    book.active.append(list(cells))
    book.active.append(list(cells.values()))
    kept = io.BytesIO()
    book.save(kept)
    files = [
        (CSV, text_of(row(1)).encode("gb18030")),
        ("application/x-ndjson", (json.dumps(cells, ensure_ascii=False) + "\n").encode()),
        ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", kept.getvalue()),
    ]
    for media_type, content in files:
        assert (await send(agency, content, media_type=media_type))["outcomes"] == {"COUNTED": 1}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (text_of(row(1), row(2)).encode()[:-12], "FEED_FILE_TRUNCATED"),
        (text_of(row(1), headings=HEADINGS.replace("姓名", "name_of")).encode(), "FEED_COLUMN_MISSING"),
        (text_of(row(1), headings=HEADINGS.replace("年度", "缴费方")).encode(), "FEED_COLUMN_MISSING"),
        (text_of(row(1)).encode() + f"{row(2)}\n".encode("gb18030"), "FEED_ENCODING_MIXED"),
        (b"", "FEED_FILE_EMPTY"),
        (text_of(row(1, area="here"), row(2, year="")).encode(), "FEED_NO_ROW_READ"),
    ],
)
async def test_a_file_that_is_not_whole_is_refused_whole(agency: httpx.AsyncClient, content: bytes, code: str) -> None:
    before = await send(agency, text_of(row(3)))
    sent = await send(agency, content, as_of="2019-08-01T01:00:00+08:00", ends="REFUSED")
    assert (sent["problem"]["code"], sent["outcomes"], sent["counts"]) == (code, None, False)
    assert await rows_of(agency, sent) == []
    assert (await agency.get(f"/v1/payment-lists/{before['list_id']}")).json()["counts"] is True


async def test_the_same_list_is_one_and_the_newest_by_what_it_speaks_for_counts(
    agency: httpx.AsyncClient, identity: Service
) -> None:
    first = await send(agency, text_of(row(1)))
    again = await send(agency, text_of(row(1)))
    assert again == first
    newer = await send(agency, text_of(row(1), row(2)), as_of="2019-08-01T02:00:00+08:00")
    older = await send(agency, text_of(row(3)), as_of="2019-07-31T00:00:00+08:00", path=LIST.replace("08", "07"))
    late = await send(agency, text_of(row(3)), as_of="2019-08-01T01:00:00+08:00")
    listed = (await agency.get("/v1/payment-lists?area=450200&month=2019-08")).json()["items"]
    assert {item["list_id"]: item["counts"] for item in listed} == {
        first["list_id"]: False,
        newer["list_id"]: True,
        late["list_id"]: False,
    }
    assert older["counts"] is True
    assert [r["row"] for r in await rows_of(agency, first)] == [2], "the replaced list stays readable"
    for table in ("payment_staging", "feed_spool", "feed_spool_keys"):
        await eventually(partial(_is_empty, identity, table))


async def _is_empty(identity: Service, table: str) -> bool:
    return not await identity.pool.fetchval(f"SELECT count(*) FROM {table}")


async def test_a_list_is_described_rightly_and_sent_by_the_agency(agency: httpx.AsyncClient, identity: Service) -> None:
    async def sent(path: str, as_of: str, client: httpx.AsyncClient = agency) -> tuple[int, str]:
        response = await client.put(path, params={"as_of": as_of}, content=b"x", headers={"Content-Type": CSV})
        return response.status_code, response.json()["code"]

    assert await sent(LIST, "2019-08-02T00:00:00+08:00") == (422, "DATE_IN_FUTURE")
    assert await sent(LIST, "2019-07-31T23:59:00+08:00") == (422, "DATE_IN_FUTURE")
    assert await sent(LIST, "2019-08-01T00:00:00") == (422, "FEED_DESCRIPTION_WRONG")
    assert (await sent("/v1/payment-lists/450200/2019-13", AS_OF))[0] in (404, 422)
    finance = await identity.client(Role.FINANCE)
    assert (await sent(LIST, AS_OF, finance))[0] == 403
    unknown = await agency.get("/v1/payment-lists/nothing")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "PAYMENT_LIST_UNKNOWN")


async def test_no_name_or_number_of_a_list_is_kept(agency: httpx.AsyncClient, identity: Service) -> None:
    await person(agency, 1, "欧阳测试")
    sent = await send(agency, text_of(row(1, "欧阳别名"), row(2, "司马示例")))
    assert sent["outcomes"] == {"COUNTED": 1, "UNKNOWN": 1}
    await eventually(lambda: _is_empty(identity, "feed_spool"))
    tables = await identity.pool.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'identity'")
    for table in tables:
        kept = await identity.pool.fetchval(f"SELECT string_agg(t::text, ' ') FROM {table['tablename']} t") or ""
        for planted in ("欧阳", "司马", number_of(1), number_of(2)):
            assert planted not in kept, table["tablename"]
