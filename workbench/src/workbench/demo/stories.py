"""The stories of the day: what happens to one patient at one hospital, message by message over REST."""

from datetime import date, timedelta
from random import Random
from typing import Any

import msgspec

from kernel.values.money import yuan_from_fen
from workbench.demo.window import Window


class Bill(msgspec.Struct, frozen=True):
    """A made-up bill: compliant and other cost, and what the outer insurances gave."""

    compliant_fen: int
    other_fen: int
    basic_fen: int
    critical_fen: int = 0

    @property
    def payers(self) -> dict[str, str]:
        """The outer payers' amounts as they travel."""
        return {"BMI": yuan_from_fen(self.basic_fen), "CII": yuan_from_fen(self.critical_fen)}


def made_up_bill(chance: Random, *, low_yuan: int, high_yuan: int) -> Bill:
    """A bill between two sums; basic insurance gives about 60 percent of the compliant cost (a made-up rate)."""
    total = chance.randrange(low_yuan * 100, high_yuan * 100)
    compliant = total * chance.randrange(85, 98) // 100
    return Bill(compliant, total - compliant, compliant * chance.randrange(55, 66) // 100)


async def look_up(window: Window, id_number: str) -> str:
    """The hospital reads the ID card at the counter."""
    found = await window.post("identity", "/v1/persons/lookup", {"id_number": id_number, "reason": "ADMISSION"})
    return str(found["person_id"])


async def admit(window: Window, person_id: str, kind: str, day: date, referral_id: str | None = None) -> dict[str, Any]:
    """The patient comes; gives the answer at the door."""
    body = {"person_id": person_id, "kind": kind, "admitted_on": day.isoformat()}
    if referral_id:
        body["referral_id"] = referral_id
    return await window.post("settlement", "/v1/encounters", body)


async def upload(window: Window, encounter: str, bill: Bill) -> None:
    """The hospital uploads the bill's lines."""
    lines = [{"item": "示范项目", "amount": yuan_from_fen(bill.compliant_fen), "cost_class": "compliant"}]
    if bill.other_fen:
        lines.append({"item": "示范目录外", "amount": yuan_from_fen(bill.other_fen), "cost_class": "out_of_catalogue"})
    await window.post("settlement", f"/v1/encounters/{encounter}/fees", {"lines": lines})


async def settle(window: Window, encounter: str, bill: Bill, *, key: str | None = None) -> dict[str, Any]:
    """The window settles; gives the settlement."""
    path = f"/v1/encounters/{encounter}/settlement"
    return await window.post("settlement", path, {"payers": bill.payers}, key=key)


async def visit(window: Window, person_id: str, kind: str, day: date, bill: Bill) -> dict[str, Any]:
    """An outpatient: come, be treated, settle."""
    encounter = (await admit(window, person_id, kind, day))["encounter_id"]
    await upload(window, encounter, bill)
    return await settle(window, encounter, bill)


async def stay(
    window: Window, person_id: str, day: date, days: int, bill: Bill, referral_id: str | None = None
) -> dict[str, Any]:
    """An inpatient: admitted without deposit, treated, discharged today, shown the bill, settled."""
    admitted = await admit(window, person_id, "inpatient", day - timedelta(days=days), referral_id)
    encounter = admitted["encounter_id"]
    await upload(window, encounter, bill)
    await window.post("settlement", f"/v1/encounters/{encounter}/discharge", {"discharged_on": day.isoformat()})
    shown = await window.post("settlement", f"/v1/encounters/{encounter}/pre-settlement", {"payers": bill.payers})
    settled = await settle(window, encounter, bill)
    assert not admitted["deposit_required"], f"{encounter}: a deposit was asked of an entitled person"
    assert shown["total"] == settled["bill"]["total"], f"{encounter}: the bill shown has another total"
    return settled


async def second_thoughts(window: Window, person_id: str, day: date, bill: Bill) -> dict[str, Any]:
    """A stay that is settled too early, revoked, completed by a forgotten line, and settled again."""
    first = await stay(window, person_id, day, 3, bill)
    await window.post("settlement", f"/v1/settlements/{first['settlement_id']}/revocation", {"reason": "漏传一笔费用"})
    forgotten = Bill(12_345, 0, 0)
    await upload(window, first["encounter_id"], forgotten)
    whole = Bill(bill.compliant_fen + forgotten.compliant_fen, bill.other_fen, bill.basic_fen)
    return await settle(window, first["encounter_id"], whole)
