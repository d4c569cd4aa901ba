"""Poverty handbooks: whom a number names, told by one department, shown by a hospital, never stored in the clear."""

from datetime import date
from typing import Any

import httpx
import pytest

from identity.facts.domain.handbook import HandbookResult, Naming, result_of
from kernel.security import Role
from kernel.testing.surroundings import Service, Surroundings

DAY = date(2019, 8, 1)
OPEN = Naming("p1", date(2018, 1, 1), None)
ENDED = Naming("p1", date(2017, 1, 1), date(2019, 7, 31))
WANG = {"id_number": "445201199003070034", "name": "王小明", "born_on": "1990-03-07", "sex": "MALE", "county": "445201"}
LI = {"id_number": "445201199003080013", "name": "李示例", "born_on": "1990-03-08", "sex": "MALE", "county": "445201"}
NUMBER = "GX-451028-000123"


@pytest.mark.parametrize(
    ("namings", "person_id", "result"),
    [
        ([], "p1", "UNLISTED"),
        ([OPEN], "p1", "HOLDS"),
        ([ENDED], "p1", "LAPSED"),
        ([ENDED, Naming("p1", DAY, DAY)], "p1", "HOLDS"),
        ([Naming("p1", date(2019, 8, 2), None)], "p1", "LAPSED"),
        ([OPEN], "p2", "OF_ANOTHER"),
        ([OPEN, Naming("p2", DAY, None)], "p2", "HOLDS"),
    ],
)
def test_a_handbook_says_whom_it_names_and_when(namings: list[Naming], person_id: str, result: str) -> None:
    assert result_of(namings, person_id, DAY) is HandbookResult(result)


@pytest.fixture
async def window(identity: Service) -> httpx.AsyncClient:
    return await identity.client(Role.HOSPITAL, "H451028")


@pytest.fixture
async def wang(poverty_alleviation: httpx.AsyncClient) -> str:
    return await registered(poverty_alleviation, WANG)


async def registered(client: httpx.AsyncClient, person: dict[str, str]) -> str:
    response = await client.post("/v1/persons", json=person)
    assert response.status_code == 201, response.text
    return str(response.json()["person_id"])


async def named(client: httpx.AsyncClient, person_id: str, **more: Any) -> httpx.Response:
    body = {"detail": {"kind": "handbook", "number": NUMBER}, "valid_from": "2018-01-01", "evidence": "手册发放表"}
    return await client.post(f"/v1/persons/{person_id}/facts", json=body | more)


async def result(window: httpx.AsyncClient, person_id: str, number: str = NUMBER) -> str:
    response = await window.post("/v1/handbook-checks", json={"person_id": person_id, "number": number})
    assert response.status_code == 201, response.text
    return str(response.json()["result"])


async def test_a_household_s_handbook_names_each_of_its_people(
    poverty_alleviation: httpx.AsyncClient, window: httpx.AsyncClient, wang: str
) -> None:
    li = await registered(poverty_alleviation, LI)
    assert await result(window, wang) == "UNLISTED"
    assert (await named(poverty_alleviation, wang)).status_code == 201
    assert [await result(window, person) for person in (wang, li)] == ["HOLDS", "OF_ANOTHER"]
    assert await result(window, wang, NUMBER.lower()) == "HOLDS"
    assert (await named(poverty_alleviation, li)).status_code == 201
    assert await result(window, li) == "HOLDS"


async def test_a_handbook_that_was_withdrawn_or_ended_says_so(
    poverty_alleviation: httpx.AsyncClient, window: httpx.AsyncClient, wang: str
) -> None:
    fact_id = (await named(poverty_alleviation, wang)).json()["fact_id"]
    path = f"/v1/persons/{wang}/facts/{fact_id}"
    ended = {
        "detail": {"kind": "handbook", "number": NUMBER},
        "valid_from": "2018-01-01",
        "valid_to": "2019-07-31",
        "evidence": "手册换发",
        "reason": "CHANGED",
    }
    assert (await poverty_alleviation.post(f"{path}/correction", json=ended)).status_code == 200
    assert await result(window, wang) == "LAPSED"
    assert (await poverty_alleviation.post(f"{path}/withdrawal")).status_code == 200
    assert await result(window, wang) == "UNLISTED"


async def test_only_the_department_of_the_poor_tells_of_handbooks_and_only_hospitals_show_them(
    civil_affairs: httpx.AsyncClient, agency: httpx.AsyncClient, window: httpx.AsyncClient, wang: str
) -> None:
    refused = await named(civil_affairs, wang)
    assert (refused.status_code, refused.json()["code"]) == (403, "FACT_NOT_OWNED")
    shown = await agency.post("/v1/handbook-checks", json={"person_id": wang, "number": NUMBER})
    assert (shown.status_code, shown.json()["code"]) == (403, "ROLE_NOT_ALLOWED")
    unknown = await window.post("/v1/handbook-checks", json={"person_id": "nobody", "number": NUMBER})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "PERSON_UNKNOWN")
    odd = await window.post("/v1/handbook-checks", json={"person_id": wang, "number": "号码"})
    assert (odd.status_code, odd.json()["code"]) == (422, "INVALID_FIELD")


async def test_a_number_is_stored_nowhere_and_settlement_hears_the_answer_only(
    around: Surroundings,
    identity: Service,
    poverty_alleviation: httpx.AsyncClient,
    window: httpx.AsyncClient,
    wang: str,
) -> None:
    await named(poverty_alleviation, wang)
    await result(window, wang)
    await result(window, wang, "SHOWN-ONLY-0001")
    for table in ("events", "fact_versions", "handbooks", "idempotency", "number_tokens"):
        text = await identity.pool.fetchval(f"SELECT string_agg(t::text, ' ') FROM {table} t")
        assert NUMBER not in text
        assert "SHOWN-ONLY-0001" not in text
    # The number that no department told of got no token.
    assert await identity.pool.fetchval("SELECT count(*) FROM number_tokens") == 2


async def test_what_is_known_of_a_person_says_that_there_is_a_handbook_and_not_its_number(
    poverty_alleviation: httpx.AsyncClient, wang: str
) -> None:
    await named(poverty_alleviation, wang)
    seen = await poverty_alleviation.get(f"/v1/persons/{wang}/as-of", params={"on": "2019-08-01"})
    assert [fact["detail"] for fact in seen.json()["facts"]] == [{"kind": "handbook"}]


async def test_an_erased_person_s_handbook_leads_nowhere_unless_it_names_others(
    identity: Service, poverty_alleviation: httpx.AsyncClient, window: httpx.AsyncClient, wang: str
) -> None:
    li = await registered(poverty_alleviation, LI)
    await named(poverty_alleviation, wang)
    await named(poverty_alleviation, li)
    for person_id, left in ((wang, "HOLDS"), (li, "UNLISTED")):
        one, other = [await identity.client(Role.AGENCY, "A445200", subject=name) for name in ("li", "wang")]
        asked = await one.post(f"/v1/persons/{person_id}/erasure", json={"reason": "RETENTION_ENDED"})
        assert asked.status_code == 200, asked.text
        assert (await other.post(f"/v1/persons/{person_id}/erasure/confirmation")).status_code == 200
        assert await result(window, li) == left
    assert await identity.pool.fetchval("SELECT count(*) FROM number_tokens") == 0
