"""A settlement that cannot be booked is parked; operations find it, mend it and have it booked, two people together."""

from typing import Any

import httpx
import msgspec
import pytest

from contracts.settlement import CONTRACT
from kernel.security import Role
from kernel.testing.deadline import eventually
from kernel.testing.surroundings import Service, Surroundings

PATH = "/v1/parked-messages"
KEY = {"consumer": "fund-ledger", "topic": "settlement", "key": "P1"}


@pytest.fixture
async def first(ledger: Service) -> httpx.AsyncClient:
    return await ledger.client(Role.OPERATIONS, subject="first")


@pytest.fixture
async def second(ledger: Service) -> httpx.AsyncClient:
    return await ledger.client(Role.OPERATIONS, subject="second")


@pytest.fixture
async def broken(ledger: Service, around: Surroundings, bills: Any) -> dict[str, Any]:
    """A bill of P1 with a hospital's name that no account can have, and one that waits behind it; the list's rows."""
    await around.tell(CONTRACT, "P1", bills.settled("S1", bills.layer("MA", 700), hospital_id="H/1", person_id="P1"))
    await around.tell(CONTRACT, "P1", bills.settled("S2", bills.layer("MA", 700), person_id="P1"))
    await around.tell(CONTRACT, "P2", bills.settled("S3", bills.layer("MA", 700), person_id="P2"))

    async def settled() -> bool:
        parked = await ledger.pool.fetchval("SELECT count(*) FROM inbox_parked")
        return bool(parked == 2 and await ledger.pool.fetchval("SELECT count(*) FROM journals") == 1)

    await eventually(settled)
    client = await ledger.client(Role.OPERATIONS)
    row: dict[str, Any] = (await client.get(PATH, params={"causes": "true"})).json()["items"][0]
    return row


def place(row: dict[str, Any], number: int | None = None) -> str:
    return f"{PATH}/{row['consumer']}/{row['topic']}/{row['partition']}/{number or row['pseq']}"


async def journals(ledger: Service) -> list[str]:
    rows = await ledger.pool.fetch("SELECT stream_id FROM events WHERE type = 'JournalBooked' ORDER BY pos")
    return [row["stream_id"] for row in rows]


def refusal(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


async def test_the_list_says_what_is_wrong_and_how_many_wait_behind(
    first: httpx.AsyncClient, finance: httpx.AsyncClient, broken: dict[str, Any]
) -> None:
    assert (broken["key"], broken["error_code"], broken["behind"]) == ("P1", "MESSAGE_UNREADABLE", 1)
    assert "ACCOUNT_MALFORMED" in broken["error"]
    assert broken["type"] == "onestop.settlement.SettlementConfirmed.v1"
    page = (await first.get(PATH, params={"limit": 1})).json()
    rest = (await first.get(PATH, params={"limit": 1, "after": page["next"]})).json()
    assert [row["error_code"] for row in page["items"] + rest["items"]] == ["MESSAGE_UNREADABLE", "KEY_PARKED"]
    assert "next" not in rest or rest["next"] is None
    assert (await first.get(PATH, params={"key": "P2"})).json()["items"] == []
    shown = (await first.get(place(broken))).json()
    assert shown["body"]["hospital_id"] == "H/1"
    assert shown["headers"]["ce_pseq"] == "1"
    assert refusal(await first.get(place(broken, 99))) == (404, "MESSAGE_NOT_PARKED")
    assert refusal(await finance.get(PATH)) == (403, "ROLE_NOT_ALLOWED")
    assert refusal(await finance.post(f"{PATH}/retry", json=KEY)) == (403, "ROLE_NOT_ALLOWED")


async def test_parked_messages_are_an_alarm_and_leave_the_service_ready(
    ledger: Service, first: httpx.AsyncClient, broken: dict[str, Any]
) -> None:
    assert (await first.get("/health/ready")).status_code == 200

    async def metered() -> bool:
        line = 'onestop_parked_messages{consumer="fund-ledger",service="fund-ledger",topic="settlement"} 2.0'
        return line in (await first.get("/metrics")).text

    await eventually(metered)


async def test_a_retry_of_what_is_still_wrong_leaves_it_with_the_key_s_others(
    ledger: Service, first: httpx.AsyncClient, broken: dict[str, Any]
) -> None:
    (came_to,) = (await first.post(f"{PATH}/retry", json=KEY)).json()["consumers"]
    assert (came_to["worked_off"], came_to["left"], came_to["stopped_at"]["pseq"]) == (0, 2, 1)
    assert "ACCOUNT_MALFORMED" in came_to["stopped_at"]["error"]
    assert await journals(ledger) == ["journal/S3"]
    assert refusal(await first.post(f"{PATH}/retry", json={**KEY, "key": "P2"})) == (404, "MESSAGE_NOT_PARKED")
    assert refusal(await first.post(f"{PATH}/retry", json={**KEY, "consumer": "x"})) == (404, "CONSUMER_UNKNOWN")


async def test_a_mended_message_is_booked_when_another_person_retries_it_and_then_those_behind_it(
    ledger: Service, first: httpx.AsyncClient, second: httpx.AsyncClient, broken: dict[str, Any]
) -> None:
    body = (await first.get(place(broken))).json()["body"]
    reason = "医院编码录入错误"
    assert refusal(await first.post(f"{place(broken)}/mend", json={"body": body, "reason": reason})) == (
        422,
        "MEND_NOT_CONSUMABLE",
    )
    mended = {"body": {**body, "hospital_id": "H1"}, "reason": reason}
    waiting = await first.post(f"{place(broken, 2)}/mend", json=mended)
    assert refusal(waiting) == (409, "WAITS_BEHIND_ANOTHER")
    assert "behind message 1" in waiting.json()["detail"]
    number = {**mended, "reason": "445201199003070034"}
    assert refusal(await first.post(f"{place(broken)}/mend", json=number)) == (422, "PERSONAL_DATA_IN_TEXT")
    done = await first.post(f"{place(broken)}/mend", json=mended, headers={"Idempotency-Key": "once"})
    assert (done.status_code, done.json()["state"]) == (201, "MENDED")
    again = await first.post(f"{place(broken)}/mend", json=mended, headers={"Idempotency-Key": "once"})
    assert (again.json(), again.headers["Idempotency-Replayed"]) == (done.json(), "true")
    assert refusal(await first.post(f"{PATH}/retry", json=KEY)) == (403, "MENDED_BY_CALLER")
    assert await journals(ledger) == ["journal/S3"]
    retried = await second.post(f"{PATH}/retry", json=KEY, headers={"Idempotency-Key": "once"})
    (came_to,) = retried.json()["consumers"]
    assert (came_to["worked_off"], came_to["left"], came_to["stopped_at"]) == (2, 0, None)
    assert await journals(ledger) == ["journal/S3", "journal/S1", "journal/S2"]
    repeated = await second.post(f"{PATH}/retry", json=KEY, headers={"Idempotency-Key": "once"})
    assert repeated.json() == retried.json()
    rows = await ledger.pool.fetch("SELECT type, data FROM events WHERE stream_id LIKE 'parked/%' ORDER BY pos")
    (mending, retrying) = (msgspec.json.decode(row["data"]) for row in rows)
    assert (mending["mended_by"], mending["reason"], mending["pseq"]) == ("first", reason, 1)
    assert msgspec.json.decode(mending["body"])["hospital_id"] == "H1"
    assert (retrying["retried_by"], retrying["pseqs"]) == ("second", [1, 2])


async def test_a_voided_message_has_no_effect_and_those_behind_it_go_on(
    ledger: Service, first: httpx.AsyncClient, second: httpx.AsyncClient, broken: dict[str, Any]
) -> None:
    voided = await first.post(f"{place(broken)}/void", json={"reason": "重复推送"})
    assert (voided.status_code, voided.json()["state"]) == (201, "VOIDED")
    assert refusal(await first.post(f"{PATH}/retry", json=KEY)) == (403, "MENDED_BY_CALLER")
    (came_to,) = (await second.post(f"{PATH}/retry", json=KEY)).json()["consumers"]
    assert (came_to["worked_off"], came_to["voided"], came_to["left"]) == (1, 1, 0)
    assert await journals(ledger) == ["journal/S3", "journal/S2"]
    assert refusal(await second.post(f"{place(broken)}/void", json={"reason": "再次"})) == (404, "MESSAGE_NOT_PARKED")
