"""A poverty handbook at the door (000 二(二)): no deposit, also before the list names the person, and then a look."""

from datetime import date
from typing import Any

import pytest

from contracts import identity as told
from kernel.security import Role
from kernel.values.refusals import Refused
from settlement.admission_checks.domain import DECIDER, AdmissionCheckClosed, CheckOutcome, CloseAdmissionCheck

DAY = date(2019, 8, 5)


async def shown(desk: Any, result: str, *, person_id: str = "P1", hospital_id: str = "H1") -> str:
    """Identity tells that a handbook was checked; gives the check's id."""
    check = told.HandbookChecked(f"check-{result}", person_id, hospital_id, result, DAY)
    await desk.tell_of(told.CONTRACT, person_id, check)
    return check.check_id


async def admit(desk: Any, check_id: str, kind: str = "inpatient") -> Any:
    body = {"person_id": "P1", "kind": kind, "admitted_on": DAY.isoformat(), "handbook_check_id": check_id}
    return await desk.hospital.post("/v1/encounters", json=body)


@pytest.mark.parametrize("result", ["UNLISTED", "LAPSED", "HOLDS"])
async def test_whoever_shows_a_handbook_and_is_on_no_list_is_admitted_without_deposit_and_looked_into(
    leye: Any, result: str
) -> None:
    await leye.tell("P1")
    admitted = (await admit(leye, await shown(leye, result))).json()
    assert (admitted["deposit_required"], admitted["category"]) == (False, None)
    assert admitted["clause"].endswith("二(二) 凭“扶贫手册”即可直接住院")
    agency = await leye.service.client(Role.AGENCY, "A1")
    (row,) = (await agency.get("/v1/admission-checks")).json()["items"]
    assert (row["encounter_id"], row["handbook"], row["outcome"]) == (admitted["encounter_id"], result, None)
    assert (await agency.get("/v1/admission-checks", params={"county": "451029"})).json()["items"] == []


async def test_who_is_on_the_list_needs_no_look_at_the_handbook(leye: Any) -> None:
    await leye.tell("P1", "REGISTERED_POOR")
    admitted = (await admit(leye, await shown(leye, "HOLDS"))).json()
    assert (admitted["deposit_required"], admitted["category"]) == (False, "REGISTERED_POOR")
    agency = await leye.service.client(Role.AGENCY, "A1")
    assert (await agency.get("/v1/admission-checks")).json()["items"] == []


async def test_a_handbook_of_another_person_opens_nothing(leye: Any) -> None:
    await leye.tell("P1")
    refused = await admit(leye, await shown(leye, "OF_ANOTHER"))
    assert (refused.status_code, refused.json()["code"]) == (409, "HANDBOOK_FOREIGN")


@pytest.mark.parametrize("whose", [{"person_id": "P2"}, {"hospital_id": "H2"}])
async def test_a_check_for_another_person_or_hospital_is_not_this_one_s(leye: Any, whose: dict[str, str]) -> None:
    await leye.tell("P1")
    refused = await admit(leye, await shown(leye, "UNLISTED", **whose))
    assert (refused.status_code, refused.json()["code"]) == (409, "HANDBOOK_CHECK_UNKNOWN")
    unknown = await admit(leye, "never-made")
    assert (unknown.status_code, unknown.json()["code"]) == (409, "HANDBOOK_CHECK_UNKNOWN")


async def test_a_handbook_opens_no_door_outside_the_county(leye: Any) -> None:
    agency = await leye.service.client(Role.AGENCY, "A1")
    city = {"hospital_id": "H9", "name": "示范市医院", "level": "city", "division": "451002"}
    assert (await agency.post("/v1/institutions", json=city | {"contract_from": "2018-01-01"})).status_code == 201
    await leye.tell("P1")
    leye.hospital = await leye.service.client(Role.HOSPITAL, "H9")
    admitted = (await admit(leye, await shown(leye, "UNLISTED", hospital_id="H9"))).json()
    assert (admitted["deposit_required"], admitted["clause"]) == (True, None)
    assert (await agency.get("/v1/admission-checks")).json()["items"] == []


async def test_where_the_document_knows_no_handbook_it_changes_nothing(jieyang: Any) -> None:
    await jieyang.tell("P1")
    admitted = (await admit(jieyang, await shown(jieyang, "UNLISTED"))).json()
    assert (admitted["deposit_required"], admitted["clause"]) == (True, None)
    agency = await jieyang.service.client(Role.AGENCY, "A1")
    assert (await agency.get("/v1/admission-checks")).json()["items"] == []


async def test_the_agency_closes_what_it_looked_into(leye: Any) -> None:
    await leye.tell("P1")
    encounter = (await admit(leye, await shown(leye, "UNLISTED"))).json()["encounter_id"]
    agency = await leye.service.client(Role.AGENCY, "A1")
    path = f"/v1/admission-checks/{encounter}/closing"
    found = {"outcome": "ENTITLED", "note": "名单补录"}
    assert (await agency.post(path, json=found)).json() == {"encounter_id": encounter, "outcome": "ENTITLED"}
    assert (await agency.post(path, json=found)).status_code == 200
    changed = await agency.post(path, json={**found, "outcome": "NOT_ENTITLED"})
    assert (changed.status_code, changed.json()["code"]) == (409, "ADMISSION_CHECK_CLOSED")
    assert (await agency.get("/v1/admission-checks")).json()["items"] == []
    (row,) = (await agency.get("/v1/admission-checks", params={"state": "CLOSED"})).json()["items"]
    assert (row["outcome"], row["note"]) == ("ENTITLED", "名单补录")
    unknown = await agency.post("/v1/admission-checks/e9/closing", json=found)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "ADMISSION_CHECK_UNKNOWN")
    forbidden = await leye.hospital.get("/v1/admission-checks")
    assert (forbidden.status_code, forbidden.json()["code"]) == (403, "ROLE_NOT_ALLOWED")


def test_a_look_that_came_to_the_same_again_changes_nothing() -> None:
    closed = AdmissionCheckClosed("e1", CheckOutcome.ENTITLED, "a1", "x")
    assert not DECIDER.decide(CloseAdmissionCheck("e1", "UNLISTED", CheckOutcome.ENTITLED, "a2", "y"), closed)
    with pytest.raises(Refused, match="found to be ENTITLED before"):
        DECIDER.decide(CloseAdmissionCheck("e1", "UNLISTED", CheckOutcome.NOT_ENTITLED, "a2", "y"), closed)
