"""Stays as they can be: of the living, one at a time, transferred on one day; at the door and in what is settled."""

import asyncio
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest
from services.settlement.tests.conftest import open_desk

from contracts import identity as told
from contracts import referral as referral_told
from kernel.security import Role

BILL = {"compliant": "10000.00"}
PAYERS = {"BMI": "6000.00", "CII": "0.00"}


async def admit(hospital: httpx.AsyncClient, day: str, person: str = "P1", **more: Any) -> httpx.Response:
    body = {"person_id": person, "kind": "inpatient", "admitted_on": day, **more}
    return await hospital.post("/v1/encounters", json=body)


async def admitted(hospital: httpx.AsyncClient, day: str, **more: Any) -> str:
    response = await admit(hospital, day, **more)
    assert response.status_code == 201, response.text
    encounter: str = response.json()["encounter_id"]
    return encounter


async def discharge(hospital: httpx.AsyncClient, encounter: str, day: str) -> httpx.Response:
    return await hospital.post(f"/v1/encounters/{encounter}/discharge", json={"discharged_on": day})


async def settle(hospital: httpx.AsyncClient, encounter: str) -> httpx.Response:
    lines = [{"item": "示范", "amount": "10000.00", "cost_class": "compliant"}]
    await hospital.post(f"/v1/encounters/{encounter}/fees", json={"lines": lines})
    return await hospital.post(f"/v1/encounters/{encounter}/settlement", json={"payers": PAYERS})


def refused(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json().get("code", "")


async def test_nobody_is_admitted_discharged_or_billed_after_the_own_death(jieyang: Any) -> None:
    hospital = jieyang.hospital
    await jieyang.tell("P1", "DIBAO")
    stay, late = await admitted(hospital, "2019-08-01"), None
    await jieyang.tell("P1", "DIBAO", died_on=date(2019, 8, 5))
    assert refused(await admit(hospital, "2019-08-06", kind="outpatient")) == (422, "PERSON_DECEASED")
    late = await discharge(hospital, stay, "2019-08-06")
    assert refused(late) == (422, "PERSON_DECEASED")
    assert late.json()["about"] == {"deceased_on": "2019-08-05"}
    assert (await discharge(hospital, stay, "2019-08-05")).status_code == 200
    assert (await settle(hospital, stay)).status_code == 201


async def test_a_discharge_that_was_said_for_a_day_after_death_can_be_said_again(jieyang: Any) -> None:
    hospital = jieyang.hospital
    await jieyang.tell("P1", "DIBAO")
    stay = await admitted(hospital, "2019-08-01")
    assert (await discharge(hospital, stay, "2019-08-08")).status_code == 200
    assert refused(await discharge(hospital, stay, "2019-08-05")) == (409, "ENCOUNTER_NOT_ADMITTED")
    await jieyang.tell("P1", "DIBAO", died_on=date(2019, 8, 5))
    assert refused(await settle(hospital, stay)) == (422, "PERSON_DECEASED")
    assert (await discharge(hospital, stay, "2019-08-05")).status_code == 200
    assert (await settle(hospital, stay)).status_code == 201


@pytest.mark.parametrize("died_on", [date(2019, 8, 9), date(2019, 7, 1)])
async def test_a_death_that_comes_after_settlement_is_looked_at(jieyang: Any, died_on: date) -> None:
    hospital = jieyang.hospital
    await jieyang.tell("P1", "DIBAO")
    stay = await admitted(hospital, "2019-08-01")
    await discharge(hospital, stay, "2019-08-10")
    assert (await settle(hospital, stay)).status_code == 201
    await jieyang.tell("P1", "DIBAO", died_on=died_on)
    (item,) = await jieyang.reviews()
    finding = await jieyang.review(item["review_id"])
    assert finding["deceased_on"] == died_on.isoformat()
    if died_on > date(2019, 8, 1):
        # Fee lines have no day, so nobody can say which of them came after the death.
        assert "PERSON_DECEASED" in finding["undecidable"]
    else:
        assert item["patient_change"] == "3200.00"


async def test_two_stays_at_once_are_refused_with_the_others_days_and_not_its_hospital(jieyang: Any) -> None:
    here, there = jieyang.hospital, await jieyang.service.client(Role.HOSPITAL, "H2")
    await jieyang.tell("P1", "DIBAO")
    await admitted(here, "2019-08-01")
    for hospital in (here, there):
        second = await admit(hospital, "2019-08-03")
        assert refused(second) == (409, "STAY_OVERLAPS")
        assert second.json()["about"] == {"admitted_on": "2019-08-01"}
        assert "H1" not in second.text
    # A visit, and somebody else, are not in the way.
    assert (await admit(there, "2019-08-03", kind="outpatient")).status_code == 201
    await jieyang.tell("P2", "DIBAO")
    assert (await admit(there, "2019-08-03", person="P2")).status_code == 201


async def test_a_transfer_on_one_day_is_no_overlap_and_goes_on_with_the_stay_before(jieyang: Any) -> None:
    here, there = jieyang.hospital, await jieyang.service.client(Role.HOSPITAL, "H2")
    # The list ends the membership on the day of admission; the transfer comes later (R-JY-15, AMB-E9).
    await jieyang.tell("P1", "DIBAO", valid_to=date(2019, 8, 1))
    first = await admitted(here, "2019-08-01")
    await discharge(here, first, "2019-08-05")
    second = await admitted(there, "2019-08-05")
    assert refused(await discharge(here, second, "2019-08-09")) == (404, "ENCOUNTER_UNKNOWN")
    await discharge(there, second, "2019-08-09")
    third = await admitted(here, "2019-08-12")
    await discharge(here, third, "2019-08-13")
    bills = [(await settle(h, e)).json()["bill"] for h, e in ((here, first), (there, second), (here, third))]
    assert [bill["category"] for bill in bills] == ["DIBAO", "DIBAO", None]


async def test_a_stay_that_is_entered_late_may_not_end_inside_another_one(jieyang: Any) -> None:
    here, there = jieyang.hospital, await jieyang.service.client(Role.HOSPITAL, "H2")
    await jieyang.tell("P1", "DIBAO")
    later = await admitted(here, "2019-08-10")
    await discharge(here, later, "2019-08-12")
    earlier = await admitted(there, "2019-08-01")
    inside = await discharge(there, earlier, "2019-08-11")
    assert refused(inside) == (409, "STAY_OVERLAPS")
    assert inside.json()["about"] == {"admitted_on": "2019-08-10", "ended_on": "2019-08-12"}
    assert (await discharge(there, earlier, "2019-08-10")).status_code == 200


async def test_two_doors_at_one_moment_do_not_both_admit(jieyang: Any) -> None:
    here, there = jieyang.hospital, await jieyang.service.client(Role.HOSPITAL, "H2")
    await jieyang.tell("P1", "DIBAO")
    found = await asyncio.gather(*(admit(hospital, "2019-08-01") for hospital in (here, there) * 3))
    assert sorted(response.status_code for response in found) == [201, 409, 409, 409, 409, 409]


async def test_an_admission_that_was_an_error_is_cancelled_and_leaves_the_way_free(jieyang: Any) -> None:
    here, there = jieyang.hospital, await jieyang.service.client(Role.HOSPITAL, "H2")
    await jieyang.tell("P1", "DIBAO")
    wrong = await admitted(here, "2019-08-01")
    assert refused(await there.post(f"/v1/encounters/{wrong}/cancellation", json={"reason": "登记错误"})) == (
        404,
        "ENCOUNTER_UNKNOWN",
    )
    assert (await here.post(f"/v1/encounters/{wrong}/cancellation", json={"reason": "登记错误"})).status_code == 200
    assert refused(await discharge(here, wrong, "2019-08-02")) == (409, "ENCOUNTER_CANCELLED")
    assert refused(await settle(here, wrong)) == (409, "ENCOUNTER_CANCELLED")
    stay = await admitted(there, "2019-08-01")
    await discharge(there, stay, "2019-08-02")
    assert (await settle(there, stay)).status_code == 201
    settled = await there.post(f"/v1/encounters/{stay}/cancellation", json={"reason": "登记错误"})
    assert refused(settled) == (409, "ALREADY_SETTLED")


async def test_overlaps_that_a_merger_brings_to_light_are_looked_at(jieyang: Any) -> None:
    here, there = jieyang.hospital, await jieyang.service.client(Role.HOSPITAL, "H2")
    for person, hospital, days in (("P1", here, ("01", "09")), ("P2", there, ("05", "12"))):
        await jieyang.tell(person, "DIBAO")
        stay = await admitted(hospital, f"2019-08-{days[0]}", person=person)
        await discharge(hospital, stay, f"2019-08-{days[1]}")
        assert (await settle(hospital, stay)).status_code == 201
    await jieyang.merge("P2", "P1", "DIBAO")
    (item,) = await jieyang.reviews()
    assert "STAY_OVERLAPS" in (await jieyang.review(item["review_id"]))["undecidable"]


async def test_an_overlap_across_new_year_is_looked_at_in_the_later_year(around: Any) -> None:
    """Each stay is settled in the year in which it ends; the days that they share lie in the earlier one."""
    desk = await open_desk(around, "445202", clock=lambda: datetime(2020, 1, 20, 1, 0, tzinfo=UTC))
    there = await desk.service.client(Role.HOSPITAL, "H2")
    years = [told.Enrolment("RESIDENT", "445200", year, DAY, DAY) for year in (2019, 2020)]
    for person, hospital, first, last in (
        ("P1", desk.hospital, "2019-12-20", "2020-01-05"),
        ("P2", there, "2019-12-28", "2019-12-31"),
        ("P3", there, "2019-12-01", "2019-12-20"),
    ):
        await desk.tell(person, "DIBAO", insured=years)
        stay = await admitted(hospital, first, person=person)
        await discharge(hospital, stay, last)
        assert (await settle(hospital, stay)).status_code == 201
    # Out on the day on which the other stay began: a transfer.
    await desk.merge("P3", "P1", "DIBAO", insured=years)
    assert "STAY_OVERLAPS" not in str([await desk.review(item["review_id"]) for item in await desk.reviews()])
    await desk.merge("P2", "P1", "DIBAO", insured=years)
    found = [await desk.review(item["review_id"]) for item in await desk.reviews()]
    (overlap,) = [item for item in found if "STAY_OVERLAPS" in (item["undecidable"] or "")]
    assert overlap["item"]["year"] == 2020
    assert "2019-12-28 to 2019-12-31 and 2019-12-20 to 2020-01-05" in overlap["undecidable"]


def insured(**dates: date) -> told.Enrolment:
    return told.Enrolment("RESIDENT", "445200", 2019, **dates)


DAY = date(2019, 1, 1)


@pytest.mark.parametrize(
    ("categories", "insurances", "notices"),
    [
        (["DIBAO"], [insured(registered_on=DAY, marked_on=DAY)], []),
        (["DIBAO"], [insured(registered_on=DAY)], ["ENROLMENT_NOT_MARKED"]),
        (["DIBAO"], [insured(marked_on=DAY)], ["ENROLMENT_NOT_REGISTERED"]),
        (["DIBAO"], [], ["NOT_INSURED"]),
        (["DIBAO"], [told.Enrolment("RESIDENT", "430400", 2019, DAY, DAY)], ["INSURED_ELSEWHERE"]),
        ([], [insured(registered_on=DAY, marked_on=DAY)], ["NO_MEMBERSHIP"]),
    ],
)
async def test_the_door_says_what_keeps_the_benefits_away(
    jieyang: Any, categories: list[str], insurances: list[told.Enrolment], notices: list[str]
) -> None:
    await jieyang.tell("P1", *categories, insured=insurances)
    answer = (await admit(jieyang.hospital, "2019-08-01")).json()
    assert answer["notices"] == notices
    assert answer["deposit_required"] is bool(notices)


async def test_one_referral_opens_one_stay_and_is_free_again_when_that_is_cancelled(jieyang: Any) -> None:
    here = jieyang.hospital
    await jieyang.tell("P1", "DIBAO")
    approval = referral_told.ReferralChanged(
        referral_id="R1",
        revision=3,
        person_id="P1",
        state="AGENCY_APPROVED",
        sending_hospital="H2",
        receiving_hospital="H1",
        approved_on=date(2019, 7, 30),
        approval_entered_on=date(2019, 8, 2),
    )
    await jieyang.tell_of(referral_told.CONTRACT, "P1", approval)
    first = await admitted(here, "2019-08-01", referral_id="R1")
    await discharge(here, first, "2019-08-02")
    second = await admit(here, "2019-08-03", referral_id="R1")
    assert refused(second) == (409, "REFERRAL_USED")
    assert second.json()["about"] == {"referral": "R1", "encounter": first}
    unreferred = await admitted(here, "2019-08-03")
    named = await here.post(f"/v1/encounters/{unreferred}/referral", json={"referral_id": "R1"})
    assert refused(named) == (409, "REFERRAL_USED")
    assert (await here.post(f"/v1/encounters/{first}/cancellation", json={"reason": "登记错误"})).status_code == 200
    named = await here.post(f"/v1/encounters/{unreferred}/referral", json={"referral_id": "R1"})
    assert named.status_code == 200, named.text
