"""Whatever was written can be read back: an encounter, its lines, its settlements, what changed since, what is left."""

import asyncio
from datetime import date
from typing import Any, Final

import pytest

from kernel.security import Role

DAY: Final = date(2019, 8, 5)
PAYERS: Final = {"BMI": "6000.00", "CII": "0.00"}


@pytest.fixture
async def settled(jieyang: Any) -> dict[str, Any]:
    await jieyang.tell("P1", "DIBAO")
    lines = {"compliant": "9000.00", "out_of_catalogue": "1000.00"}
    bill: dict[str, Any] = await jieyang.bill("P1", DAY, lines, PAYERS)
    return bill


async def test_an_encounter_is_read_back_with_its_lines_and_settlements(jieyang: Any, settled: dict[str, Any]) -> None:
    encounter, settlement = settled["encounter_id"], settled["settlement_id"]
    path = f"/v1/encounters/{encounter}"
    found = (await jieyang.hospital.get(path)).json()
    assert (found["state"], found["settled_by"], found["settlements"]) == ("SETTLED", settlement, [settlement])
    assert (found["total"], found["compliant"], found["out_of_catalogue"]) == ("10000.00", "9000.00", "1000.00")
    assert (found["admitted_on"], found["discharged_on"], found["person_id"]) == ("2019-08-05", "2019-08-05", "P1")
    lines = (await jieyang.hospital.get(f"{path}/fees?limit=1")).json()
    rest = (await jieyang.hospital.get(f"{path}/fees?limit=1&after={lines['next']}")).json()
    both = [(line["line"], line["amount"], line["cost_class"]) for line in (*lines["items"], *rest["items"])]
    assert both == [(1, "9000.00", "compliant"), (2, "1000.00", "out_of_catalogue")]
    assert rest["next"] is None
    (only,) = (await jieyang.hospital.get(f"{path}/settlements")).json()
    assert only == (await jieyang.hospital.get(f"/v1/settlements/{settlement}")).json()


async def test_another_hospital_s_encounter_is_not_read(jieyang: Any, settled: dict[str, Any]) -> None:
    other = await jieyang.service.client(Role.HOSPITAL, "H2")
    path = f"/v1/encounters/{settled['encounter_id']}"
    for part in ("", "/fees", "/settlements", "/limits"):
        refused = await other.get(path + part)
        assert (refused.status_code, refused.json()["code"]) == (404, "ENCOUNTER_UNKNOWN")
    county = await jieyang.service.client(Role.AGENCY, "A1", divisions=["445203"])
    assert (await county.get(path)).json()["code"] == "DIVISION_FOREIGN"
    assert (await jieyang.hospital.get("/v1/encounters/nothing")).status_code == 404


async def test_a_revocation_has_a_mirror_with_its_own_id_and_moment(jieyang: Any, settled: dict[str, Any]) -> None:
    settlement = settled["settlement_id"]
    await jieyang.hospital.post(f"/v1/settlements/{settlement}/revocation", json={"reason": "录入有误"})
    mirror = (await jieyang.hospital.get(f"/v1/settlements/{settlement}")).json()["revocation"]
    assert mirror["revocation_id"] not in (settlement, settled["encounter_id"])
    assert (mirror["total"], mirror["patient_pays"]) == ("-10000.00", f"-{settled['bill']['patient_pays']}")
    paid = {layer["payer"]: layer["amount"] for layer in settled["bill"]["layers"]}
    back = {layer["payer"]: layer["amount"].removeprefix("-") for layer in mirror["layers"]}
    assert (back, mirror["reason"]) == (paid, "录入有误")
    assert mirror["revoked_at"].startswith("2019-08-20")
    state = (await jieyang.hospital.get(f"/v1/encounters/{settled['encounter_id']}")).json()
    assert (state["state"], state["settled_by"], state["settlements"]) == ("DISCHARGED", None, [settlement])


async def test_settlements_are_listed_by_person_day_and_state(jieyang: Any, settled: dict[str, Any]) -> None:
    await jieyang.tell("P2", "DIBAO")
    other = await jieyang.bill("P2", date(2019, 8, 6), {"compliant": "100.00"}, {"BMI": "50.00", "CII": "0.00"})
    await jieyang.hospital.post(f"/v1/settlements/{other['settlement_id']}/revocation", json={"reason": "录入有误"})
    agency = await jieyang.service.client(Role.AGENCY, "A1")
    county = await jieyang.service.client(Role.AGENCY, "A1", divisions=["445202"])
    for query, expected in {
        "person_id=P1": settled,
        "discharged_to=2019-08-05": settled,
        "discharged_from=2019-08-06": other,
        "state=REVOKED": other,
        "state=STANDING": settled,
    }.items():
        for client in (jieyang.hospital, agency, county):
            items = (await client.get(f"/v1/settlements?{query}")).json()["items"]
            assert [item["settlement_id"] for item in items] == [expected["settlement_id"]], query


async def test_changes_come_in_order_and_a_follower_waits_for_the_next(jieyang: Any, settled: dict[str, Any]) -> None:
    settlement = settled["settlement_id"]
    first = (await jieyang.hospital.get("/v1/settlement-changes?wait_seconds=8")).json()
    assert [(c["kind"], c["settlement_id"]) for c in first["items"]] == [("SettlementConfirmed", settlement)]
    assert first["items"][0]["patient_change"] == settled["bill"]["patient_pays"]
    waiting = asyncio.create_task(
        jieyang.hospital.get("/v1/settlement-changes", params={"after": first["next"], "wait_seconds": 8})
    )
    await jieyang.hospital.post(f"/v1/settlements/{settlement}/revocation", json={"reason": "录入有误"})
    news = (await waiting).json()
    assert [(c["kind"], c["settlement_id"]) for c in news["items"]] == [("SettlementRevoked", settlement)]
    nothing = (await jieyang.hospital.get("/v1/settlement-changes", params={"after": news["next"]})).json()
    assert nothing == {"items": [], "next": news["next"]}
    other = await jieyang.service.client(Role.HOSPITAL, "H2")
    assert (await other.get("/v1/settlement-changes")).json()["items"] == []
    county = await jieyang.service.client(Role.AGENCY, "A1", divisions=["445203"])
    assert (await county.get("/v1/settlement-changes")).json()["items"] == []


async def test_totals_by_day_and_payer_leave_out_what_was_taken_back(jieyang: Any, settled: dict[str, Any]) -> None:
    path = "/v1/settlement-totals?discharged_from=2019-08-01&discharged_to=2019-08-31"
    totals = (await jieyang.hospital.get(path)).json()
    paid = {layer["payer"]: layer["amount"] for layer in settled["bill"]["layers"]}
    assert {total["payer"]: total["amount"] for total in totals} == paid
    assert {total["day"] for total in totals} == {"2019-08-05"}
    await jieyang.hospital.post(f"/v1/settlements/{settled['settlement_id']}/revocation", json={"reason": "录入有误"})
    assert (await jieyang.hospital.get(path)).json() == []
    for first, last in (("2019-08-01", "2019-09-01"), ("2019-08-02", "2019-08-01")):
        asked = {"discharged_from": first, "discharged_to": last}
        refused = await jieyang.hospital.get("/v1/settlement-totals", params=asked)
        assert (refused.status_code, refused.json()["code"]) == (422, "PERIOD_TOO_LONG")


async def test_the_treating_hospital_sees_what_is_left_of_each_limit(jieyang: Any, settled: dict[str, Any]) -> None:
    path = f"/v1/encounters/{settled['encounter_id']}/limits"
    found = (await jieyang.hospital.get(path)).json()
    (aid,) = [layer for layer in settled["bill"]["layers"] if layer["payer"] == "MA"]
    (limit,) = [limit for limit in found["limits"] if limit["payer"] == "MA"]
    assert (found["year"], limit["accumulator"], limit["limit"]) == (2019, aid["accumulator"], aid["cap"])
    assert (limit["used"], limit["left"]) == (aid["after"], f"{float(aid['cap']) - float(aid['after']):.2f}")


async def test_the_reviews_of_a_settlement_are_told_to_its_hospital(jieyang: Any, settled: dict[str, Any]) -> None:
    path = f"/v1/settlements/{settled['settlement_id']}/reviews"
    assert (await jieyang.hospital.get(path)).json() == []
    await jieyang.tell("P1", "TEKUN")
    (opened,) = await jieyang.reviews()
    (row,) = (await jieyang.hospital.get(path)).json()
    assert (row["review_id"], row["state"]) == (opened["review_id"], "OPEN")
    other = await jieyang.service.client(Role.HOSPITAL, "H2")
    assert (await other.get(path)).json()["code"] == "SETTLEMENT_UNKNOWN"


async def test_a_cancelled_admission_is_read_back_as_what_it_is(jieyang: Any) -> None:
    await jieyang.tell("P1", "DIBAO")
    body = {"person_id": "P1", "kind": "inpatient", "admitted_on": "2019-08-01", "inpatient_number": "ZY-1"}
    encounter = (await jieyang.hospital.post("/v1/encounters", json=body)).json()["encounter_id"]
    path = f"/v1/encounters/{encounter}"
    await jieyang.hospital.post(f"{path}/cancellation", json={"reason": "登记有误"})
    read = await jieyang.hospital.get(path)
    assert (read.status_code, read.json()["state"]) == (200, "CANCELLED")
    assert (await jieyang.hospital.get(f"{path}/limits")).status_code == 200
    again = await jieyang.hospital.post("/v1/encounters", json=body)
    assert again.status_code == 201, "the number of a stay that never was is free again"
    listed = {
        row["encounter_id"]: row["cancelled_at"]
        for row in (await jieyang.hospital.get("/v1/encounters")).json()["items"]
    }
    assert listed[encounter].startswith("2019-08-20")
    assert listed[again.json()["encounter_id"]] is None
