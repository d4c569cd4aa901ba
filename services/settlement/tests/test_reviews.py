"""Facts that become known after settlement: the settlement stands, and a review item says the exact difference."""

from datetime import date
from typing import Any

from kernel.security import Role

DAY, LATER = date(2019, 8, 5), date(2019, 8, 12)
LINES = {"compliant": "10000.00"}
PAYERS = {"BMI": "6000.00", "CII": "0.00"}


def changes(bill: dict[str, Any]) -> dict[str, str]:
    return {layer["payer"]: layer["change"] for layer in bill["layers"] if layer["change"] != "0.00"}


async def test_a_better_category_known_too_late_opens_an_item_with_the_exact_difference(jieyang: Any) -> None:
    await jieyang.tell("P1", "DIBAO")
    settled = await jieyang.bill("P1", DAY, LINES, PAYERS)
    assert settled["bill"]["patient_pays"] == "800.00"
    revision = await jieyang.tell("P1", "TEKUN")
    (row,) = await jieyang.reviews()
    assert (row["settlement_id"], row["identity_revision"]) == (settled["settlement_id"], revision)
    assert (row["patient_change"], row["payout_change"], row["county"]) == ("-800.00", "0.00", "445202")
    found = await jieyang.review(row["review_id"])
    (bill,) = found["bills"]
    assert changes(bill) == {"MA": "800.00"}
    assert (bill["category_settled"], bill["category_now"], bill["because"]) == ("DIBAO", "TEKUN", "FACTS")
    clauses = {layer["payer"]: layer["clause"] for layer in bill["layers"]}
    assert clauses["MA"] == "004 三(二)2(1)"
    assert found["standing_settled"]["memberships"][0]["category"] == "DIBAO"
    assert found["standing_now"]["memberships"][0]["category"] == "TEKUN"
    # The settlement itself stands as it was.
    stands = await jieyang.hospital.get(f"/v1/settlements/{settled['settlement_id']}")
    assert stands.json()["bill"] == settled["bill"]


async def test_a_difference_runs_on_through_the_later_bills_of_the_year(jieyang: Any) -> None:
    await jieyang.tell("P1", "DIBAO")
    lines, payers = {"compliant": "90000.00"}, {"BMI": "20000.00", "CII": "0.00"}
    first = await jieyang.bill("P1", DAY, lines, payers)
    second = await jieyang.bill("P1", LATER, lines, payers)
    # 80 % of 70,000 is 56,000, then 4,000 are left of the 60,000 of the year.
    assert [layer["amount"] for layer in second["bill"]["layers"] if layer["payer"] == "MA"] == ["4000.00"]
    await jieyang.tell("P1", "TEKUN")
    (row,) = await jieyang.reviews()
    bills = (await jieyang.review(row["review_id"]))["bills"]
    assert [bill["settlement_id"] for bill in bills] == [first["settlement_id"], second["settlement_id"]]
    # 100 % of 70,000 now, and 10,000 left of 80,000 for the second.
    assert [changes(bill)["MA"] for bill in bills] == ["14000.00", "6000.00"]
    assert bills[1]["accumulators_now"]["aid_in"] == "80000.00"


async def test_what_makes_no_fen_of_difference_opens_nothing(jieyang: Any) -> None:
    await jieyang.tell("P1", "TEKUN")
    await jieyang.bill("P1", DAY, LINES, PAYERS)
    await jieyang.tell("P1", "TEKUN", "DIBAO")
    await jieyang.tell("P1", "ORPHAN")
    assert await jieyang.reviews() == []


async def test_a_message_told_twice_opens_one_item(jieyang: Any) -> None:
    await jieyang.tell("P1", "DIBAO")
    await jieyang.bill("P1", DAY, LINES, PAYERS)
    for _ in range(3):
        await jieyang.tell("P1", "TEKUN")
    assert len(await jieyang.reviews()) == 1
    assert await jieyang.service.pool.fetchval("SELECT count(*) FROM events WHERE type LIKE 'Review%'") == 1


async def test_a_newer_fact_refreshes_the_open_item_and_a_change_back_closes_it(jieyang: Any) -> None:
    await jieyang.tell("P1", "DIBAO")
    await jieyang.bill("P1", DAY, LINES, PAYERS)
    await jieyang.tell("P1", "TEKUN")
    (better,) = await jieyang.reviews()
    await jieyang.tell("P1")
    (worse,) = await jieyang.reviews()
    assert worse["review_id"] == better["review_id"]
    assert (better["patient_change"], worse["patient_change"]) == ("-800.00", "3200.00")
    await jieyang.tell("P1", "DIBAO")
    assert await jieyang.reviews() == []
    (closed,) = await jieyang.reviews("OBSOLETE")
    history = (await jieyang.review(closed["review_id"]))["history"]
    assert [step["what"] for step in history] == ["ReviewOpened", "ReviewRefreshed", "ReviewObsolete"]


async def test_a_revoked_settlement_needs_no_review(jieyang: Any) -> None:
    await jieyang.tell("P1", "DIBAO")
    settled = await jieyang.bill("P1", DAY, LINES, PAYERS)
    await jieyang.tell("P1", "TEKUN")
    path = f"/v1/settlements/{settled['settlement_id']}/revocation"
    assert (await jieyang.hospital.post(path, json={"reason": "录入错误"})).status_code == 201
    assert await jieyang.reviews() == []
    assert len(await jieyang.reviews("OBSOLETE")) == 1


async def test_a_death_before_the_stay_began_takes_every_entitlement_and_one_within_it_none(jieyang: Any) -> None:
    await jieyang.tell("P1", "DIBAO")
    await jieyang.bill("P1", DAY, LINES, PAYERS)
    await jieyang.tell("P1", "DIBAO", died_on=DAY)
    assert await jieyang.reviews() == []
    await jieyang.tell("P1", "DIBAO", died_on=date(2019, 8, 1))
    (row,) = await jieyang.reviews()
    assert row["patient_change"] == "3200.00"


async def test_what_cannot_be_decided_again_says_why(liuzhou: Any) -> None:
    await liuzhou.tell("P1", "REGISTERED_POOR")
    payers = {"BMI": "6000.00", "CII": "0.00", "BMI2": "0.00", "MA": "0.00"}
    await liuzhou.bill("P1", DAY, LINES, payers)
    await liuzhou.tell("P1", "REGISTERED_POOR", poverty_status="LIFTED")
    (row,) = await liuzhou.reviews()
    found = await liuzhou.review(row["review_id"])
    assert found["undecidable"].startswith("EXIT_DATE_MISSING")
    assert found["bills"] == []
    # The poverty office gives the day: support went on for two years, so nothing differs.
    await liuzhou.tell("P1", "REGISTERED_POOR", poverty_status="LIFTED", exit_date=date(2018, 12, 31))
    assert await liuzhou.reviews() == []


async def test_reviews_are_for_operators_and_an_unknown_one_is_said_to_be(jieyang: Any) -> None:
    assert (await jieyang.hospital.get("/v1/reviews")).status_code == 403
    operator = await jieyang.service.client(Role.OPERATIONS)
    unknown = await operator.get("/v1/reviews/R1")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "REVIEW_UNKNOWN")
