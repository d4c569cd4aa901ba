"""Mergers and annulments over HTTP: what is found where afterwards, and what the others are told."""

import asyncio
from typing import Any

import httpx
import msgspec

from contracts.identity import CONTRACT, EntitlementChanged
from kernel.messaging.envelope import decode
from kernel.testing.deadline import eventually
from kernel.testing.surroundings import Service, Surroundings

WANG = {"id_number": "445201199003070034", "name": "王小明", "born_on": "1990-03-07", "sex": "MALE", "county": "445201"}
TWIN = {**WANG, "id_number": "445201199003080013", "born_on": "1990-03-08"}
THIRD = {**WANG, "id_number": "445201200101010014", "born_on": "2001-01-01"}
DIBAO = {"category": "DIBAO", "valid_from": "2019-01-01", "evidence": "dibao list 2019-01"}
TEKUN = {"category": "TEKUN", "valid_from": "2019-02-01", "evidence": "tekun list"}
ENROLMENT = {"scheme": "RESIDENT", "area": "445200", "year": 2019, "registered_on": "2018-11-02"}


async def made(client: httpx.AsyncClient, path: str, body: dict[str, Any]) -> dict[str, Any]:
    response = await client.post(path, json=body)
    assert response.status_code in (200, 201), response.text
    answer: dict[str, Any] = response.json()
    return answer


async def registered(client: httpx.AsyncClient, person: dict[str, Any]) -> str:
    return str((await made(client, "/v1/persons", person))["person_id"])


def code(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


async def test_two_records_become_one_and_everything_is_found_there(
    civil_affairs: httpx.AsyncClient, agency: httpx.AsyncClient, identity: Service
) -> None:
    one, two = await registered(civil_affairs, WANG), await registered(civil_affairs, TWIN)
    dibao = await made(civil_affairs, f"/v1/persons/{one}/memberships", DIBAO)
    await made(civil_affairs, f"/v1/persons/{two}/memberships", DIBAO)
    tekun = await made(civil_affairs, f"/v1/persons/{two}/memberships", TEKUN)
    await made(agency, f"/v1/persons/{two}/enrolments", ENROLMENT)
    merged = await made(agency, f"/v1/persons/{one}/merger", {"other_id": two, "evidence": "household book"})
    assert (merged["merged_id"], merged["taken"], len(merged["given_up"])) == (two, [tekun["membership_id"]], 1)

    held = (await civil_affairs.get(f"/v1/persons/{one}/memberships")).json()["items"]
    assert {row["membership_id"] for row in held} == {dibao["membership_id"], tekun["membership_id"]}
    assert (await civil_affairs.get(f"/v1/persons/{two}/memberships")).json()["items"] == []
    feed = (await civil_affairs.get("/v1/memberships", params={"department": "civil-affairs"})).json()["items"]
    assert [row["person_id"] for row in feed] == [one, one]
    enrolled = await identity.pool.fetch("SELECT person_id, year FROM enrolments")
    assert [tuple(row) for row in enrolled] == [(one, 2019)]
    for reader in (agency, civil_affairs):
        seen = (await reader.get(f"/v1/persons/{two}")).json()
        assert (seen["merged_into"], seen["name"]) == (one, None)
    looked_up = await made(agency, "/v1/persons/lookup", {"id_number": TWIN["id_number"], "reason": "AUDIT"})
    assert looked_up == {"person_id": one, "former_number": True}


async def test_nothing_more_is_said_of_the_merged_record(
    civil_affairs: httpx.AsyncClient, agency: httpx.AsyncClient
) -> None:
    one, two = await registered(civil_affairs, WANG), await registered(civil_affairs, TWIN)
    await made(agency, f"/v1/persons/{one}/merger", {"other_id": two, "evidence": "household book"})
    for client, path, body in (
        (civil_affairs, "memberships", DIBAO),
        (agency, "enrolments", ENROLMENT),
        (civil_affairs, "death", {"died_on": "2019-07-01"}),
        (agency, "merger", {"other_id": one, "evidence": "household book"}),
        (agency, "annulment", {"reason": "TEST_ENTRY"}),
    ):
        refused = await client.post(f"/v1/persons/{two}/{path}", json=body)
        assert code(refused) == (409, "PERSON_MERGED"), path
        assert refused.json()["about"] == {"person_id": one}


async def test_contradictions_are_listed_until_somebody_says_what_to_keep(
    civil_affairs: httpx.AsyncClient, agency: httpx.AsyncClient, identity: Service
) -> None:
    one, two = await registered(civil_affairs, WANG), await registered(civil_affairs, TWIN)
    ours = (await made(civil_affairs, f"/v1/persons/{one}/memberships", DIBAO))["membership_id"]
    later = {**DIBAO, "valid_from": "2019-03-01"}
    theirs = (await made(civil_affairs, f"/v1/persons/{two}/memberships", later))["membership_id"]
    merger = {"other_id": two, "evidence": "household book"}
    refused = await agency.post(f"/v1/persons/{one}/merger", json=merger)
    assert code(refused) == (409, "MERGE_CONTRADICTION")
    assert refused.json()["about"] == {"keep_one_of": f"{ours} or {theirs}"}
    assert await identity.pool.fetchval("SELECT count(*) FROM persons WHERE merged_into IS NOT NULL") == 0
    merged = await made(agency, f"/v1/persons/{one}/merger", {**merger, "keep": [theirs]})
    assert (merged["taken"], merged["given_up"]) == ([theirs], [ours])
    [held] = (await civil_affairs.get(f"/v1/persons/{one}/memberships")).json()["items"]
    assert (held["membership_id"], held["valid_from"]) == (theirs, "2019-03-01")


async def test_whoever_knows_a_merged_record_is_told_where_to_look_now(
    civil_affairs: httpx.AsyncClient, agency: httpx.AsyncClient, around: Surroundings
) -> None:
    one, two, three = [await registered(civil_affairs, person) for person in (WANG, TWIN, THIRD)]
    await made(civil_affairs, f"/v1/persons/{three}/memberships", TEKUN)
    await made(agency, f"/v1/persons/{two}/merger", {"other_id": three, "evidence": "household book"})
    await made(agency, f"/v1/persons/{one}/merger", {"other_id": two, "evidence": "household book"})

    async def told() -> dict[str, EntitlementChanged]:
        rows = await around.bus.fetch(
            'SELECT headers, body FROM messages WHERE topic = $1 ORDER BY "offset"', "identity"
        )
        events = [decode(CONTRACT, msgspec.json.decode(row["headers"])["ce_type"], row["body"]) for row in rows]
        return {event.person_id: event for event in events} if len(events) == 9 else {}

    newest = await eventually(told)
    assert {person: event.merged_into for person, event in newest.items()} == {one: None, two: one, three: one}
    assert [held.category for held in newest[one].memberships] == ["TEKUN"]
    # Who has a patient admitted under the alias goes on with what the surviving record holds.
    assert (newest[three].memberships, newest[three].change) == (newest[one].memberships, "MERGED")


async def test_a_premium_asked_for_under_the_merged_record_is_not_asked_for_again(
    civil_affairs: httpx.AsyncClient, agency: httpx.AsyncClient
) -> None:
    one, two = await registered(civil_affairs, WANG), await registered(civil_affairs, TWIN)
    await made(civil_affairs, f"/v1/persons/{two}/memberships", DIBAO)
    await made(agency, f"/v1/persons/{two}/enrolments", {**ENROLMENT, "marked_on": "2018-11-05"})
    apply = {"county": "445201", "area": "445200", "year": 2019, "payer": "MA", "amount": "220.00"}
    await made(agency, "/v1/premium-batches", apply)
    await made(agency, f"/v1/persons/{one}/merger", {"other_id": two, "evidence": "household book"})
    due = (await agency.get("/v1/premiums/due?county=445201&area=445200&year=2019")).json()["items"]
    assert due == []
    again = await agency.post("/v1/premium-batches", json=apply)
    assert again.status_code >= 400, again.text
    exempt = {"code": "IMPRISONED", "since": "2018-05-01", "evidence": "judgment 12", "approved_by": "chief"}
    assert code(await agency.post(f"/v1/persons/{two}/exemptions", json=exempt)) == (409, "PERSON_MERGED")


async def test_two_mergers_against_each_other_leave_one_record_that_stands(
    civil_affairs: httpx.AsyncClient, agency: httpx.AsyncClient
) -> None:
    one, two = await registered(civil_affairs, WANG), await registered(civil_affairs, TWIN)
    answers = await asyncio.gather(
        agency.post(f"/v1/persons/{one}/merger", json={"other_id": two, "evidence": "household book"}),
        agency.post(f"/v1/persons/{two}/merger", json={"other_id": one, "evidence": "household book"}),
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert [answer.json()["code"] for answer in answers if answer.status_code == 409] == ["PERSON_MERGED"]
    seen = [(await agency.get(f"/v1/persons/{person_id}")).json()["merged_into"] for person_id in (one, two)]
    assert [surviving for surviving in seen if surviving is not None] in ([one], [two])


async def test_what_is_said_of_a_record_while_it_is_merged_is_lost_by_nobody(
    civil_affairs: httpx.AsyncClient, agency: httpx.AsyncClient
) -> None:
    one, two = await registered(civil_affairs, WANG), await registered(civil_affairs, TWIN)
    years = [{**DIBAO, "valid_from": f"{year}-01-01", "valid_to": f"{year}-12-31"} for year in range(2010, 2016)]
    said, *_ = await asyncio.gather(
        asyncio.gather(*(civil_affairs.post(f"/v1/persons/{two}/memberships", json=year) for year in years)),
        agency.post(f"/v1/persons/{one}/merger", json={"other_id": two, "evidence": "household book"}),
    )
    held = (await civil_affairs.get(f"/v1/persons/{one}/memberships")).json()["items"]
    taken = [answer.json()["membership_id"] for answer in said if answer.status_code == 201]
    assert sorted(row["membership_id"] for row in held) == sorted(taken)
    assert {answer.json()["code"] for answer in said if answer.status_code != 201} <= {"PERSON_MERGED"}


async def test_an_annulled_registration_frees_its_number(
    civil_affairs: httpx.AsyncClient, agency: httpx.AsyncClient
) -> None:
    wrong = await registered(civil_affairs, WANG)
    assert code(await civil_affairs.post(f"/v1/persons/{wrong}/annulment", json={"reason": "TEST_ENTRY"})) == (
        403,
        "ROLE_NOT_ALLOWED",
    )
    await made(agency, f"/v1/persons/{wrong}/annulment", {"reason": "WRONG_NUMBER"})
    assert (await agency.get(f"/v1/persons/{wrong}")).json()["annulled"] is True
    exempt = {"code": "IMPRISONED", "since": "2018-05-01", "evidence": "judgment 12", "approved_by": "chief"}
    assert code(await agency.post(f"/v1/persons/{wrong}/exemptions", json=exempt)) == (409, "PERSON_ANNULLED")
    right = await registered(civil_affairs, WANG)
    assert right != wrong
    household = {"kind": "household", "household_id": "4452010001", "role": "HEAD"}
    fact = {"detail": household, "valid_from": "2018-01-01", "evidence": "household book"}
    await made(civil_affairs, f"/v1/persons/{right}/facts", fact)
    refused = await agency.post(f"/v1/persons/{right}/annulment", json={"reason": "WRONG_NUMBER"})
    assert code(refused) == (409, "PERSON_IN_USE")
    assert code(await civil_affairs.post(f"/v1/persons/{wrong}/memberships", json=DIBAO)) == (409, "PERSON_ANNULLED")
