"""Webhooks: what happens to a hospital's settlements comes to its address, signed, in order, and again until taken."""

import hashlib
import json
import socket
from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from ipaddress import ip_network
from typing import Any, Final

import pytest
from services.settlement.tests.conftest import NOW, Desk, open_desk
from services.settlement.tests.receiving import Receiver, receiving

from kernel.messaging.publisher_keys import PublisherKeys
from kernel.security import Role
from kernel.security.signed_requests import DIGEST, KEY, MOMENT, SIGNATURE, Signed, signature_of
from kernel.security.signing_keys import PublicKey, SigningKey
from kernel.testing.deadline import eventually
from kernel.testing.surroundings import Surroundings
from settlement.config import WebhookSettings
from settlement.webhooks.commands.delivering import pause_after

OWN: Final = SigningKey("onestop/settlement", b"s" * 32)
HERE: Final = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
DAY: Final = date(2019, 8, 5)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as one:
        yield one


class Hand:
    """A clock that the test moves on."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def hand() -> Hand:
    return Hand()


@pytest.fixture
async def desk(around: Surroundings, hand: Hand) -> Desk:
    settings = WebhookSettings(networks=HERE, plain=True, look_seconds=0.02)
    keys = PublisherKeys(OWN, {"settlement": [OWN.public]})
    opened = await open_desk(around, "445202", webhooks=settings, keys=keys, clock=hand)
    await opened.tell("P1", "DIBAO")
    return opened


async def bill(desk: Desk, day: date = DAY) -> dict[str, Any]:
    lines = {"compliant": "9000.00", "out_of_catalogue": "1000.00"}
    made: dict[str, Any] = await desk.bill("P1", day, lines, {"BMI": "6000.00", "CII": "0.00"})
    return made


async def named(desk: Desk, url: str, **more: Any) -> Any:
    return await desk.hospital.post("/v1/webhooks/H1", json={"url": url, **more})


async def seen(desk: Desk) -> Any:
    return (await desk.hospital.get("/v1/webhooks/H1")).json()


async def test_changes_come_signed_and_in_order_and_only_from_the_registration_on(
    desk: Desk, receiver: Receiver
) -> None:
    earlier = await bill(desk)
    # Until the log has its number, it counts as what happens from now on.
    await desk.hospital.get("/v1/settlement-changes?wait_seconds=8")
    assert (await named(desk, receiver.url)).status_code == 200
    settled = await bill(desk, date(2019, 8, 6))
    await desk.hospital.post(f"/v1/settlements/{settled['settlement_id']}/revocation", json={"reason": "录入有误"})
    await eventually(lambda: _has(receiver, 2))
    assert receiver.kinds == ["SettlementConfirmed", "SettlementRevoked"]
    told = await seen(desk)
    key = PublicKey.of_text(told["public_key"])
    for headers, body in receiver.came:
        assert headers[DIGEST.lower()] == hashlib.sha256(body).hexdigest()
        of = (headers[KEY.lower()], int(headers[MOMENT.lower()]), headers[DIGEST.lower()])
        signature = signature_of(headers[SIGNATURE.lower()])
        assert signature is not None
        assert key.holds(signature, Signed("POST", "/his/hook", *of).text)
        assert not key.holds(signature, Signed("POST", "/his/other", *of).text)
    assert (told["webhook"]["state"], told["waiting"]) == ("DELIVERING", 0)
    # Where it stands is a place in the list that is followed; from an earlier one all comes again.
    items = json.loads(receiver.came[0][1])["items"]
    listed = (await desk.hospital.get("/v1/settlement-changes")).json()["items"]
    assert listed[1] == items[0]
    assert (await named(desk, receiver.url, after="WzBd")).status_code == 200  # [0]
    await eventually(lambda: _has(receiver, 5))
    assert receiver.kinds[2:] == ["SettlementConfirmed", "SettlementConfirmed", "SettlementRevoked"]
    assert json.loads(receiver.came[-1][1])["items"][0]["settlement_id"] == earlier["settlement_id"]


async def _has(receiver: Receiver, kinds: int) -> bool:
    return len(receiver.kinds) >= kinds


async def test_what_is_not_taken_comes_again_with_growing_pauses_and_the_state_says_since_when(
    desk: Desk, receiver: Receiver, hand: Hand
) -> None:
    receiver.status = 500
    await named(desk, receiver.url)
    await bill(desk)

    async def failures(count: int) -> bool:
        return bool((await seen(desk))["webhook"]["failures"] == count)

    await eventually(lambda: failures(1))
    first = await seen(desk)
    assert (first["webhook"]["state"], first["webhook"]["failure"], first["waiting"]) == ("FAILING", "HTTP_500", 1)
    since = first["webhook"]["failed_since"]
    receiver.status = 302  # a redirect is not followed
    hand.now += timedelta(seconds=2)
    await eventually(lambda: failures(2))
    told = (await seen(desk))["webhook"]
    assert (told["failure"], told["failed_since"]) == ("HTTP_302", since)
    assert datetime.fromisoformat(told["next_try_at"]) == hand.now + timedelta(seconds=4)
    receiver.status = 204
    assert (await desk.hospital.post("/v1/webhooks/H1/resumption")).status_code == 200  # without waiting
    await eventually(lambda: failures(0))
    assert len({headers["onestop-delivery"] for headers, _ in receiver.came}) == 1
    assert len({body for _, body in receiver.came}) == 1
    told = await seen(desk)
    assert (told["webhook"]["state"], told["webhook"]["failed_since"], told["waiting"]) == ("DELIVERING", None, 0)


async def test_the_metrics_name_who_takes_nothing_and_since_when_until_it_is_taken_or_paused(
    desk: Desk, receiver: Receiver, hand: Hand
) -> None:
    async def failing() -> str:
        page = (await desk.hospital.get("/metrics")).text
        return "".join(line for line in page.splitlines() if line.startswith("onestop_webhook_failing_seconds{"))

    async def told(line: str) -> bool:
        return await failing() == line

    receiver.status = 500
    await named(desk, receiver.url)
    await bill(desk)
    await eventually(lambda: _fails(desk, "HTTP_500"))
    hand.now += timedelta(seconds=1)  # shorter than the pause after the failure
    of_h1 = 'onestop_webhook_failing_seconds{hospital="H1",service="settlement"}'
    await eventually(lambda: told(f"{of_h1} 1.0"))
    await desk.hospital.post("/v1/webhooks/H1/pause")
    await eventually(lambda: told(""))
    receiver.status = 204
    await desk.hospital.post("/v1/webhooks/H1/resumption")
    await eventually(lambda: _fails(desk, None))
    await eventually(lambda: told(""))


async def test_a_receiver_that_says_nothing_holds_no_other_hospital_up(desk: Desk, receiver: Receiver) -> None:
    async with receiving() as dead:
        dead.silent = True
        other = await desk.service.client(Role.HOSPITAL, "H2")
        assert (await other.post("/v1/webhooks/H2", json={"url": receiver.url})).status_code == 200
        assert (await named(desk, dead.url)).status_code == 200
        await bill(desk)
        await eventually(lambda: _came(dead))
        at_other = Desk.__new__(Desk)
        at_other.__dict__.update(desk.__dict__, hospital=other)
        await bill(at_other, date(2019, 8, 7))
        await eventually(lambda: _has(receiver, 1))
        await eventually(lambda: _waits(desk))


async def test_a_name_that_cannot_be_looked_up_at_all_is_the_failure_of_that_hospital_alone(
    desk: Desk, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = socket.getaddrinfo
    odd = {"odd.example.cn": UnicodeError("label too long"), "worse.example.cn": RuntimeError("nobody thought of it")}

    def looked_up(host: str, *more: Any, **others: Any) -> Any:
        if host in odd:
            raise odd[host]
        return known(host, *more, **others)

    monkeypatch.setattr(socket, "getaddrinfo", looked_up)
    other = await desk.service.client(Role.HOSPITAL, "H2")
    assert (await other.post("/v1/webhooks/H2", json={"url": receiver.url})).status_code == 200
    await named(desk, "http://odd.example.cn/hook")
    await bill(desk)
    await eventually(lambda: _fails(desk, "NOT_REACHED"))
    await named(desk, "http://worse.example.cn/hook")  # another address is tried without the old one's pause
    await eventually(lambda: _fails(desk, "NOT_SENT"))
    at_other = Desk.__new__(Desk)
    at_other.__dict__.update(desk.__dict__, hospital=other)
    await bill(at_other, date(2019, 8, 7))
    await eventually(lambda: _has(receiver, 1))


async def test_a_failure_at_the_old_address_holds_up_nothing_at_the_new_one(desk: Desk, receiver: Receiver) -> None:
    receiver.status = 500
    receiver.answers.clear()
    await named(desk, receiver.url)
    await bill(desk)
    await eventually(lambda: _came(receiver))
    async with receiving() as corrected:
        assert (await named(desk, corrected.url)).status_code == 200
        receiver.answers.set()  # only now the old one fails
        await eventually(lambda: _has(corrected, 1))


async def _fails(desk: Desk, why: str | None) -> bool:
    return bool((await seen(desk))["webhook"]["failure"] == why)


async def _waits(desk: Desk) -> bool:
    return bool((await seen(desk))["waiting"] == 1)


async def _came(receiver: Receiver) -> bool:
    return bool(receiver.came)


async def test_paused_it_waits_and_nobody_else_sees_or_sets_it(desk: Desk, receiver: Receiver) -> None:
    other = await desk.service.client(Role.HOSPITAL, "H2")
    operations = await desk.service.client(Role.OPERATIONS)
    assert (await other.get("/v1/webhooks/H2")).json()["code"] == "WEBHOOK_UNKNOWN"
    await named(desk, receiver.url)
    for tried in (
        await other.get("/v1/webhooks/H1"),
        await other.post("/v1/webhooks/H1", json={"url": receiver.url}),
        await other.post("/v1/webhooks/H1/pause"),
        await other.post("/v1/webhooks/H1/removal"),
    ):
        assert (tried.status_code, tried.json()["code"]) == (403, "ORGANISATION_FOREIGN")
    neighbour = await desk.service.client(Role.OPERATIONS, divisions=["445203"])
    assert (await neighbour.post("/v1/webhooks/H1/pause")).json()["code"] == "DIVISION_FOREIGN"
    assert (await neighbour.get("/v1/webhooks")).json()["items"] == []
    assert (await operations.post("/v1/webhooks/H1/pause")).status_code == 200
    await bill(desk)
    await eventually(lambda: _waits(desk))
    told = await seen(desk)
    assert (told["webhook"]["state"], receiver.came) == ("PAUSED", [])
    (listed,) = (await operations.get("/v1/webhooks")).json()["items"]
    assert listed == told["webhook"]
    await desk.hospital.post("/v1/webhooks/H1/resumption")
    await eventually(lambda: _has(receiver, 1))
    await desk.hospital.post("/v1/webhooks/H1/removal")
    assert (await desk.hospital.get("/v1/webhooks/H1")).status_code == 404


async def test_an_address_that_may_not_be_called_is_refused_or_never_called(
    jieyang: Desk, desk: Desk, receiver: Receiver
) -> None:
    off = await jieyang.hospital.post("/v1/webhooks/H1", json={"url": "https://his.example.cn/hook"})
    assert (off.status_code, off.json()["code"]) == (409, "WEBHOOKS_OFF")
    for url in ("https://10.0.0.8/hook", "https://his.example.cn/hook?token=secret", "ftp://his.example.cn/hook"):
        refused = await named(desk, url)
        assert (refused.status_code, refused.json()["code"]) == (422, "WEBHOOK_URL_WRONG"), url
    ahead = await named(desk, receiver.url, after="Wzk5OTld")  # [9999]
    assert ahead.json()["code"] == "CURSOR_AHEAD"
    assert (await named(desk, receiver.url, after="x")).json()["code"] == "INVALID_CURSOR"


def test_pauses_double_up_to_an_hour() -> None:
    pauses = [pause_after(failures).total_seconds() for failures in (0, 1, 2, 10, 11, 500)]
    assert pauses == [2, 4, 8, 2048, 3600, 3600]
