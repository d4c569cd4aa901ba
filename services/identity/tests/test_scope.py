"""Each county's staff see and change the people of their own county, a city's those of all its counties (R-JY-12)."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from kernel.security import Role
from kernel.testing.surroundings import Service

OWN, FOREIGN, CITY = ["445201"], ["445224"], ["445200"]
#: Made up, and registered in 445201.
WANG: Final = {
    "id_number": "445201199003070034",
    "name": "王小明",
    "born_on": "1990-03-07",
    "sex": "MALE",
    "county": "445201",
}
_DOCUMENT: Final = json.loads((Path(__file__).parents[3] / "docs/openapi/identity.json").read_text(encoding="utf-8"))
DIBAO: Final = {"category": "DIBAO", "valid_from": "2019-01-01", "evidence": "dibao list 2019-01"}


def routes_of_one_person() -> Iterator[tuple[str, str, str]]:
    """Every route whose path names a person, once for each role that may take it and may have divisions."""
    for path, operations in _DOCUMENT["paths"].items():
        if "{person_id}" in path:
            for method, operation in operations.items():
                for role in operation["x-roles"]:
                    if role != Role.HOSPITAL:
                        yield method, path, role


@pytest.fixture
async def wang(civil_affairs: httpx.AsyncClient) -> str:
    made = await civil_affairs.post("/v1/persons", json=WANG)
    assert made.status_code == 201, made.text
    person_id = str(made.json()["person_id"])
    assert (await civil_affairs.post(f"/v1/persons/{person_id}/memberships", json=DIBAO)).status_code == 201
    return person_id


async def staff(identity: Service, role: str, divisions: list[str] | None) -> httpx.AsyncClient:
    organisation = "civil-affairs" if role == Role.DEPARTMENT else None
    return await identity.client(Role(role), organisation, divisions=divisions)


async def code_of(client: httpx.AsyncClient, method: str, path: str, body: Any = None) -> tuple[int, str]:
    reply = await client.request(method, path, json=body)
    said = reply.json()
    return reply.status_code, said.get("code", "") if isinstance(said, dict) else ""


async def test_no_route_to_a_person_of_another_county_is_open(identity: Service, wang: str) -> None:
    table = list(routes_of_one_person())
    assert len(table) > 40
    for method, path, role in table:
        named = path.replace("{person_id}", wang).replace("{", "").replace("}", "")
        refused = await code_of(await staff(identity, role, FOREIGN), method, named, {})
        assert refused == (403, "DIVISION_FOREIGN"), (method, path, role)
        for divisions in (OWN, CITY):
            # An empty body is refused for what it lacks: the caller was let in.
            own = await code_of(await staff(identity, role, divisions), method, named, {})
            assert own[1] not in {"DIVISION_FOREIGN", "DIVISIONS_NOT_SERVED"}, (method, path, role)
            assert method != "get" or own[0] == 200, (method, path, role)


BODIES: Final = [
    (Role.DEPARTMENT, "/v1/persons", {**WANG, "id_number": "445224195001010018", "born_on": "1950-01-01"}, 201),
    (Role.AGENCY, "/v1/persons/lookup", {"id_number": WANG["id_number"], "reason": "ENROLMENT"}, 200),
    (
        Role.DEPARTMENT,
        "/v1/entries",
        {"person_id": "WANG", "change": {"kind": "assert", **DIBAO, "category": "TEKUN"}},
        201,
    ),
    (
        Role.AGENCY,
        "/v1/premium-batches",
        {"county": "445201", "area": "445200", "year": 2019, "payer": "MA", "amount": "250.00"},
        422,
    ),
]


@pytest.mark.parametrize(("role", "path", "body", "status"), BODIES)
async def test_no_body_may_name_a_person_of_another_county(
    identity: Service, wang: str, role: Role, path: str, body: dict[str, Any], status: int
) -> None:
    named = {name: wang if value == "WANG" else value for name, value in body.items()}
    assert await code_of(await staff(identity, role, FOREIGN), "post", path, named) == (403, "DIVISION_FOREIGN")
    reply = await (await staff(identity, role, OWN)).post(path, json=named)
    assert reply.status_code == status, reply.text


async def test_a_search_for_somebody_of_another_county_is_refused_and_written_down(
    identity: Service, wang: str
) -> None:
    client = await staff(identity, Role.AGENCY, FOREIGN)
    asked = {"id_number": WANG["id_number"], "reason": "ENROLMENT"}
    assert await code_of(client, "post", "/v1/persons/lookup", asked) == (403, "DIVISION_FOREIGN")
    assert await identity.pool.fetchval("SELECT count(*) FROM lookups WHERE person_id = $1", wang) == 1


async def test_a_township_s_window_finds_its_own_people_and_those_whom_nobody_has_placed(
    identity: Service, wang: str, agency: httpx.AsyncClient
) -> None:
    asked = {"id_number": WANG["id_number"], "reason": "REIMBURSEMENT"}
    own, neighbour, foreign = [
        await identity.client(Role.TOWNSHIP, code) for code in ("445201100", "445201001", "445224001")
    ]

    async def found() -> list[tuple[int, str]]:
        return [await code_of(window, "post", "/v1/persons/lookup", asked) for window in (own, neighbour, foreign)]

    closed = (403, "DIVISION_FOREIGN")
    assert await found() == [(200, ""), (200, ""), closed]
    placed = await agency.post(f"/v1/persons/{wang}/township", json={"township": "445201100"})
    assert placed.status_code == 200, placed.text
    assert await found() == [(200, ""), closed, closed]
    assert await identity.pool.fetchval("SELECT count(*) FROM lookups WHERE person_id = $1", wang) == 6
    # An id that it has opens nothing further.
    assert await code_of(own, "get", f"/v1/persons/{wang}") == (403, "ROLE_NOT_ALLOWED")
    assert await code_of(own, "get", f"/v1/persons/{wang}/memberships") == (403, "ROLE_NOT_ALLOWED")


async def test_a_record_of_another_county_is_not_merged_in(
    identity: Service, wang: str, civil_affairs: httpx.AsyncClient
) -> None:
    other = {**WANG, "id_number": "445224195001010018", "born_on": "1950-01-01", "county": "445224"}
    other_id = (await civil_affairs.post("/v1/persons", json=other)).json()["person_id"]
    merger = {"other_id": other_id, "evidence": "the same person"}
    client = await staff(identity, Role.AGENCY, OWN)
    refused = await code_of(client, "post", f"/v1/persons/{wang}/merger", merger)
    assert refused == (403, "DIVISION_FOREIGN")


LISTS: Final = [
    (Role.DEPARTMENT, "/v1/memberships?department=civil-affairs", 1),
    (Role.AGENCY, "/v1/erasures", 1),
    (Role.AGENCY, "/v1/entries", 1),
]


@pytest.mark.parametrize(("role", "path", "count"), LISTS)
async def test_lists_hold_the_caller_s_own_people(
    identity: Service, wang: str, civil_affairs: httpx.AsyncClient, role: Role, path: str, count: int
) -> None:
    agency = await identity.client(Role.AGENCY)
    assert (await agency.post(f"/v1/persons/{wang}/erasure", json={"reason": "PURPOSE_ENDED"})).status_code == 200
    entered = {"person_id": wang, "change": {"kind": "assert", **DIBAO, "category": "TEKUN"}}
    assert (await civil_affairs.post("/v1/entries", json=entered)).status_code == 201
    for divisions, expected in ((None, count), (OWN, count), (CITY, count), (FOREIGN, 0)):
        found = await (await staff(identity, role, divisions)).get(path)
        assert len(found.json()["items"]) == expected, divisions


@pytest.mark.parametrize(
    "path",
    [
        "/v1/exemptions?area={area}",
        "/v1/exemptions/contradictions?area={area}",
        "/v1/exemptions/waiting?area={area}",
        "/v1/work-list?area={area}&year=2019",
        "/v1/premiums/due?county={area}&area=445200&year=2019",
        "/v1/premiums/moved-in?county={area}&area=445200&year=2019",
        "/v1/premium-batches?county={area}",
        "/v1/entries?county={area}",
        "/v1/entries/delays?county={area}",
    ],
)
async def test_a_list_of_another_county_is_not_given(identity: Service, path: str) -> None:
    client = await staff(identity, Role.AGENCY, OWN)
    assert await code_of(client, "get", path.format(area="445201")) == (200, "")
    for area in ("445224", "445200"):
        assert await code_of(client, "get", path.format(area=area)) == (403, "DIVISION_FOREIGN")
