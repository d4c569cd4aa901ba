"""Payment files: made once of booked payments, with count, sum and check sum; each look is written down."""

import asyncio
import base64
import csv
import hashlib
import io
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import httpx
from openpyxl import load_workbook
from typer.testing import CliRunner

from kernel.testing.surroundings import Service
from onestop.main import app

NOW: Final = datetime(2019, 8, 1, 1, 0, tzinfo=UTC)
XLSX: Final = {"content-type": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
MONEY: Final = {"county": "445202", "fund": "MA", "value_on": "2019-08-01"}


async def test_payments_become_a_file_with_count_sum_and_check_sum_and_who_looks_is_written_down(
    ledger: Service, finance: httpx.AsyncClient, paid_out: tuple[str, str], desk: Any
) -> None:
    await desk.know_both()
    days = "/v1/payment-files/waiting?county=445202&fund=MA&from=2019-08-01&to=2019-08-31"
    waiting = (await finance.get(days)).json()["items"]
    assert sorted((one["payee_id"], one["amount"], one["has_account"]) for one in waiting) == [
        ("H1", "7.00", True),
        ("P1", "2.00", True),
    ]
    path = await desk.made(*paid_out)
    assert (await finance.get(days)).json()["items"] == []
    file = (await finance.get(path)).json()
    assert (file["status"], file["lines"], file["total"], file["made_by"]) == ("open", 2, "9.00", "finance-1")
    assert (await finance.get(f"{path}/looks")).json()["items"] == []
    first, again = await finance.get(f"{path}/content.csv"), await finance.get(f"{path}/content.csv")
    assert first.content == again.content
    digest = base64.b64encode(hashlib.sha256(first.content).digest()).decode()
    assert first.headers["repr-digest"] == f"sha-256=:{digest}:"
    rows = list(csv.reader(io.StringIO(first.content.decode("utf-8-sig"))))
    assert rows[-3:] == [
        ["1", "某医院", "40001234567890", "某银行", "102586000011", "7.00", paid_out[0]],
        ["2", "张三", "6222021234567890123", "某银行榕城支行", "", "2.00", paid_out[1]],
        ["合计", "2笔", "", "", "", "9.00", ""],
    ]
    book = (await finance.get(f"{path}/content.xlsx")).content
    cells = list(load_workbook(io.BytesIO(book)).active.values)
    assert cells[3][:2] == ("校验值（SHA-256）", hashlib.sha256(first.content).hexdigest())
    assert (cells[6][2], cells[6][5], cells[7][5]) == ("6222021234567890123", 2, 9)
    looks = (await finance.get(f"{path}/looks")).json()["items"]
    assert [look["seen_by"] for look in looks] == ["finance-1"] * 3
    stored = str(await ledger.pool.fetch("SELECT data::text FROM events"))
    assert hashlib.sha256(first.content).hexdigest() not in stored, "with it one could try account numbers"


async def test_a_payment_is_in_one_open_file_whoever_asks_and_leaves_it_only_with_another_person(
    finance: httpx.AsyncClient, second: httpx.AsyncClient, paid_out: tuple[str, str], desk: Any
) -> None:
    await desk.know_both()
    body = {"county": "445202", "fund": "MA", "journal_ids": paid_out}
    key = {"Idempotency-Key": "file-1"}
    same = await asyncio.gather(*(finance.post("/v1/payment-files", json=body, headers=key) for _ in range(4)))
    assert {reply.text for reply in same} == {same[0].text}
    rivals = await asyncio.gather(*(finance.post("/v1/payment-files", json=body) for _ in range(4)))
    assert {reply.json()["code"] for reply in rivals} == {"PAYMENT_FILED"}
    path = f"/v1/payment-files/{same[0].json()['file_id']}"
    # What the bank may still pay nobody takes back by hand.
    back = await finance.post(f"/v1/journals/{paid_out[1]}/return", json={"reason": "BANK_RETURNED"})
    assert (back.status_code, back.json()["code"]) == (409, "PAYMENT_AT_BANK")
    cancel = {"reason": "NOT_HANDED_IN"}
    own = await finance.post(f"{path}/cancellation", json=cancel)
    assert (own.status_code, own.json()["code"]) == (403, "PAYMENT_FILE_SAME_PERSON")
    assert (await second.post(f"{path}/cancellation", json=cancel)).json()["status"] == "cancelled"
    # A copy fetched now would be paid beside the next file that has the same payments.
    for content in ("content.csv", "content.xlsx"):
        late = await finance.get(f"{path}/{content}")
        assert (late.status_code, late.json()["code"]) == (409, "PAYMENT_FILE_NOT_OPEN")
    answer = await finance.post(
        f"{path}/answer",
        content=desk.answer(path, (1, paid_out[0], "7.00", "成功", ""), total="7.00"),
        headers=desk.CSV,
    )
    assert answer.json()["code"] == "PAYMENT_FILE_NOT_OPEN"
    await desk.made(paid_out[1])
    assert await desk.refused(paid_out[1]) == "PAYMENT_FILED"


async def test_what_the_books_did_not_pay_so_is_in_no_file(
    ledger: Service, finance: httpx.AsyncClient, second: httpx.AsyncClient, paid_out: tuple[str, str], desk: Any
) -> None:
    assert await desk.refused(paid_out[1]) == "PAYEE_ACCOUNT_MISSING"
    named = (await finance.post(desk.PERSON, json=desk.CARD)).json()
    assert await desk.refused(paid_out[1]) == "PAYEE_ACCOUNT_MISSING", "it waits for another person"
    await second.post(f"{desk.PERSON}/{named['account_id']}/confirmation", json=desk.CARD)
    assert await desk.refused("S1") == "PAYMENT_UNKNOWN"
    elsewhere = {"county": "445203", "fund": "MA", "journal_ids": [paid_out[1]]}
    assert (await finance.post("/v1/payment-files", json=elsewhere)).json()["code"] == "PAYMENT_UNKNOWN"
    assert (
        await finance.post(f"/v1/journals/{paid_out[1]}/return", json={"reason": "BANK_RETURNED"})
    ).status_code == 201
    assert await desk.refused(paid_out[1]) == "PAYMENT_RETURNED"
    again = (await finance.post("/v1/payments", json={**MONEY, "amount": "2.00", "person_id": "P1"})).json()
    head = "交易日期,借方发生额,贷方发生额,账户余额,附言\n2019-07-31,,1000,1000,\n"
    content = f"{head}2019-08-01,2,,998,{again['journal_id']}\n合计,2,1000,,\n".encode()
    taken = await finance.post("/v1/bank-statements?county=445202&fund=MA", content=content, headers=desk.CSV)
    assert taken.status_code == 201, taken.text
    assert await desk.refused(again["journal_id"]) == "PAYMENT_CARRIED_OUT"


async def test_the_command_line_lists_what_waits_makes_of_what_is_named_fetches_and_takes(
    finance: httpx.AsyncClient, second: httpx.AsyncClient, paid_out: tuple[str, str], tmp_path: Path, desk: Any
) -> None:
    await desk.know_both()
    (account,) = (await finance.get(desk.PERSON)).json()
    wrong = f"{desk.PERSON}/{account['account_id']}/rejection"
    assert (await second.post(wrong, json={"reason": "CLOSED"})).json()["paid_to"] is None

    async def run(*words: str) -> tuple[int, str]:
        where = ("--ledger", str(finance.base_url), "--token", finance.headers["authorization"].removeprefix("Bearer "))
        done = await asyncio.to_thread(CliRunner().invoke, app, ["payment-file", *words, *where])
        return done.exit_code, " ".join(done.output.split())

    days = ("--first", "2019-08-01", "--last", "2019-08-31")
    code, said = await run("waiting", "445202", "MA", *days)
    assert (code, f"{paid_out[0]} 2019-08-01 hospital H1 7.00 yuan" in said) == (0, True), said
    assert f"{paid_out[1]} 2019-08-01 person P1 2.00 yuan no confirmed account" in said, said
    # What nobody named may have been paid at the bank's own counter: it stays out, and waits on.
    assert (await run("make", "445202", "MA"))[0] == 2
    code, said = await run("make", "445202", "MA", paid_out[1])
    assert (code, "PAYEE_ACCOUNT_MISSING" in said) == (1, True), said
    code, said = await run("make", "445202", "MA", paid_out[0])
    assert code == 0, said
    file_id = re.search(r"(445202-MA-20190801-\w+): 1 payments", said)
    assert file_id is not None, said
    left = (await run("waiting", "445202", "MA", *days))[1]
    assert (paid_out[0] in left, paid_out[1] in left) == (False, True), left
    target = tmp_path / "bank.csv"
    assert (await run("fetch", file_id[1], "--to", str(target)))[0] == 0
    told = target.with_name("bank.csv.sha256").read_text()
    assert told == f"{hashlib.sha256(target.read_bytes()).hexdigest()}  bank.csv\n"
    assert target.stat().st_mode & 0o077 == 0, "accounts are nobody else's to read"
    answer = tmp_path / "answer.csv"
    answer.write_bytes(desk.answer(f"/{file_id[1]}", (1, paid_out[0], "7.00", "成功", ""), total="7.00"))
    for _ in "12":
        code, said = await run("take", file_id[1], str(answer))
        assert (code, said.endswith("1 paid, 0 rejected")) == (0, True), said
    answer.write_bytes(answer.read_bytes() + b"\n")
    code, said = await run("take", file_id[1], str(answer))
    assert (code, "PAYMENT_FILE_NOT_OPEN" in said) == (1, True), said
