"""Only a department's own system counts as approved beforehand: it signs. A clerk of that department is a person."""

from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from services.identity.tests.conftest import LIBRARY
from services.identity.tests.machine import Machine
from services.identity.tests.office import Office, csv_of, person

from identity.config import Config
from identity.main import build
from kernel.security import KeyRing, Role
from kernel.testing.surroundings import Service, Surroundings

NOW: Final = datetime(2026, 12, 10, 1, 0, tzinfo=UTC)
ASKED: Final = {"kind": "delta", "category": "DIBAO", "as_of": "2026-12-01T00:00:00+08:00"}
DIBAO: Final = {"category": "DIBAO", "valid_from": "2019-06-01", "evidence": "dibao list"}


@pytest.fixture
async def identity(around: Surroundings, tmp_path: Path) -> Service:
    config = Config(keys=KeyRing.in_folder(tmp_path), library=LIBRARY, machine_feeds=frozenset({"civil-affairs"}))
    ticks = count()
    return await around.serve(
        "identity", lambda host: build(host, config), clock=lambda: NOW + timedelta(milliseconds=next(ticks))
    )


@pytest.fixture
def civil(civil_affairs: httpx.AsyncClient) -> Office:
    return Office(civil_affairs, "civil-affairs")


async def machine_of(identity: Service, department: str, *, confirmed: bool = True) -> Machine:
    agency = await identity.client(Role.AGENCY, "A445200")
    made = Machine(agency, NOW)
    keys, body = f"/v1/feeds/{department}/keys", {"public_key": made.key.public.text, "divisions": ["445202"]}
    registered = await agency.post(keys, json=body)
    assert registered.status_code == 201, registered.text
    key = {"key_id": registered.json()["key_id"]}
    refused = await agency.post(f"{keys}/confirmation", json=key)
    assert (refused.status_code, refused.json()["code"]) == (403, "SENDER_KEY_SAME_PERSON")
    if confirmed:
        other = await identity.client(Role.DEPARTMENT, department, subject="head")
        assert (await other.post(f"{keys}/confirmation", json=key)).json()["confirmed_by"] == "head"
    return made


async def test_what_the_department_s_system_signs_is_approved_beforehand(identity: Service, civil: Office) -> None:
    machine = await machine_of(identity, "civil-affairs")
    sent = await machine.send("PUT", civil.path("m1"), csv_of(person(1)), **ASKED)
    assert sent.status_code == 202, sent.text
    batch = await civil.batch("m1")
    assert (batch["status"], batch["outcomes"]) == ("APPLIED", {"REGISTERED": 1})


async def test_nobody_makes_a_machine_alone(identity: Service, civil: Office) -> None:
    machine = await machine_of(identity, "civil-affairs", confirmed=False)
    assert (await machine.send("PUT", civil.path("m1"), csv_of(person(1)), **ASKED)).status_code == 202
    assert (await civil.batch("m1"))["status"] == "ENTERED"


async def test_a_clerk_of_that_department_is_no_machine(identity: Service, civil: Office) -> None:
    batch = await civil.hand_in("1", csv_of(person(1)), category="DIBAO")
    assert (batch["status"], batch["approval"]) == ("ENTERED", True)
    person_id = await registered(identity)
    for path, body in (("memberships", DIBAO), ("death", {"died_on": "2026-11-01"})):
        refused = await civil.client.post(f"/v1/persons/{person_id}/{path}", json=body)
        assert (refused.status_code, refused.json()["code"]) == (403, "ENTRY_REQUIRED"), path


async def test_who_undoes_what_a_machine_sent_is_a_person(identity: Service, civil: Office) -> None:
    machine = await machine_of(identity, "civil-affairs")
    await machine.send("PUT", civil.path("m1"), csv_of(person(1)), **ASKED)
    assert (await civil.batch("m1"))["status"] == "APPLIED"
    undoing = await civil.client.post(f"{civil.path('m1')}/undo", json={"number": "m2", "reason": "发错了"})
    assert undoing.status_code == 202, undoing.text
    assert (await civil.batch("m2"))["status"] == "ENTERED"


async def test_a_machine_of_a_department_that_is_not_named_waits_for_three_people(identity: Service) -> None:
    machine = await machine_of(identity, "poverty-alleviation")
    office = Office(await identity.client(Role.DEPARTMENT, "poverty-alleviation"), "poverty-alleviation")
    rows = csv_of((*person(1), "未脱贫"), headings="身份证号,姓名,县区,认定时间,脱贫状态")
    sent = await machine.send("PUT", office.path("m1"), rows, **ASKED | {"category": "REGISTERED_POOR"})
    assert sent.status_code == 202, sent.text
    assert (await office.batch("m1"))["status"] == "ENTERED"


async def registered(identity: Service) -> str:
    body: dict[str, Any] = {"id_number": "445202199003070030", "name": "王小明", "born_on": "1990-03-07"}
    agency = await identity.client(Role.AGENCY, "A445200")
    made = await agency.post("/v1/persons", json=body | {"sex": "MALE", "county": "445202"})
    return str(made.json()["person_id"])
