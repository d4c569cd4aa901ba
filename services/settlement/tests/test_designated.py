"""Designated institutions (定点, AMB-X10): no contract on the day, no layer of the special payers, in every pack."""

from datetime import date
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from kernel.security import Role
from law import Claim, Membership, Standing, adjudicate
from law.methods.given import Given
from law.packs import Policy, load_library

LIBRARY: Final = load_library(Path(__file__).parents[3] / "policies")
FIGURES: Final = {"target_share_percent": "10"}
SPECIAL: Final = {
    "hunan": {"THB", "MA", "HRED", "FISCAL"},
    "guangxi": {"HOSP", "MA", "BACKSTOP"},
    "leye": {"MA", "HPI", "GOV1", "GOV2"},
    "huining": {"AID", "MA"},
    "jieyang": {"MA", "MASEC"},
}


@pytest.mark.parametrize("pack", LIBRARY.packs, ids=lambda pack: pack.file.region)
def test_without_a_contract_no_special_payer_pays_and_the_clause_says_why(pack: Any) -> None:
    on = date(2019, 8, 20)
    policy = Policy(pack, on, FIGURES)
    given = {layer.payer: 10_000 for layer in policy.file.layers if isinstance(layer, Given)}
    poor = Membership(category="REGISTERED_POOR", valid_from=date(2015, 1, 1))
    claim = Claim(
        kind="inpatient",
        discharged_on=on,
        total_fen=2_000_000,
        compliant_fen=2_000_000,
        out_of_catalogue_fen=0,
        given_fen=given,
        designated_at_admission=False,
    )
    result = adjudicate(claim, Standing((poor,)), {}, policy)
    barred = {layer.payer: layer for layer in result.layers if "EXCLUDED" in layer.flags}
    assert barred.keys() == SPECIAL[pack.file.region]
    assert all(layer.amount_fen == 0 and "定点" in layer.clause for layer in barred.values())
    paid = {layer.payer for layer in result.layers if layer.amount_fen}
    assert paid == given.keys() - barred.keys()


async def _enter(agency: httpx.AsyncClient, **changes: Any) -> None:
    entry = {"hospital_id": "H1", "name": "示范医院", "level": "county", "division": "445202", **changes}
    entered = await agency.post("/v1/institutions", json={"contract_from": "2018-01-01", **entry})
    assert entered.status_code == 201, entered.text


@pytest.mark.parametrize(
    ("contract", "aid", "notices"),
    [
        ({"contract_to": "2019-08-05"}, "3200.00", []),
        ({"contract_to": "2019-08-01"}, "3200.00", []),
        ({"contract_to": "2019-07-31"}, "0.00", ["CONTRACT_ENDED"]),
        ({"contract_from": "2019-08-02"}, "0.00", ["CONTRACT_NOT_BEGUN"]),
    ],
)
async def test_the_contract_of_the_day_of_admission_counts_and_the_door_says_so(
    jieyang: Any, contract: dict[str, str], aid: str, notices: list[str]
) -> None:
    await jieyang.tell("P1", "DIBAO")
    await _enter(await jieyang.service.client(Role.AGENCY, "A1"), **contract)
    hospital = jieyang.hospital
    body = {"person_id": "P1", "kind": "inpatient", "admitted_on": "2019-08-01"}
    admitted = (await hospital.post("/v1/encounters", json=body)).json()
    assert (admitted["notices"], admitted["deposit_required"]) == (notices, bool(notices))
    path = f"/v1/encounters/{admitted['encounter_id']}"
    lines = [{"item": "示范", "amount": "10000.00", "cost_class": "compliant"}]
    await hospital.post(f"{path}/fees", json={"lines": lines})
    await hospital.post(f"{path}/discharge", json={"discharged_on": "2019-08-10"})
    payers = {"BMI": "6000.00", "CII": "0.00"}
    bill = (await hospital.post(f"{path}/settlement", json={"payers": payers})).json()["bill"]
    assert next(layer["amount"] for layer in bill["layers"] if layer["payer"] == "MA") == aid


async def test_a_pharmacy_is_an_institution_that_takes_nobody_in(jieyang: Any) -> None:
    await jieyang.tell("P1", "DIBAO")
    agency = await jieyang.service.client(Role.AGENCY, "A1")
    await _enter(agency, hospital_id="YD1", name="示范大药房", kind="pharmacy")
    pharmacy = await jieyang.service.client(Role.HOSPITAL, "YD1")
    body = {"person_id": "P1", "admitted_on": "2019-08-01"}
    stay = await pharmacy.post("/v1/encounters", json={**body, "kind": "inpatient"})
    assert (stay.status_code, stay.json()["code"]) == (422, "CARE_NOT_OFFERED")
    assert (await pharmacy.post("/v1/encounters", json={**body, "kind": "outpatient"})).status_code == 201
    listed = (await agency.get("/v1/institutions")).json()["items"]
    assert {row["hospital_id"]: row["kind"] for row in listed}["YD1"] == "pharmacy"
