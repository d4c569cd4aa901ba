"""The bank's statements: taken once and whole, matched where it is beyond doubt, the rest settled by hand."""

import io
from typing import Any, Final

import httpx
import pytest
from openpyxl import Workbook

from contracts.settlement import CONTRACT
from kernel.security import Role
from kernel.testing.deadline import eventually
from kernel.testing.surroundings import Service, Surroundings

PATH: Final = "/v1/bank-statements?county=445202&fund=MA"
CSV: Final = {"content-type": "text/csv"}
MT940: Final = {"content-type": "application/x-mt940"}
XLSX: Final = {"content-type": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
HEAD: Final = "交易日期,借方发生额,贷方发生额,账户余额,交易流水号,摘要\n"
RECEIPT: Final = {"county": "445202", "fund": "MA", "amount": "500.00", "source": "BUDGET", "value_on": "2019-07-30"}
PAYMENT: Final = {"county": "445202", "fund": "MA", "amount": "7.00", "value_on": "2019-07-31", "hospital_id": "H1"}


@pytest.fixture
async def paid(ledger: Service, around: Surroundings, finance: httpx.AsyncClient, bills: Any) -> tuple[str, str]:
    """500.00 came in, and 7.00 were paid to the hospital; the two journals."""
    await around.tell(CONTRACT, "P1", bills.settled("S1", bills.layer("MA", 700)))
    await eventually(lambda: ledger.pool.fetchval("SELECT count(*) = 1 FROM journals"))
    made = [
        (await finance.post(path, json=body)).json()["journal_id"]
        for path, body in (("/v1/fund-receipts", RECEIPT), ("/v1/payments", PAYMENT))
    ]
    return made[0], made[1]


def _file(*rows: str, out: str = "0.00", came: str = "0.00") -> bytes:
    return (HEAD + "".join(f"{row}\n" for row in rows) + f"合计,{out},{came},,,\n").encode()


async def _take(finance: httpx.AsyncClient, content: bytes, kind: dict[str, str] = CSV) -> tuple[int, Any]:
    answer = await finance.post(PATH, content=content, headers=kind)
    return answer.status_code, answer.json()


async def _lines(client: httpx.AsyncClient, statement_id: str) -> list[Any]:
    items: list[Any] = (await client.get(f"/v1/bank-statements/{statement_id}/lines")).json()["items"]
    return items


async def test_lines_meet_their_journals_and_the_rest_is_settled_by_hand(
    finance: httpx.AsyncClient, paid: tuple[str, str]
) -> None:
    receipt, payment = paid
    content = _file(
        "2019-07-30,,500.00,500.00,BR1,财政拨款",
        f"2019-08-01,7.00,,493.00,BR2,付款{payment}",
        "2019-08-01,0.50,,492.50,BR3,手续费 13800138000",
        out="7.50",
        came="500.00",
    )
    status, body = await _take(finance, content)
    assert (status, body) == (201, {"statement_id": "445202-MA-2019-08-01", "open": 1})
    lines = await _lines(finance, "445202-MA-2019-08-01")
    assert [(line["journals"], line["rule"]) for line in lines] == [
        ([receipt], "AMOUNT_AND_DAY"),
        ([payment], "NAME"),
        ([], ""),
    ]
    assert lines[2]["text"] == "手续费 ***8000"
    (waits,) = (await finance.get("/v1/bank-lines?county=445202")).json()["items"]
    assert (waits["number"], waits["amount"], waits["may_meet"]) == (3, "-0.50", [])
    days = (await finance.get("/v1/bank-differences?county=445202&fund=MA&from=2019-07-29&to=2019-08-05")).json()
    told = [(day["day"], day["bank"], day["ledger"], day["difference"], day["open"]) for day in days]
    assert told == [
        ("2019-07-30", "500.00", "500.00", "0.00", "0.00"),
        ("2019-07-31", "500.00", "493.00", "7.00", "0.00"),
        ("2019-08-01", "492.50", "493.00", "-0.50", "-0.50"),
    ]
    line = "/v1/bank-statements/445202-MA-2019-08-01/lines/3"
    settled = await finance.post(f"{line}/settling", json={"reason": "BANK_FEE"})
    assert (settled.status_code, settled.json()["open"]) == (200, 0)
    assert (await finance.get("/v1/bank-lines?county=445202")).json()["items"] == []
    again = await finance.post(f"{line}/settling", json={"reason": "INTEREST"})
    assert (again.status_code, again.json()["code"]) == (409, "BANK_LINE_SETTLED")
    assert (await finance.post(f"{line}/reopening")).json()["open"] == 1
    assert (await _lines(finance, "445202-MA-2019-08-01"))[2]["settled"] is False
    assert (await finance.post(f"{line}/reopening")).json()["code"] == "BANK_LINE_OPEN"


async def test_a_payment_that_came_back_is_proposed_and_meets_its_return(
    finance: httpx.AsyncClient, paid: tuple[str, str]
) -> None:
    receipt, payment = paid
    content = _file(
        "2019-07-30,,500.00,500.00,BR1,",
        "2019-07-31,7.00,,493.00,BR2,",
        "2019-08-01,,7.00,500.00,BR3,退汇",
        out="7.00",
        came="507.00",
    )
    assert (await _take(finance, content))[1]["open"] == 1
    (waits,) = (await finance.get("/v1/bank-lines?county=445202")).json()["items"]
    assert (waits["may_meet"], waits["may_return"]) == ([], [payment])
    back = await finance.post(f"/v1/journals/{payment}/return", json={"reason": "BANK_RETURNED"})
    (waits,) = (await finance.get("/v1/bank-lines?county=445202")).json()["items"]
    assert waits["may_meet"] == [back.json()["journal_id"]]
    path = "/v1/bank-statements/445202-MA-2019-08-01/lines/3/settling"
    for wrong, code in (
        ([receipt], "BANK_MATCHED_BEFORE"),
        (["S1"], "BANK_MATCH_WRONG"),  # it moved nothing at the bank
        ([], "BANK_MATCH_WRONG"),
    ):
        assert (await finance.post(path, json={"journal_ids": wrong})).json()["code"] == code
    settled = await finance.post(path, json={"journal_ids": waits["may_meet"]})
    assert settled.json()["open"] == 0
    # A line that is open again lets its journal go, for another line or the same.
    assert (await finance.post(path.replace("settling", "reopening"))).json()["open"] == 1
    assert (await finance.post(path, json={"journal_ids": waits["may_meet"]})).json()["open"] == 0


async def test_what_two_journals_or_two_lines_may_be_nobody_guesses(
    finance: httpx.AsyncClient, paid: tuple[str, str]
) -> None:
    assert (await finance.post("/v1/fund-receipts", json=RECEIPT)).status_code == 201
    rows = ("2019-07-30,,500.00,500.00,BR1,", "2019-07-30,,500.00,1000.00,BR2,", "2019-07-31,7.00,,993.00,BR3,")
    assert (await _take(finance, _file(*rows, out="7.00", came="1000.00")))[1]["open"] == 2
    waits = (await finance.get("/v1/bank-lines?county=445202")).json()["items"]
    assert [len(line["may_meet"]) for line in waits] == [2, 2]


async def test_money_that_the_bank_paid_twice_is_never_hidden_behind_another_s_payment(
    ledger: Service, around: Surroundings, finance: httpx.AsyncClient, paid: tuple[str, str], bills: Any
) -> None:
    """Both hospitals are owed 7.00; the bank pays H1 twice, and H2 not at all."""
    await around.tell(CONTRACT, "P2", bills.settled("S2", bills.layer("MA", 700), hospital_id="H2", person_id="P2"))
    await eventually(lambda: ledger.pool.fetchval("SELECT count(*) = 4 FROM journals"))
    other = (await finance.post("/v1/payments", json={**PAYMENT, "hospital_id": "H2"})).json()["journal_id"]
    rows = ("2019-07-30,,500.00,500.00,BR1,", "2019-07-31,7.00,,493.00,BR2,付H1.", "2019-07-31,7.00,,486.00,BR3,付H1")
    assert (await _take(finance, _file(*rows, out="14.00", came="500.00")))[1]["open"] == 2
    path = "/v1/bank-statements/445202-MA-2019-07-31/lines/2/settling"
    assert (await finance.post(path, json={"journal_ids": [paid[1]]})).json()["open"] == 1
    # Neither does a line of the next file that names whom a line of the file before has paid.
    third = _file("2019-08-01,7.00,,479.00,BR4,付H1", "2019-08-01,1.00,,478.00,BR5,", out="8.00")
    assert (await _take(finance, third))[1]["open"] == 2
    waits = (await finance.get("/v1/bank-lines?county=445202")).json()["items"]
    assert [line["may_meet"] for line in waits] == [[other], [other], []]


async def test_who_was_paid_is_looked_at_and_not_kept(
    ledger: Service, finance: httpx.AsyncClient, paid: tuple[str, str]
) -> None:
    card, number = "6222 0212 3456 7890 123", "44520219801307123X"
    rows = (
        f"2019-07-30,,500.00,500.00,{number},付张三救助款 {card}",
        f"2019-07-31,7.00,,493.00,6222021234567890123 ZHANGSAN,{paid[1]}李四１３８ ００１３ ８０００",
    )
    assert (await _take(finance, _file(*rows, out="7.00", came="500.00")))[1]["open"] == 0
    lines = await _lines(finance, "445202-MA-2019-07-31")
    told = [(line["reference"], line["text"]) for line in lines]
    assert told == [("***123X", "救助款 ***0123"), ("***0123", f"{paid[1]} ***8000")]
    assert lines[1]["rule"] == "NAME"
    details = f":86:{paid[1]} WANG WU 6222-0212-3456-7890".encode()
    swift = b":20:A\n:60F:C190731CNY493,00\n:61:1908010801C1,00NTRF13800138000//ZHAOLIU\n%b\n:62F:C190801CNY494,00\n"
    assert (await _take(finance, swift % details, MT940))[0] == 201
    (line,) = await _lines(finance, "445202-MA-2019-08-01")
    assert (line["reference"], line["text"]) == ("***8000", f"{paid[1]} ***7890")
    stored = str(await ledger.pool.fetch("SELECT data::text FROM events WHERE type = 'BankStatementTaken'"))
    for said in ("张三", "李四", "ZHANG", "WANG", "ZHAO", number[:-1], "13800138000", card[:9], "622202"):
        assert said not in stored, said


RIGHT: Final = "2019-07-30,,500.00,500.00,BR1,"


@pytest.mark.parametrize(
    ("content", "kind", "code"),
    [
        ((HEAD + RIGHT).encode(), CSV, "BANK_FILE_TRUNCATED"),
        (_file(RIGHT, came="499.00"), CSV, "BANK_FILE_SUM"),
        (_file(RIGHT, "2019-07-31,7.00,,494.00,BR2,", out="7.00", came="500.00"), CSV, "BANK_FILE_SUM"),
        (_file(), CSV, "BANK_FILE_EMPTY"),
        (_file("2019-07-30,,五百,500.00,BR1,"), CSV, "BANK_FILE_MALFORMED"),
        (_file("2019-07-30,1.00,1.00,500.00,BR1,"), CSV, "BANK_FILE_MALFORMED"),
        (_file("2019-07-30,,0.005,500.00,BR1,"), CSV, "BANK_FILE_MALFORMED"),
        (_file("2019-07-30,,9e999999,500.00,BR1,"), CSV, "BANK_FILE_MALFORMED"),
        (_file("30.7.19,,500.00,500.00,BR1,", came="500.00"), CSV, "BANK_FILE_MALFORMED"),
        (_file("2019-08-02,,500.00,500.00,BR1,", came="500.00"), CSV, "BANK_FILE_DAYS"),
        (b"\xff\xfe\x00", CSV, "BANK_FILE_MALFORMED"),
        (b"not,a,statement\n", CSV, "BANK_FILE_MALFORMED"),
        (b"PK\x03\x04 cut off", XLSX, "BANK_FILE_MALFORMED"),
        (b":60F:C190731CNY1,00\n:61:1908010801C1,00NTRFx\n", MT940, "BANK_FILE_TRUNCATED"),
        (b":60F:C190731CNY1,00\n:61:rubbish\n:62F:C190801CNY1,00\n", MT940, "BANK_FILE_MALFORMED"),
        (b":60F:C190731USD1,00\n:61:1908010801C1,00NTRFx\n:62F:C190801USD2,00\n", MT940, "BANK_FILE_CURRENCY"),
        (b":60F:C190731CNY1,00\n:61:1908010801C1,00NTRFx\n:62F:C190801CNY3,00\n", MT940, "BANK_FILE_SUM"),
    ],
)
async def test_a_broken_file_is_refused_and_nothing_is_taken(
    ledger: Service, finance: httpx.AsyncClient, content: bytes, kind: dict[str, str], code: str
) -> None:
    status, body = await _take(finance, content, kind)
    assert (status, body["code"]) == (422, code), body
    assert await ledger.pool.fetchval("SELECT count(*) FROM events") == 0


async def test_a_file_is_taken_once_and_the_next_goes_on_where_it_ended(finance: httpx.AsyncClient) -> None:
    july = _file("2019-07-30,,500.00,500.00,BR1,", came="500.00")
    assert (await _take(finance, july))[0] == 201
    assert (await _take(finance, july))[1]["code"] == "BANK_FILE_TWICE"
    overlapping = _file("2019-07-30,,1.00,501.00,BR9,", came="1.00")
    assert (await _take(finance, overlapping))[1]["code"] == "BANK_FILE_DAYS"
    gap = _file("2019-08-01,,1.00,502.00,BR9,", came="1.00")
    assert (await _take(finance, gap))[1]["code"] == "BANK_FILE_GAP"
    august = b":20:A\n:28C:1/1\n:60F:C190730CNY500,00\n:61:1908010801C1,00NTRFx//BR9\n:62F:C190801CNY501,00\n"
    assert (await _take(finance, august, MT940))[0] == 201
    items = (await finance.get(PATH)).json()["items"]
    assert [(one["opening"], one["closing"], one["lines"]) for one in items] == [
        ("0.00", "500.00", 1),
        ("500.00", "501.00", 1),
    ]


async def test_a_value_ahead_or_back_neither_stops_an_account_nor_moves_its_balance(
    finance: httpx.AsyncClient, paid: tuple[str, str]
) -> None:
    ahead = b":20:A\n:28C:1/1\n:60F:C190729CNY0,00\n:61:1908050730C500,00NTRFx//BR1\n:62F:C190730CNY500,00\n"
    status, body = await _take(finance, ahead, MT940)
    assert (status, body) == (201, {"statement_id": "445202-MA-2019-07-30", "open": 1})
    back = b":20:A\n:28C:1/1\n:60F:C190730CNY500,00\n:61:1907220731D7,00NTRFx//H1\n:62F:C190731CNY493,00\n"
    status, body = await _take(finance, back, MT940)
    assert (status, body) == (201, {"statement_id": "445202-MA-2019-07-31", "open": 0})
    (line,) = await _lines(finance, "445202-MA-2019-07-31")
    assert (line["value_on"], line["journals"]) == ("2019-07-22", [paid[1]])
    days = (await finance.get("/v1/bank-differences?county=445202&fund=MA&from=2019-07-20&to=2019-08-05")).json()
    assert [(day["day"], day["bank"]) for day in days] == [("2019-07-30", "500.00"), ("2019-07-31", "493.00")]
    # The next one is of the same day: it opens with what was closed, and is taken all the same only once.
    again = back.replace(b"BR1", b"BR2").replace(b"190730CNY500,00", b"190731CNY500,00")
    assert (await _take(finance, again, MT940))[1]["code"] == "BANK_FILE_DAYS"
    turned = b":20:A\n:60F:C190801CNY493,00\n:61:190801C1,00NTRFx\n:62F:C190731CNY494,00\n"
    assert (await _take(finance, turned, MT940))[1]["code"] == "BANK_FILE_MALFORMED"


async def test_a_workbook_with_the_newest_line_first_is_read_like_the_others(finance: httpx.AsyncClient) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ("某银行对账单（样例）",),
        ("交易日期", "借方金额(元)", "贷方金额(元)", "余额", "流水号", "摘要", "附言"),
        ("2019-07-31", 7.1, None, 492.9, "BR2", "付款", "张三 手续费"),
        ("2019-07-30", None, "500.00", 500.0, "BR1", "", ""),
        ("合计", 7.1, 500, None),
    ):
        sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    assert (await _take(finance, content.getvalue(), XLSX))[0] == 201
    lines = await _lines(finance, "445202-MA-2019-07-31")
    assert [(line["amount"], line["balance"], line["text"]) for line in lines] == [
        ("500.00", "500.00", ""),
        ("-7.10", "492.90", "付款 手续费"),
    ]


async def test_a_month_is_not_closed_over_open_lines(finance: httpx.AsyncClient) -> None:
    assert (await _take(finance, _file(RIGHT, came="500.00")))[0] == 201
    path = "/v1/counties/445202/months/2019-07/closing"
    refused = await finance.post(path)
    assert (refused.status_code, refused.json()["code"]) == (409, "CLOSING_OBSTRUCTED")
    assert "1 lines of the bank" in refused.json()["detail"]
    line = "/v1/bank-statements/445202-MA-2019-07-30/lines/1/settling"
    assert (await finance.post(line, json={"reason": "NOT_OURS"})).status_code == 200
    assert (await finance.post(path)).status_code == 200


async def test_only_finance_takes_and_settles_and_only_in_its_own_counties(
    ledger: Service, finance: httpx.AsyncClient
) -> None:
    assert (await _take(finance, _file(RIGHT, came="500.00")))[0] == 201
    line = "/v1/bank-statements/445202-MA-2019-07-30/lines"
    for role, organisation in ((Role.AGENCY, "A445200"), (Role.HOSPITAL, "H1")):
        client = await ledger.client(role, organisation)
        assert (await _take(client, _file(RIGHT)))[0] == 403
        assert (await client.get("/v1/bank-lines?county=445202")).status_code == 403
    audit = await ledger.client(Role.OPERATIONS)
    assert (await audit.get(line)).status_code == 200
    assert (await audit.post(f"{line}/1/settling", json={"reason": "NOT_OURS"})).status_code == 403
    other = await ledger.client(Role.FINANCE, divisions=["445222"])
    assert (await _take(other, _file(RIGHT)))[1]["code"] == "DIVISION_FOREIGN"
    assert (await other.get(line)).json()["code"] == "DIVISION_FOREIGN"
    assert (await other.post(f"{line}/1/settling", json={"reason": "NOT_OURS"})).json()["code"] == "DIVISION_FOREIGN"
    assert (await finance.post(f"{line}/9/settling", json={"reason": "NOT_OURS"})).json()["code"] == "BANK_LINE_UNKNOWN"
