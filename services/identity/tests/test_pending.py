"""A patient whom no list has yet: the hospital registers the person, who is pending until a department says more."""

from typing import Any, Final

import httpx

from kernel.testing.surroundings import Service

WANG: Final[dict[str, Any]] = {
    "id_number": "445201199003070034",
    "name": "王小明",
    "born_on": "1990-03-07",
    "sex": "MALE",
    "county": "445202",
}


async def test_a_hospital_registers_a_patient_who_belongs_to_nothing_until_a_department_says_so(
    hospital: httpx.AsyncClient, civil_affairs: httpx.AsyncClient, identity: Service
) -> None:
    registered = await hospital.post("/v1/persons", json=WANG)
    assert registered.status_code == 201, registered.text
    person = registered.json()["person_id"]
    assert (await hospital.get(f"/v1/persons/{person}")).json()["masked"] is True
    # What makes somebody entitled is for others to say.
    dibao = {"category": "DIBAO", "valid_from": "2019-01-01", "evidence": "list"}
    for path, body in (
        ("memberships", dibao),
        ("enrolments", {"scheme": "RESIDENT", "area": "445200", "year": 2019, "registered_on": "2019-01-02"}),
        ("death", {"died_on": "2019-07-01"}),
    ):
        refused = await hospital.post(f"/v1/persons/{person}/{path}", json=body)
        assert (refused.status_code, refused.json()["code"]) == (403, "ROLE_NOT_ALLOWED")
    again = await hospital.post("/v1/persons", json=WANG)
    assert (again.status_code, again.json()["code"]) == (409, "PERSON_ALREADY_REGISTERED")
    said = await civil_affairs.post(f"/v1/persons/{person}/memberships", json=dibao)
    assert said.status_code == 201, said.text
