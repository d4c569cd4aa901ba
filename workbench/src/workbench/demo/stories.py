"""The stories of the day: what happens to one patient at one hospital, message by message over REST."""

from datetime import date, timedelta
from random import Random
from typing import Any

import msgspec

from kernel.security import Role
from kernel.values.money import yuan_from_fen
from onestop.platform import Platform
from workbench.demo.city import AREA
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


async def prepaid_stay(window: Window, person_id: str, day: date, bill: Bill, *, prepaid: str) -> dict[str, Any]:
    """A stay of a patient who had paid in advance; gives the settlement, which says what goes back."""
    encounter = (await admit(window, person_id, "inpatient", day))["encounter_id"]
    await upload(window, encounter, bill)
    await window.post("settlement", f"/v1/encounters/{encounter}/discharge", {"discharged_on": day.isoformat()})
    body = {"payers": bill.payers, "patient_prepaid": prepaid}
    return await window.post("settlement", f"/v1/encounters/{encounter}/settlement", body)


async def give_back(window: Window, held: dict[str, Any], day: date) -> None:
    """The window gives the patient back all that the hospital still holds for a settlement."""
    body = {"settlement_id": held["settlement_id"], "amount": held["left"], "value_on": day.isoformat()}
    await window.post("fund-ledger", "/v1/refunds", body)


async def corrected_stay(window: Window, person_id: str, day: date, bill: Bill) -> dict[str, Any]:
    """A stay whose discharge was entered for the wrong day, and corrected before it is settled."""
    admitted = await admit(window, person_id, "inpatient", day - timedelta(days=3))
    encounter = admitted["encounter_id"]
    await upload(window, encounter, bill)
    path = f"/v1/encounters/{encounter}/discharge"
    await window.post("settlement", path, {"discharged_on": day.isoformat()})
    right = {"discharged_on": (day - timedelta(days=1)).isoformat(), "reason": "出院日期录入有误"}
    await window.post("settlement", f"{path}/correction", right)
    return await settle(window, encounter, bill)


async def handed_in(agency: Window, person_id: str, hospital_id: str, day: date, bill: Bill) -> dict[str, Any]:
    """A stay at a hospital outside, paid there by the patient and handed in on paper; gives what was settled."""
    papers = ("INVOICE", "FEE_LIST", "ID_COPY", "DISCHARGE_RECORD")
    case = {
        "person_id": person_id,
        "hospital_id": hospital_id,
        "kind": "inpatient",
        "admitted_on": (day - timedelta(days=9)).isoformat(),
        "discharged_on": (day - timedelta(days=5)).isoformat(),
        "invoice_number": f"SF-{day:%Y%m%d}-{person_id[:8]}",
        "submitter": "CADRE",
        "office": AREA,
        "papers": [{"kind": kind, "reference": f"scan/{person_id[:8]}/{kind}"} for kind in papers],
    }
    receipt = await agency.post("settlement", "/v1/cases", case)
    lines = [{"item": "示范项目", "amount": yuan_from_fen(bill.compliant_fen), "cost_class": "compliant"}]
    body = {"lines": lines, "payers": bill.payers, "patient_paid": yuan_from_fen(bill.compliant_fen)}
    return await agency.post("settlement", f"/v1/cases/{receipt['case_id']}/settlement", body)


async def pay_back(platform: Platform, settled: dict[str, Any], person_id: str, county: str, day: date) -> None:
    """Finance pays the patient what each fund owes for the case, and the agency closes it."""
    finance = Window(platform, Role.FINANCE, subject="finance-paying")
    path = f"/v1/accounts?prefix=payable/person/{person_id}/{county}/"
    for account in (await finance.get("fund-ledger", path))["items"]:
        fund, owed = account["account"].rpartition("/")[2], account["balance"].removeprefix("-")
        body = {"county": county, "fund": fund, "amount": owed, "value_on": day.isoformat(), "person_id": person_id}
        await finance.post("fund-ledger", "/v1/payments", body, key=f"pay-{settled['case_id']}-{fund}")
    path = f"/v1/cases/{settled['case_id']}/payment"
    await finance.post("settlement", path, {"on": day.isoformat()}, key=f"close-{settled['case_id']}")
