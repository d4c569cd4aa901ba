"""Payees' accounts: known by two people, sealed, seen by few, and gone with an erasure."""

from datetime import UTC, datetime
from typing import Any, Final

import httpx

from contracts.identity import CONTRACT as IDENTITY
from contracts.identity import EntitlementChanged
from fund_ledger.config import Config
from fund_ledger.main import build
from kernel.security import Role
from kernel.testing.deadline import eventually
from kernel.testing.surroundings import Service, Surroundings

NOW: Final = datetime(2019, 8, 1, 1, 0, tzinfo=UTC)
XLSX: Final = {"content-type": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
MONEY: Final = {"county": "445202", "fund": "MA", "value_on": "2019-08-01"}


async def test_an_account_is_named_by_one_person_typed_again_by_another_and_never_stored_plain(
    ledger: Service, finance: httpx.AsyncClient, second: httpx.AsyncClient, desk: Any
) -> None:
    for holder in ("=张三", " =张三", "\u3000@张三"):
        formula = await finance.post(desk.PERSON, json={**desk.CARD, "holder": holder})
        assert (formula.status_code, formula.json()["code"]) == (422, "INVALID_FIELD")
    card = desk.CARD
    nowhere = await finance.post(desk.PERSON.replace("445202", "445299"), json=card)
    assert (nowhere.status_code, nowhere.json()["code"]) == (422, "DIVISION_UNKNOWN")
    named = await finance.post(desk.PERSON, json=card)
    account_id = named.json()["account_id"]
    assert (named.status_code, named.json()) == (
        201,
        {"account_id": account_id, "paid_to": None, "waiting": account_id},
    )
    confirm = f"{desk.PERSON}/{account_id}/confirmation"
    own = await finance.post(confirm, json=card)
    assert (own.status_code, own.json()["code"]) == (403, "PAYEE_ACCOUNT_SAME_PERSON")
    assert (await second.post(confirm, json=card)).json()["paid_to"] == account_id
    # Another one waits beside it; the first is paid to until it is confirmed.
    other = (await finance.post(desk.PERSON, json={**card, "number": "6222021234567890999"})).json()
    listed = (await second.get(desk.PERSON)).json()
    assert [(one["status"], one["tail"], one["confirmed_by"]) for one in listed] == [
        ("paid_to", "0123", "finance-2"),
        ("waiting", "0999", None),
    ]
    wrong = await second.post(f"{desk.PERSON}/{other['account_id']}/rejection", json={"reason": "TYPED_WRONG"})
    assert wrong.json() == {"account_id": other["account_id"], "paid_to": account_id, "waiting": None}
    stored = str(await ledger.pool.fetch("SELECT data::text, meta::text FROM events"))
    stored += str(await ledger.pool.fetch("SELECT details FROM sealed_accounts"))
    for said in ("张三", "6222", "567890", "榕城"):
        assert said not in stored, said


async def test_an_account_is_confirmed_by_all_of_it(
    finance: httpx.AsyncClient, second: httpx.AsyncClient, desk: Any
) -> None:
    card = desk.CARD
    account_id = (await finance.post(desk.PERSON, json=card)).json()["account_id"]
    confirm = f"{desk.PERSON}/{account_id}/confirmation"
    # The holder and the branch decide who is paid, too: whoever names them alone could have another one paid.
    for field, otherwise in (
        ("number", "6222021234567890124"),
        ("holder", "李四"),
        ("bank", "某银行揭东支行"),
        ("bank_code", "102586000011"),
    ):
        typed = await second.post(confirm, json={**card, field: otherwise})
        assert (typed.status_code, typed.json()["code"], typed.json()["about"]["differing"]) == (
            422,
            "PAYEE_ACCOUNT_DIFFERS",
            field,
        )
    alone = await second.post(confirm, json={"number": card["number"]})
    assert (alone.status_code, alone.json()["about"]["differing"]) == (422, "holder bank")
    again = {"holder": "张 三", "number": "6222021234567890123", "bank": "某银行　榕城支行"}
    assert (await second.post(confirm, json=again)).json()["paid_to"] == account_id


async def test_another_county_s_finance_and_other_roles_see_no_account_and_no_file(
    ledger: Service, finance: httpx.AsyncClient, paid_out: tuple[str, str], desk: Any
) -> None:
    await desk.know_both()
    path = await desk.made(*paid_out)
    foreign = await ledger.client(Role.FINANCE, subject="finance-9", divisions=["445203"])
    for url in (path, f"{path}/lines", f"{path}/content.csv", f"{path}/content.xlsx", f"{path}/looks", desk.PERSON):
        reply = await foreign.get(url)
        assert (reply.status_code, reply.json()["code"]) == (403, "DIVISION_FOREIGN"), url
    answer = await foreign.post(f"{path}/answer", content=desk.answer(path), headers=desk.CSV)
    assert answer.status_code == 403
    assert (await foreign.post(desk.PERSON, json={**desk.CARD, "holder": "李四"})).status_code == 403
    operations = await ledger.client(Role.OPERATIONS)
    assert (await operations.get(f"{path}/lines")).status_code == 200
    assert (await operations.get(f"{path}/content.csv")).status_code == 403
    hospital = await ledger.client(Role.HOSPITAL, "H1")
    assert (await hospital.get(path)).status_code == 403


async def test_an_erased_person_s_account_is_gone_from_files_too_and_a_changed_seal_stops_the_file(
    ledger: Service, around: Surroundings, paid_out: tuple[str, str], desk: Any
) -> None:
    finance, second = desk.one, desk.other
    await desk.know_both()
    path = await desk.made(paid_out[1])
    mine = await ledger.pool.fetchval("SELECT details FROM sealed_accounts WHERE subject = 'person/P1'")
    other = await ledger.pool.fetchval("SELECT details FROM sealed_accounts WHERE subject = 'hospital/H1'")
    put = "UPDATE sealed_accounts SET details = $1 WHERE subject = 'person/P1'"
    await ledger.pool.execute(put, other)
    assert (await finance.get(f"{path}/content.csv")).status_code == 500, "another's account does not open as this one"
    await ledger.pool.execute(put, mine)
    assert (await finance.get(f"{path}/content.csv")).status_code == 200
    await around.tell(IDENTITY, "P1", EntitlementChanged(person_id="P1", revision=4, change="ERASED", county="445202"))
    await eventually(lambda: ledger.pool.fetchval("SELECT count(*) FROM payee_erasures"))
    assert await ledger.pool.fetchval("SELECT count(*) FROM sealed_accounts WHERE subject = 'person/P1'") == 0
    gone = await finance.get(f"{path}/content.csv")
    assert (gone.status_code, gone.json()["code"]) == (409, "PERSON_ERASED")
    assert gone.json()["about"]["journal_ids"] == paid_out[1]
    # Nobody else waits for it: the payment is left out of the next file, and named.
    cancelled = await second.post(f"{path}/cancellation", json={"reason": "NOT_HANDED_IN"})
    assert cancelled.status_code == 200
    alone = await desk.make(paid_out[1])
    assert (alone.status_code, alone.json()["code"], alone.json()["about"]["journal_ids"]) == (
        409,
        "PERSON_ERASED",
        paid_out[1],
    )
    made = (await desk.make(*paid_out)).json()
    assert (made["lines"], made["left_out"]) == (1, [paid_out[1]])
    (line,) = (await finance.get(f"/v1/payment-files/{made['file_id']}/lines")).json()["items"]
    assert (line["journal_id"], line["amount"]) == (paid_out[0], "7.00")
    named = await finance.post(desk.PERSON, json=desk.CARD)
    assert (named.status_code, named.json()["code"]) == (409, "PERSON_ERASED")


async def test_without_keys_no_account_is_taken(around: Surroundings, config: Config, desk: Any) -> None:
    bare = await around.serve(
        "fund_ledger", lambda host: build(host, Config(library=config.library)), clock=lambda: NOW
    )
    finance = await bare.client(Role.FINANCE)
    refused = await finance.post(desk.PERSON, json=desk.CARD)
    assert (refused.status_code, refused.json()["code"]) == (409, "PAYEE_ACCOUNTS_OFF")
