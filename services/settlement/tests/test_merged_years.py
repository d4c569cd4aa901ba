"""Two records of one person were merged: the limits of a year count for the person, not for each record."""

from datetime import date
from typing import Any

from contracts import referral as referral_contract
from contracts.referral import ReferralChanged
from kernel.security import Role

FIRST, SECOND, THIRD = date(2019, 8, 5), date(2019, 8, 8), date(2019, 8, 12)
#: Four fifths of 70,000 are 56,000 of aid; the year's limit is 60,000.
LARGE = ({"compliant": "90000.00"}, {"BMI": "20000.00", "CII": "0.00"})
#: Four fifths of 4,000.
SMALL = ({"compliant": "10000.00"}, {"BMI": "6000.00", "CII": "0.00"})


def aid(settled: dict[str, Any]) -> str:
    return next((layer["amount"] for layer in settled["bill"]["layers"] if layer["payer"] == "MA"), "0.00")


def changes(bill: dict[str, Any]) -> dict[str, str]:
    return {layer["payer"]: layer["change"] for layer in bill["layers"] if layer["change"] != "0.00"}


async def two_large_bills(desk: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """One bill under each record, both with the whole aid; the surviving record's is the later one."""
    await desk.tell("P1", "DIBAO")
    await desk.tell("P2", "DIBAO")
    return await desk.bill("P2", FIRST, *LARGE), await desk.bill("P1", SECOND, *LARGE)


async def test_a_limit_that_both_records_used_is_counted_once_and_the_later_bill_is_reviewed(jieyang: Any) -> None:
    _, later = await two_large_bills(jieyang)
    await jieyang.merge("P2", "P1", "DIBAO")
    (row,) = await jieyang.reviews()
    # 52,000 of aid were too much; of what the patient now bears 10,000 come back as second aid, its most.
    assert (row["person_id"], row["patient_change"]) == ("P1", "42000.00")
    changed = [bill for bill in (await jieyang.review(row["review_id"]))["bills"] if changes(bill)]
    assert [(bill["settlement_id"], bill["because"], changes(bill)) for bill in changed] == [
        (later["settlement_id"], "ACCUMULATORS", {"MA": "-52000.00", "MASEC": "10000.00"})
    ]


async def test_the_released_difference_brings_the_year_back_to_its_limit(jieyang: Any) -> None:
    await two_large_bills(jieyang)
    await jieyang.merge("P2", "P1", "DIBAO")
    assert (await jieyang.year("P1"))["balances"]["aid_in"] == "112000.00"
    (row,) = await jieyang.reviews()
    await jieyang.release(row["review_id"])
    assert await jieyang.reviews() == []
    assert (await jieyang.year("P1"))["balances"]["aid_in"] == "60000.00"
    assert aid(await jieyang.bill("P1", THIRD, *SMALL)) == "0.00"
    # Asked again by whatever identity tells next, nothing more is found.
    await jieyang.tell("P1", "DIBAO")
    assert await jieyang.reviews() == []


async def test_years_that_stay_below_every_limit_are_joined_without_a_review(jieyang: Any) -> None:
    await jieyang.tell("P1", "DIBAO")
    await jieyang.tell("P2", "DIBAO")
    await jieyang.bill("P2", FIRST, *SMALL)
    await jieyang.bill("P1", SECOND, *SMALL)
    await jieyang.merge("P2", "P1", "DIBAO")
    assert await jieyang.reviews() == []
    assert (await jieyang.year("P1"))["balances"]["aid_in"] == "6400.00"
    assert aid(await jieyang.bill("P1", THIRD, *LARGE)) == "53600.00"


async def test_what_only_the_other_record_had_used_counts_for_the_surviving_one(jieyang: Any) -> None:
    await jieyang.tell("P1", "DIBAO")
    await jieyang.tell("P2", "DIBAO")
    await jieyang.bill("P2", FIRST, *LARGE)
    await jieyang.merge("P2", "P1", "DIBAO")
    assert aid(await jieyang.bill("P1", SECOND, *LARGE)) == "4000.00"
    assert await jieyang.reviews() == []


async def test_standings_from_the_system_before_are_joined_as_well(jieyang: Any) -> None:
    operator = await jieyang.service.client(Role.OPERATIONS)
    for person, used in (("P1", "30000.00"), ("P2", "20000.00")):
        await jieyang.tell(person, "DIBAO")
        opening = {
            "person_id": person,
            "area": "445200",
            "year": 2019,
            "source": "旧系统",
            "balances": {"aid_in": used},
        }
        assert (await operator.post("/v1/benefit-years", json=opening)).status_code == 201
    await jieyang.bill("P2", FIRST, *SMALL)
    await jieyang.merge("P2", "P1", "DIBAO")
    assert await jieyang.reviews() == []
    assert aid(await jieyang.bill("P1", SECOND, *LARGE)) == "6800.00"
    # A change of facts decides the joined year again from both standings: 30,000 + 20,000 and then 4,000, 20,000 of
    # 100 percent aid under the limit of 80,000.
    await jieyang.tell("P1", "TEKUN")
    (row,) = await jieyang.reviews()
    found = [changes(bill) for bill in (await jieyang.review(row["review_id"]))["bills"]]
    assert found == [{"MA": "800.00"}, {"MA": "19200.00", "MASEC": "-10000.00"}]


async def test_a_stay_that_began_under_the_merged_record_counts_for_the_surviving_one(jieyang: Any) -> None:
    await jieyang.tell("P1", "DIBAO")
    await jieyang.tell("P2", "DIBAO")
    await jieyang.bill("P1", FIRST, *LARGE)
    encounter = await jieyang.discharged("P2", SECOND, SMALL[0] | {"compliant": "16000.00"})
    await jieyang.merge("P2", "P1", "DIBAO")
    path = f"/v1/encounters/{encounter}/settlement"
    settled = await jieyang.hospital.post(path, json={"payers": {"BMI": "6000.00", "CII": "0.00"}})
    assert settled.status_code == 201, settled.text
    # Of the 8,000 that were due, 4,000 are left under the year's limit.
    assert aid(settled.json()) == "4000.00"
    assert (await jieyang.year("P1"))["latest_settlement"] == settled.json()["settlement_id"]
    assert await jieyang.reviews() == []
    revoked = await jieyang.hospital.post(
        f"/v1/settlements/{settled.json()['settlement_id']}/revocation", json={"reason": "录入错误"}
    )
    assert revoked.status_code == 201, revoked.text
    assert (await jieyang.year("P1"))["balances"]["aid_in"] == "56000.00"


async def test_a_settlement_from_before_the_merger_is_not_revoked_but_reviewed(jieyang: Any) -> None:
    first, second = await two_large_bills(jieyang)
    await jieyang.merge("P2", "P1", "DIBAO")
    for settled in (first, second):
        path = f"/v1/settlements/{settled['settlement_id']}/revocation"
        refused = await jieyang.hospital.post(path, json={"reason": "录入错误"})
        assert (refused.status_code, refused.json()["code"]) == (409, "NOT_THE_LATEST_SETTLEMENT")


async def test_a_merger_told_again_joins_nothing_twice(jieyang: Any) -> None:
    await two_large_bills(jieyang)
    for _ in range(3):
        await jieyang.merge("P2", "P1", "DIBAO")
    joins = await jieyang.service.pool.fetchval("SELECT count(*) FROM events WHERE type = 'BenefitYearsJoined'")
    assert (joins, len(await jieyang.reviews())) == (1, 1)
    assert (await jieyang.year("P1"))["balances"]["aid_in"] == "112000.00"
    assert await jieyang.service.pool.fetchval("SELECT count(*) FROM inbox_parked") == 0


async def test_a_record_that_took_one_over_is_taken_over_with_it(jieyang: Any) -> None:
    for person in ("P1", "P2", "P3"):
        await jieyang.tell(person, "DIBAO")
        await jieyang.bill(person, FIRST, *SMALL)
    await jieyang.merge("P3", "P2", "DIBAO")
    await jieyang.merge("P2", "P1", "DIBAO")
    await jieyang.merge("P3", "P1", "DIBAO")
    assert (await jieyang.year("P1"))["balances"]["aid_in"] == "9600.00"
    await jieyang.tell("P1", "TEKUN")
    (row,) = await jieyang.reviews()
    bills = (await jieyang.review(row["review_id"]))["bills"]
    assert [changes(bill) for bill in bills] == [{"MA": "800.00"}] * 3
    await jieyang.release(row["review_id"])
    assert (await jieyang.year("P1"))["balances"]["aid_in"] == "12000.00"


async def test_an_item_under_the_merged_record_goes_over_to_the_surviving_one(jieyang: Any) -> None:
    await jieyang.tell("P1", "DIBAO")
    await jieyang.tell("P2", "DIBAO")
    await jieyang.bill("P2", FIRST, *SMALL)
    await jieyang.tell("P2", "TEKUN")
    (before,) = await jieyang.reviews()
    await jieyang.merge("P2", "P1", "TEKUN")
    (after,) = await jieyang.reviews()
    assert (before["person_id"], after["person_id"]) == ("P2", "P1")
    assert after["patient_change"] == before["patient_change"] == "-800.00"


async def test_a_referral_of_either_record_opens_the_door_to_the_person(jieyang: Any) -> None:
    await jieyang.tell("P1", "DIBAO")
    await jieyang.tell("P2", "DIBAO")
    referred = ReferralChanged(
        referral_id="R2",
        revision=3,
        person_id="P2",
        state="AGENCY_APPROVED",
        sending_hospital="H9",
        receiving_hospital="H1",
        approved_on=FIRST,
    )
    await jieyang.tell_of(referral_contract.CONTRACT, "P2", referred)
    body = {"person_id": "P1", "kind": "inpatient", "admitted_on": SECOND.isoformat(), "referral_id": "R2"}
    foreign = await jieyang.hospital.post("/v1/encounters", json=body)
    assert (foreign.status_code, foreign.json()["code"]) == (422, "REFERRAL_FOREIGN")
    await jieyang.merge("P2", "P1", "DIBAO")
    assert (await jieyang.hospital.post("/v1/encounters", json=body)).status_code == 201
