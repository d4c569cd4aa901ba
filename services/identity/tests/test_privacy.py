"""No name, number, phone or address in the clear: not in any table, not on the transport, not in a log."""

import io
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import httpx
import pytest
import structlog

from identity.config import Config
from identity.main import build
from kernel.http import configure_logging
from kernel.security import KeyRing, Role, SealCipher
from kernel.testing.deadline import eventually
from kernel.testing.surroundings import Service, Surroundings

NOW: Final = datetime(2019, 8, 1, 1, 0, tzinfo=UTC)
PLANTED = {
    "id_number": "445202198506120023",
    "name": "欧阳测试",
    "phone": "13900139123",
    "address": "揭阳市揭东区幸福里42号",
    "card_number": "Q987654321",
}
REGISTRATION = {**PLANTED, "born_on": "1985-06-12", "sex": "FEMALE", "county": "450203"}


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    configure_logging(stream=stream)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


async def test_planted_personal_data_are_found_nowhere(
    logged: io.StringIO,
    civil_affairs: httpx.AsyncClient,
    hospital: httpx.AsyncClient,
    around: Surroundings,
    identity: Service,
) -> None:
    person_id = (await civil_affairs.post("/v1/persons", json=REGISTRATION)).json()["person_id"]
    await hospital.post("/v1/persons/lookup", json={"id_number": PLANTED["id_number"], "reason": "ADMISSION"})
    await civil_affairs.post("/v1/persons", json=REGISTRATION)
    said = {"category": "TEKUN", "valid_from": "2019-01-01", "evidence": "list"}
    await civil_affairs.post(f"/v1/persons/{person_id}/memberships", json=said)
    await eventually(lambda: around.bus.fetchval("SELECT count(*) >= 2 FROM messages"))

    stored = await _everything(identity, around)
    assert person_id in stored
    assert "/v1/persons" in logged.getvalue()
    for text in (stored, logged.getvalue()):
        for planted in PLANTED.values():
            assert planted not in text
            assert planted.encode().hex() not in text


async def test_what_is_corrected_merged_and_entered_leaves_nothing_in_the_clear(
    logged: io.StringIO,
    civil_affairs: httpx.AsyncClient,
    agency: httpx.AsyncClient,
    around: Surroundings,
    identity: Service,
) -> None:
    person_id = (await civil_affairs.post("/v1/persons", json=REGISTRATION)).json()["person_id"]
    path = f"/v1/persons/{person_id}"
    anew = {"name": "司马示例", "phone": "13700137555", "address": "揭阳市普宁市新村7号", "card_number": "Z555666777"}
    right = {"id_number": "445201199003070034", "born_on": "1990-03-07", "sex": "MALE", "reason": "ENTERED_WRONGLY"}
    other = {**REGISTRATION, "id_number": "445201199003080013", "born_on": "1990-03-08", "sex": "MALE"}
    twin = (await civil_affairs.post("/v1/persons", json=other)).json()["person_id"]
    membership = {"kind": "assert", "category": "TEKUN", "valid_from": "2019-01-01", "evidence": "list"}
    fact = {"kind": "household", "household_id": "4452010001", "role": "HEAD"}
    for client, where, sent in (
        (civil_affairs, f"{path}/personal-data/correction", {**anew, "reason": "CHANGED"}),
        (civil_affairs, f"{path}/id-number/correction", right),
        (civil_affairs, "/v1/entries", {"person_id": person_id, "change": membership}),
        (civil_affairs, f"{path}/facts", {"detail": fact, "valid_from": "2018-01-01", "evidence": "book"}),
        (agency, f"{path}/merger", {"other_id": twin, "evidence": "household book"}),
        (agency, "/v1/persons/lookup", {"id_number": PLANTED["id_number"], "reason": "AUDIT"}),
    ):
        response = await client.post(where, json=sent)
        assert response.status_code in (200, 201), (where, response.text)
    await eventually(lambda: around.bus.fetchval("SELECT count(*) >= 6 FROM messages"))
    for text in (await _everything(identity, around), logged.getvalue()):
        for planted in (*PLANTED.values(), *anew.values(), right["id_number"], other["id_number"]):
            assert planted not in text


async def _everything(identity: Service, around: Surroundings) -> str:
    tables = await identity.pool.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'identity'")
    texts = [
        (await identity.pool.fetchval(f"SELECT string_agg(t::text, E'\\n') FROM {row['tablename']} t")) or ""
        for row in tables
    ]
    messages = await around.bus.fetch("SELECT headers::text AS headers, body FROM messages")
    return "\n".join([*texts, *(f"{m['headers']} {m['body'].decode()}" for m in messages)])


async def test_a_person_whose_key_is_destroyed_is_forgotten(
    civil_affairs: httpx.AsyncClient, agency: httpx.AsyncClient, identity: Service
) -> None:
    person_id = (await civil_affairs.post("/v1/persons", json=REGISTRATION)).json()["person_id"]
    await identity.pool.execute("DELETE FROM person_keys WHERE person_id = $1", person_id)
    seen = (await agency.get(f"/v1/persons/{person_id}")).json()
    assert (seen["person_id"], seen["name"], seen["id_number"]) == (person_id, None, None)


async def test_personal_data_are_sealed_with_sm4_where_that_is_set(around: Surroundings, tmp_path: Path) -> None:
    config = Config(keys=KeyRing.in_folder(tmp_path), cipher=SealCipher.SM4_GCM)
    service = await around.serve("identity", lambda host: build(host, config), clock=lambda: NOW)
    agency = await service.client(Role.AGENCY, "A445200")
    person_id = (await agency.post("/v1/persons", json=REGISTRATION)).json()["person_id"]
    assert (await agency.get(f"/v1/persons/{person_id}")).json()["name"] == PLANTED["name"]
    assert await service.pool.fetchval("SELECT substr(name, 1, 1) FROM personal_data") == b"\x02"
