"""The bank's answer to a payment file: taken once and whole; what it rejected is owed again since when it was."""

import csv
import hashlib
import io
from datetime import UTC, datetime
from typing import Any, Final

import httpx
from openpyxl import Workbook

from kernel.security import Role
from kernel.testing.surroundings import Service

NOW: Final = datetime(2019, 8, 1, 1, 0, tzinfo=UTC)
XLSX: Final = {"content-type": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
MONEY: Final = {"county": "445202", "fund": "MA", "value_on": "2019-08-01"}


async def _standing(client: httpx.AsyncClient, account: str) -> str:
    (row,) = (await client.get("/v1/accounts", params={"prefix": account})).json()["items"]
    balance: str = row["balance"]
    return balance


async def test_what_the_bank_rejects_is_owed_again_since_when_it_was(
    ledger: Service, finance: httpx.AsyncClient, paid_out: tuple[str, str], desk: Any
) -> None:
    await desk.know_both()
    assert (await finance.get("/v1/person-payables?county=445202")).json()["items"] == []
    path = await desk.made(*paid_out)
    content = desk.answer(
        path, (1, paid_out[0], "7.00", "成功", ""), (2, paid_out[1], "2.00", "失败", "户名张三与账号不符")
    )
    taken = await finance.post(f"{path}/answer", content=content, headers=desk.CSV)
    assert (taken.status_code, taken.json()["paid_lines"], taken.json()["rejected_lines"]) == (200, 1, 1), taken.text
    assert taken.json()["returns"] == [f"{paid_out[1]}-return"]
    assert await _standing(finance, "payable/person/P1/445202/MA") == "-2.00"
    assert await _standing(finance, "payable/hospital/H1/445202/MA") == "0.00"
    assert await _standing(finance, "bank/445202/MA") == "993.00"
    # The bill is of 1 August; had it been paid in between or not, so long the patient waits.
    (owed,) = (await finance.get("/v1/person-payables?county=445202")).json()["items"]
    assert (owed["person_id"], owed["owed"], owed["since"]) == ("P1", "2.00", "2019-08-01")
    lines = (await finance.get(f"{path}/lines")).json()["items"]
    assert [(line["result"], line["why"]) for line in lines] == [("paid", None), ("rejected", "ACCOUNT_WRONG")]
    assert "张三" not in str(await ledger.pool.fetch("SELECT data::text FROM events"))
    again = await finance.post(f"{path}/answer", content=content, headers=desk.CSV)
    assert (again.status_code, again.json()["code"]) == (409, "RETURN_FILE_TWICE")
    # It is paid anew, and what was paid is in no other file; later the bank may still give it back.
    anew = (await finance.post("/v1/payments", json={**MONEY, "amount": "2.00", "person_id": "P1"})).json()
    assert await desk.refused(paid_out[0]) == "PAYMENT_FILED"
    await desk.made(anew["journal_id"])
    assert (
        await finance.post(f"/v1/journals/{paid_out[0]}/return", json={"reason": "BANK_RETURNED"})
    ).status_code == 201


async def test_a_statement_whose_payment_the_bank_rejects_waits_as_before(scene: Any, desk_of: Any) -> None:
    desk = desk_of(scene.finance, await scene.ledger.client(Role.FINANCE, subject="finance-2"))
    await desk.know(desk.HOSPITAL, desk.FIRM)
    await scene.settle(10_000)
    drawn = {"hospital_id": "H1", "county": "445202", "fund": "MA", "month": "2019-08"}
    made = (await scene.hospital.post("/v1/hospital-statements", json=drawn)).json()
    statement = f"/v1/hospital-statements/{made['statement_id']}"
    assert (await scene.agency.post(f"{statement}/review", json={"deductions": []})).status_code == 200
    payment = await scene.finance.post(f"{statement}/payment", json={"value_on": "2019-09-02"})
    assert payment.status_code == 200, payment.text
    days = "/v1/payment-files/waiting?county=445202&fund=MA&from=2019-09-01&to=2019-09-30"
    (waits,) = (await scene.finance.get(days)).json()["items"]
    assert (waits["kind"], waits["amount"]) == ("statement_payment", "100.00")
    path = await desk.made(waits["journal_id"])
    by_hand = await scene.finance.post(f"{statement}/return", json={"reason": "BANK_RETURNED"})
    assert (by_hand.status_code, by_hand.json()["code"]) == (409, "PAYMENT_AT_BANK")
    content = desk.answer(path, (1, waits["journal_id"], "100.00", "退回", "账户已销户"), total="100.00")
    assert (await scene.finance.post(f"{path}/answer", content=content, headers=desk.CSV)).status_code == 200
    assert (await scene.finance.get(statement)).json()["status"] == "returned"
    assert await scene.standing("payable/hospital/H1/445202/MA") == "-100.00"
    assert (await scene.finance.post(f"{statement}/payment", json={"value_on": "2019-09-02"})).status_code == 200


async def test_an_answer_that_is_not_of_this_file_or_not_whole_is_refused_and_nothing_is_taken(
    ledger: Service, finance: httpx.AsyncClient, paid_out: tuple[str, str], desk: Any
) -> None:
    await desk.know_both()
    path, other = await desk.made(paid_out[0]), await desk.made(paid_out[1])
    good = (1, paid_out[0], "7.00", "成功", "")
    content = (await finance.get(f"{path}/content.csv")).content
    cases: list[tuple[bytes, str]] = [
        (desk.answer(other, good, total="7.00"), "RETURN_FILE_FOREIGN"),
        (desk.answer(path, good, total="7.01"), "RETURN_FILE_SUM"),
        (desk.answer(path, good, total="7.00").replace("合计,1笔".encode(), "合计,2笔".encode()), "RETURN_FILE_SUM"),
        (desk.answer(path, good).rpartition(b"\n")[0], "RETURN_FILE_TRUNCATED"),
        (desk.answer(path, total="0.00"), "RETURN_FILE_LINES"),
        (desk.answer(path, good, good, total="14.00"), "RETURN_FILE_LINES"),
        (desk.answer(path, (1, paid_out[1], "7.00", "成功", ""), total="7.00"), "RETURN_FILE_LINES"),
        (desk.answer(path, (1, paid_out[0], "7.01", "成功", ""), total="7.01"), "RETURN_FILE_LINES"),
        (desk.answer(path, (1, paid_out[0], "7.00", "处理中", ""), total="7.00"), "RETURN_FILE_MALFORMED"),
        (desk.answer(path, ("一", paid_out[0], "7.00", "成功", ""), total="7.00"), "RETURN_FILE_MALFORMED"),
        (desk.answer(path, (1, paid_out[0], "七元", "成功", ""), total="7.00"), "RETURN_FILE_MALFORMED"),
        (desk.answer(path, good, total="7.00", more=f"校验值,{'0' * 64}"), "RETURN_FILE_CHECKSUM"),
        (b"\xff\xfe\x00", "RETURN_FILE_MALFORMED"),
        (b"", "RETURN_FILE_MALFORMED"),
    ]
    before = await ledger.pool.fetchval("SELECT count(*) FROM events")
    for wrong, code in cases:
        reply = await finance.post(f"{path}/answer", content=wrong, headers=desk.CSV)
        assert (reply.status_code in {409, 422}, reply.json()["code"]) == (True, code), reply.text
    assert (await finance.post(f"{path}/answer", content=b"PK cut off", headers=XLSX)).json()["code"] == (
        "RETURN_FILE_MALFORMED"
    )
    assert await ledger.pool.fetchval("SELECT count(*) FROM events") == before
    right = desk.answer(path, good, total="7.00", more=f"校验值（SHA-256）,{hashlib.sha256(content).hexdigest()}")
    book, sheet = Workbook(), io.BytesIO()
    for row in csv.reader(io.StringIO(right.decode())):
        book.active.append(row)
    book.save(sheet)
    assert (await finance.post(f"{path}/answer", content=sheet.getvalue(), headers=XLSX)).json()["paid_lines"] == 1
