"""The form's three copies (001 附件 注1): each keeper says when its copy came, once, and after the approval."""

from datetime import date

import httpx
import msgspec
import pytest

from kernel.security import Role
from kernel.testing.specification import given
from kernel.testing.surroundings import Service
from referral.copies.domain import DECIDER, Copy, CopyDelivered, DeliverCopy

APPROVED_ON, TODAY = date(2018, 9, 2), date(2018, 9, 5)
DELIVERED = CopyDelivered("r1", Copy.RECEIVING, date(2018, 9, 3), "H430100")


def deliver(approved_on: date | None = APPROVED_ON, **changes: object) -> DeliverCopy:
    return DeliverCopy(msgspec.structs.replace(DELIVERED, **changes), approved_on, TODAY)


def test_a_copy_is_delivered_once_and_each_of_the_three_by_itself() -> None:
    given(DECIDER).when(deliver()).then(DELIVERED)
    given(DECIDER, [DELIVERED]).when(deliver()).then_nothing()
    other_day = deliver(delivered_on=date(2018, 9, 4))
    given(DECIDER, [DELIVERED]).when(other_day).then_refused("COPY_DELIVERED_BEFORE")
    assert given(DECIDER, [DELIVERED]).when(deliver(copy=Copy.SENDING)).events


@pytest.mark.parametrize(
    ("approved_on", "delivered_on", "code"),
    [
        (None, date(2018, 9, 3), "REFERRAL_NOT_IN_STATE"),
        (APPROVED_ON, date(2018, 9, 1), "DATES_OUT_OF_ORDER"),
        (APPROVED_ON, date(2018, 9, 6), "DATE_IN_FUTURE"),
    ],
)
def test_only_an_approved_form_goes_out_and_not_before_its_approval(
    approved_on: date | None, delivered_on: date, code: str
) -> None:
    given(DECIDER).when(deliver(approved_on, delivered_on=delivered_on)).then_refused(code)


async def test_every_keeper_records_its_own_copy_and_all_see_who_has_theirs(
    sender: httpx.AsyncClient, receiver: httpx.AsyncClient, agency: httpx.AsyncClient, approved: str
) -> None:
    path = f"/v1/referrals/{approved}/copies"
    came = {"delivered_on": "2018-09-03"}
    for client, copy in ((sender, "SENDING"), (receiver, "RECEIVING")):
        recorded = await client.post(f"{path}/{copy}", json=came)
        assert (recorded.status_code, recorded.json()["copy"]) == (200, copy), recorded.text
    assert (await agency.post(f"{path}/RECEIVING", json=came)).status_code == 200
    listed = [(c["copy"], c["keeper"], c["delivered_on"]) for c in (await receiver.get(path)).json()]
    assert listed == [
        ("AGENCY", "agency", None),
        ("SENDING", "H430481", "2018-09-03"),
        ("RECEIVING", "H430100", "2018-09-03"),
    ]


async def test_no_hospital_speaks_for_another_and_nothing_goes_out_before_the_approval(
    referral: Service, sender: httpx.AsyncClient, applied: str
) -> None:
    path = f"/v1/referrals/{applied}/copies"
    came = {"delivered_on": "2018-09-03"}
    foreign = await sender.post(f"{path}/RECEIVING", json=came)
    assert (foreign.status_code, foreign.json()["code"]) == (403, "COPY_FOREIGN")
    early = await sender.post(f"{path}/SENDING", json=came)
    assert (early.status_code, early.json()["code"]) == (409, "REFERRAL_NOT_IN_STATE")
    stranger = await referral.client(Role.HOSPITAL, "H999999")
    assert (await stranger.get(path)).status_code == 404
    assert (await sender.post(f"{path}/FOURTH", json=came)).status_code == 422
