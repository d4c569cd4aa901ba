"""Erasure over HTTP: afterwards nothing that is stored leads to the person, not even with the installation's keys."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from kernel.security import KeyRing, Role, Sealer
from kernel.testing.surroundings import Service

WANG = {"id_number": "445201199003070034", "name": "王小明", "born_on": "1990-03-07", "sex": "MALE", "county": "450205"}
RIGHT = {"id_number": "445201199003080013", "born_on": "1990-03-08", "sex": "MALE", "reason": "ENTERED_WRONGLY"}
DIBAO = {"category": "DIBAO", "valid_from": "2019-01-01", "evidence": "dibao list 2019-01"}
BECAUSE = {"reason": "RETENTION_ENDED"}


class Agency:
    """Two users of the agency, and a department."""

    def __init__(self, service: Service) -> None:
        self.service = service

    async def open(self) -> "Agency":
        self.li = await self.service.client(Role.AGENCY, "A445200", subject="li")
        self.wang = await self.service.client(Role.AGENCY, "A445200", subject="wang")
        self.civil_affairs = await self.service.client(Role.DEPARTMENT, "civil-affairs")
        return self

    async def registered(self, **parts: Any) -> str:
        response = await self.civil_affairs.post("/v1/persons", json={**WANG, **parts})
        assert response.status_code == 201, response.text
        return str(response.json()["person_id"])

    async def erase(self, person_id: str) -> None:
        assert (await self.li.post(f"/v1/persons/{person_id}/erasure", json=BECAUSE)).status_code == 200
        confirmed = await self.wang.post(f"/v1/persons/{person_id}/erasure/confirmation")
        assert (confirmed.status_code, confirmed.json()["state"]) == (200, "CONFIRMED")

    async def look_up(self, number: str) -> httpx.Response:
        return await self.li.post("/v1/persons/lookup", json={"id_number": number, "reason": "AUDIT"})

    async def count(self, table: str) -> int:
        counted: int = await self.service.pool.fetchval(f"SELECT count(*) FROM {table}")
        return counted


@pytest.fixture
async def office(identity: Service) -> Agency:
    return await Agency(identity).open()


def code(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


async def test_an_erased_person_is_found_and_read_no_more(office: Agency) -> None:
    person_id = await office.registered()
    await office.civil_affairs.post(f"/v1/persons/{person_id}/memberships", json=DIBAO)
    await office.civil_affairs.post(f"/v1/persons/{person_id}/id-number/correction", json=RIGHT)
    await office.erase(person_id)
    for number in (WANG["id_number"], RIGHT["id_number"]):
        assert code(await office.look_up(number)) == (404, "PERSON_UNKNOWN")
    seen = (await office.li.get(f"/v1/persons/{person_id}")).json()
    assert (seen["erased"], seen["name"], seen["id_number"], seen["county"]) == (True, None, None, "450205")
    held = (await office.li.get(f"/v1/persons/{person_id}/memberships")).json()["items"]
    assert [row["category"] for row in held] == ["DIBAO"]


async def test_the_keys_of_the_installation_lead_to_nobody_after_an_erasure(office: Agency, tmp_path: Path) -> None:
    person_id = await office.registered()
    await office.erase(person_id)
    number_hash = Sealer(KeyRing.in_folder(tmp_path)).keyed_hash(WANG["id_number"]).hex()
    tables = await office.service.pool.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'identity'")
    for row in tables:
        text = await office.service.pool.fetchval(f"SELECT string_agg(t::text, ' ') FROM {row['tablename']} t")
        assert number_hash not in (text or ""), row["tablename"]
    assert [await office.count(table) for table in ("person_keys", "number_tokens", "personal_data")] == [0, 0, 0]


async def test_nobody_erases_alone_nor_without_being_asked(office: Agency) -> None:
    person_id = await office.registered()
    path = f"/v1/persons/{person_id}/erasure"
    assert code(await office.wang.post(f"{path}/confirmation")) == (409, "ERASURE_NOT_ASKED")
    assert code(await office.civil_affairs.post(path, json=BECAUSE)) == (403, "ROLE_NOT_ALLOWED")
    await office.li.post(path, json=BECAUSE)
    assert code(await office.li.post(f"{path}/confirmation")) == (403, "ERASURE_SAME_PERSON")
    [waiting] = (await office.wang.get("/v1/erasures")).json()["items"]
    assert (waiting["state"], waiting["asked_by"]) == ("ASKED", "li")
    assert (await office.wang.post(f"{path}/refusal")).json()["state"] == "DECLINED"
    assert code(await office.wang.post(f"{path}/confirmation")) == (409, "ERASURE_NOT_ASKED")
    assert (await office.look_up(WANG["id_number"])).json()["person_id"] == person_id
    assert code(await office.li.post("/v1/persons/nobody/erasure", json=BECAUSE)) == (404, "PERSON_UNKNOWN")


async def test_an_erased_persons_data_are_not_written_again_and_the_number_is_free(office: Agency) -> None:
    person_id = await office.registered()
    await office.erase(person_id)
    path = f"/v1/persons/{person_id}"
    correction = {"name": "王晓明", "reason": "CHANGED"}
    assert code(await office.li.post(f"{path}/personal-data/correction", json=correction)) == (409, "PERSON_ERASED")
    assert code(await office.li.post(f"{path}/id-number/correction", json=RIGHT)) == (409, "PERSON_ERASED")
    assert code(await office.li.post(f"{path}/erasure", json=BECAUSE)) == (409, "PERSON_ERASED")
    assert await office.count("person_keys") == 0
    assert await office.registered() != person_id


async def test_aliases_are_erased_with_the_record_that_stands(office: Agency) -> None:
    twin = {"id_number": RIGHT["id_number"], "born_on": RIGHT["born_on"]}
    one, two = await office.registered(), await office.registered(**twin)
    await office.li.post(f"/v1/persons/{one}/merger", json={"other_id": two, "evidence": "household book"})
    assert code(await office.li.post(f"/v1/persons/{two}/erasure", json=BECAUSE)) == (409, "PERSON_MERGED")
    await office.erase(one)
    assert code(await office.look_up(RIGHT["id_number"])) == (404, "PERSON_UNKNOWN")
    assert await office.count("person_keys") == 0


async def test_a_number_that_is_somebody_elses_now_stays_theirs(office: Agency) -> None:
    wrongly = await office.registered()
    await office.civil_affairs.post(f"/v1/persons/{wrongly}/id-number/correction", json=RIGHT)
    holder = await office.registered(name="李四", another_person=True)
    await office.erase(wrongly)
    assert (await office.look_up(WANG["id_number"])).json() == {"person_id": holder, "former_number": False}
    assert (await office.li.get(f"/v1/persons/{holder}")).json()["name"] == "李四"


async def test_an_erasure_that_was_cut_short_is_finished_when_it_is_done_again(office: Agency) -> None:
    person_id = await office.registered()
    await office.li.post(f"/v1/persons/{person_id}/erasure", json=BECAUSE)
    await office.service.pool.execute("CREATE TABLE kept AS SELECT * FROM person_keys")
    key = {"Idempotency-Key": "confirmation-1"}
    path = f"/v1/persons/{person_id}/erasure/confirmation"
    await office.wang.post(path, headers=key)
    # As if the process had been killed between the event and the destruction of the key.
    await office.service.pool.execute("INSERT INTO person_keys SELECT * FROM kept")
    assert (await office.wang.post(path, headers=key)).json()["state"] == "CONFIRMED"
    assert await office.count("person_keys") == 0
