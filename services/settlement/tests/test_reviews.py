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
    assert settled["identity_revision"] == revision - 1
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
    # A day without a status is no better: it is not read as "not lifted", nor at the door.
    await liuzhou.tell("P1", "REGISTERED_POOR", exit_date=date(2018, 12, 31))
    (row,) = await liuzhou.reviews()
    assert (await liuzhou.review(row["review_id"]))["undecidable"].startswith("POVERTY_STATUS_MISSING")
    arriving = {"person_id": "P1", "kind": "inpatient", "admitted_on": "2019-08-12"}
    window = await liuzhou.hospital.post("/v1/encounters", json=arriving)
    assert (window.status_code, window.json()["code"]) == (422, "POVERTY_STATUS_MISSING")
    # The poverty office gives the day: support went on for two years, so nothing differs.
    await liuzhou.tell("P1", "REGISTERED_POOR", poverty_status="LIFTED", exit_date=date(2018, 12, 31))
    assert await liuzhou.reviews() == []


async def test_reviews_are_for_operators_and_an_unknown_one_is_said_to_be(jieyang: Any) -> None:
    assert (await jieyang.hospital.get("/v1/reviews")).status_code == 403
    operator = await jieyang.service.client(Role.OPERATIONS)
    unknown = await operator.get("/v1/reviews/R1")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "REVIEW_UNKNOWN")


async def operators(desk: Any) -> tuple[Any, Any]:
    return await desk.service.client(Role.OPERATIONS), await desk.service.client(Role.AGENCY, "A1")


async def adjusted(desk: Any) -> dict[str, Any]:
    """Propose and release what is open."""
    one, other = await operators(desk)
    (row,) = await desk.reviews()
    path = f"/v1/reviews/{row['review_id']}"
    assert (await one.post(f"{path}/proposal", json={"decision": "ADJUST", "reason": "名单补报"})).status_code == 201
    released = await other.post(f"{path}/release")
    assert released.status_code == 201, released.text
    answer: dict[str, Any] = released.json()
    return answer


async def year_of(desk: Any, person_id: str = "P1") -> dict[str, Any]:
    agency = await desk.service.client(Role.AGENCY, "A1")
    year: dict[str, Any] = (await agency.get(f"/v1/benefit-years/445200/{person_id}/2019")).json()
    return year


async def test_a_release_supplements_the_settlement_and_moves_the_year_by_the_difference(jieyang: Any) -> None:
    await jieyang.tell("P1", "DIBAO")
    settled = await jieyang.bill("P1", DAY, LINES, PAYERS)
    before = await year_of(jieyang)
    await jieyang.tell("P1", "TEKUN")
    released = await adjusted(jieyang)
    assert released["state"] == "ADJUSTED"
    assert released["supplements"] == [f"{settled['settlement_id']}-supplement-1"]
    now = (await jieyang.hospital.get(f"/v1/settlements/{settled['settlement_id']}")).json()
    assert now["bill"] == settled["bill"]
    (supplement,) = now["supplements"]
    assert (supplement["patient_change"], supplement["bill"]["category"]) == ("-800.00", "TEKUN")
    assert supplement["bill"]["patient_pays"] == "0.00"
    after = await year_of(jieyang)
    assert (before["balances"]["aid_in"], after["balances"]["aid_in"]) == ("3200.00", "4000.00")
    assert (after["version"], after["latest_settlement"]) == (before["version"] + 1, settled["settlement_id"])
    assert await jieyang.reviews() == []
    # What was supplemented is supplemented again by a later fact, from where it stands.
    await jieyang.tell("P1", "DIBAO")
    (row,) = await jieyang.reviews()
    assert row["patient_change"] == "800.00"


async def test_a_later_settlement_reads_the_accumulators_after_a_supplement(jieyang: Any) -> None:
    await jieyang.tell("P1", "DIBAO")
    lines, payers = {"compliant": "90000.00"}, {"BMI": "20000.00", "CII": "0.00"}
    await jieyang.bill("P1", DAY, lines, payers)
    await jieyang.bill("P1", LATER, lines, payers)
    await jieyang.tell("P1", "TEKUN")
    assert len((await adjusted(jieyang))["supplements"]) == 2
    third = await jieyang.bill("P1", LATER, lines, payers)
    assert [layer["amount"] for layer in third["bill"]["layers"] if layer["payer"] == "MA"] == ["0.00"]
    assert third["bill"]["accumulators_before"]["aid_in"] == "80000.00"


async def test_revoking_goes_back_before_the_supplement_and_lifo_holds(jieyang: Any) -> None:
    await jieyang.tell("P1", "DIBAO")
    first = await jieyang.bill("P1", DAY, LINES, PAYERS)
    second = await jieyang.bill("P1", LATER, LINES, PAYERS)
    await jieyang.tell("P1", "TEKUN")
    await adjusted(jieyang)
    refused = await jieyang.hospital.post(
        f"/v1/settlements/{first['settlement_id']}/revocation", json={"reason": "太早"}
    )
    assert (refused.status_code, refused.json()["code"]) == (409, "NOT_THE_LATEST_SETTLEMENT")
    for settled, left in ((second, "4000.00"), (first, "0.00")):
        path = f"/v1/settlements/{settled['settlement_id']}/revocation"
        revoked = await jieyang.hospital.post(path, json={"reason": "录入错误"})
        assert revoked.status_code == 201, revoked.text
        assert revoked.json()["refund_to_patient"] == "800.00"
        assert (await year_of(jieyang))["balances"]["aid_in"] == left


async def test_one_person_cannot_propose_and_release(jieyang: Any) -> None:
    await jieyang.tell("P1", "DIBAO")
    await jieyang.bill("P1", DAY, LINES, PAYERS)
    await jieyang.tell("P1", "TEKUN")
    one, other = await operators(jieyang)
    (row,) = await jieyang.reviews()
    path = f"/v1/reviews/{row['review_id']}"
    nothing = await other.post(f"{path}/release")
    assert (nothing.status_code, nothing.json()["code"]) == (409, "REVIEW_NOT_PROPOSED")
    await one.post(f"{path}/proposal", json={"decision": "ADJUST", "reason": "名单补报"})
    refused = await one.post(f"{path}/release")
    assert (refused.status_code, refused.json()["code"]) == (403, "REVIEW_SAME_PERSON")
    rejected = await other.post(f"{path}/rejection", json={"reason": "证据不足"})
    assert rejected.json()["state"] == "OPEN"
    history = (await jieyang.review(row["review_id"]))["history"]
    assert [(step["what"], step["by"]) for step in history[1:]] == [
        ("ReviewProposed", "operations-1"),
        ("ReviewRejected", "agency-1"),
    ]


async def test_what_was_left_as_it_is_stays_so_until_another_fact_comes(jieyang: Any) -> None:
    await jieyang.tell("P1", "DIBAO")
    settled = await jieyang.bill("P1", DAY, LINES, PAYERS)
    await jieyang.tell("P1", "TEKUN")
    one, other = await operators(jieyang)
    (row,) = await jieyang.reviews()
    path = f"/v1/reviews/{row['review_id']}"
    await one.post(f"{path}/proposal", json={"decision": "LEAVE", "reason": "差额已另行救助"})
    left = (await other.post(f"{path}/release")).json()
    assert (left["state"], left["supplements"]) == ("LEFT", [])
    await jieyang.tell("P1", "TEKUN", "DIBAO")
    await jieyang.bill("P1", LATER, LINES, PAYERS)
    assert await jieyang.reviews() == []
    await jieyang.tell("P1")
    (row,) = await jieyang.reviews()
    bills = (await jieyang.review(row["review_id"]))["bills"]
    assert bills[0]["settlement_id"] == settled["settlement_id"]


async def test_what_differs_otherwise_by_now_is_not_released_but_shown(jieyang: Any, around: Any) -> None:
    await jieyang.tell("P1", "DIBAO")
    await jieyang.bill("P1", DAY, LINES, PAYERS)
    await jieyang.tell("P1", "TEKUN")
    one, other = await operators(jieyang)
    (row,) = await jieyang.reviews()
    path = f"/v1/reviews/{row['review_id']}"
    await one.post(f"{path}/proposal", json={"decision": "ADJUST", "reason": "名单补报"})
    # Nobody has looked at the newest fact yet: its reviewer is held up.
    await jieyang.service.pool.execute(
        "UPDATE people SET entitlement = (replace(entitlement::text, 'TEKUN', 'NONE'))::json"
    )
    refused = await other.post(f"{path}/release")
    assert (refused.status_code, refused.json()["code"]) == (409, "REVIEW_STALE")
    (fresh,) = await jieyang.reviews()
    assert (fresh["review_id"], fresh["patient_change"]) == (row["review_id"], "3200.00")
    assert await jieyang.service.pool.fetchval("SELECT count(*) FROM supplements") == 0


async def test_a_bill_settled_while_a_fact_arrived_is_looked_at_afterwards(jieyang: Any) -> None:
    await jieyang.tell("P1", "DIBAO")
    await jieyang.bill("P1", DAY, LINES, PAYERS)
    assert await jieyang.reviews() == []
    pool = jieyang.service.pool
    async with pool.acquire() as connection, connection.transaction():
        # The reviewer of settlements stands still; identity's was done with the new fact before this bill existed.
        await connection.execute("SELECT FROM inbox_cursor WHERE consumer = 'settlement-review' FOR UPDATE")
        late = await jieyang.bill("P1", LATER, LINES, PAYERS)
        await pool.execute(
            "UPDATE people SET revision = 2, entitlement = (replace(entitlement::text, 'DIBAO', 'TEKUN'))::json"
        )
    (row,) = await jieyang.reviews()
    bills = (await jieyang.review(row["review_id"]))["bills"]
    assert late["settlement_id"] in [bill["settlement_id"] for bill in bills]
