"""Texts beside a person's record do not name the person: evidence, reasons and notes are kept in clear."""

from typing import Any, Final

import httpx
import pytest

from kernel.testing.surroundings import Service

WANG: Final = {
    "id_number": "445201199003070034", "name": "王小明", "born_on": "1990-03-07", "sex": "MALE", "county": "445201",
}  # fmt: skip
NAMED: Final = {"name": "王晓明", "reason": "CHANGED"}
DIBAO: Final = {"category": "DIBAO", "valid_from": "2019-01-01", "evidence": "2019年1月低保名册"}


@pytest.fixture
async def person(civil_affairs: httpx.AsyncClient) -> str:
    registered = await civil_affairs.post("/v1/persons", json=WANG)
    assert registered.status_code == 201, registered.text
    return str(registered.json()["person_id"])


def refused(response: httpx.Response) -> tuple[int, str, str | None]:
    said = response.json()
    return response.status_code, said.get("code"), said.get("path")


async def test_evidence_that_names_the_person_is_refused_however_the_name_is_written(
    civil_affairs: httpx.AsyncClient, person: str
) -> None:
    path = f"/v1/persons/{person}/memberships"
    for evidence in ("王小明低保审批表", "关于 王 小·明 的认定", "（王\u3000小明）"):
        named = await civil_affairs.post(path, json={**DIBAO, "evidence": evidence})
        assert refused(named) == (422, "PERSONAL_DATA_IN_TEXT", "$.evidence"), evidence
        assert "王小明" not in named.text, "the refusal says no name either"
    # Another person's name is nobody's that this record knows.
    for evidence in ("王小民低保审批表", "2019年1月低保名册"):
        taken = await civil_affairs.post(path, json={**DIBAO, "evidence": evidence})
        assert taken.status_code == 201 or taken.json()["code"] == "MEMBERSHIP_OVERLAPS", taken.text


async def test_reasons_and_notes_at_other_doors_are_held_against_the_name_as_well(
    identity: Service, civil_affairs: httpx.AsyncClient, agency: httpx.AsyncClient, person: str
) -> None:
    exempt = {"code": "OTHER", "since": "2019-01-01", "evidence": "王小明的说明", "approved_by": "chief"}
    doors: list[tuple[httpx.AsyncClient, str, dict[str, Any]]] = [
        (agency, f"/v1/persons/{person}/merger", {"other_id": "P2", "evidence": "王小明两次登记"}),
        (agency, f"/v1/persons/{person}/exemptions", exempt),
    ]
    for client, path, body in doors:
        assert refused(await client.post(path, json=body))[:2] == (422, "PERSONAL_DATA_IN_TEXT"), path


async def test_what_three_people_enter_names_nobody_either(civil_affairs: httpx.AsyncClient, person: str) -> None:
    change = {"kind": "assert", **DIBAO, "evidence": "王小明低保审批表"}
    entered = await civil_affairs.post("/v1/entries", json={"person_id": person, "change": change})
    assert refused(entered)[:2] == (422, "PERSONAL_DATA_IN_TEXT")


async def test_what_was_accepted_is_answered_again_though_the_person_has_got_the_name_since(
    identity: Service, civil_affairs: httpx.AsyncClient, person: str
) -> None:
    path, key = f"/v1/persons/{person}/memberships", {"Idempotency-Key": "sent-twice"}
    body = {**DIBAO, "evidence": "王晓明低保审批表"}
    first = await civil_affairs.post(path, json=body, headers=key)
    assert first.status_code == 201, first.text
    renamed = await civil_affairs.post(f"/v1/persons/{person}/personal-data/correction", json=NAMED)
    assert renamed.is_success, renamed.text
    again = await civil_affairs.post(path, json=body, headers=key)
    assert (again.status_code, again.json()) == (201, first.json())
    # Another text under the key is another request, and a new key makes it a new one.
    other = await civil_affairs.post(path, json={**body, "evidence": "王晓明的认定"}, headers=key)
    assert refused(other)[:2] == (409, "IDEMPOTENCY_KEY_REUSED")
    assert refused(await civil_affairs.post(path, json=body))[:2] == (422, "PERSONAL_DATA_IN_TEXT")
