"""Doctors who certified what did not hold: an incident each, once, about a certification that was cancelled."""

from datetime import date
from typing import Any

import httpx
import pytest
from services.operations.tests.conftest import Telling

from contracts import identity
from kernel.security import Role
from kernel.testing.surroundings import Service, Surroundings

LIUZHOU = "450202"
SAID: dict[str, Any] = {
    "person_id": "P1",
    "certification_id": "C1",
    "doctor_id": "450000-001",
    "how": "STANDARD_LOWERED",
    "why": "复核不符合诊断标准",
}


@pytest.fixture
async def certified(around: Surroundings, telling: Telling) -> None:
    """Two certifications of a person that were cancelled, and one that holds."""
    held: dict[str, Any] = {"disease": "HYPERTENSION", "hospital_id": "H1", "effective_from": date(2019, 7, 1)}
    doctors = ("450000-001", "450000.002")
    told = identity.EntitlementChanged(
        person_id="P1",
        revision=1,
        change="CERTIFICATION_CANCELLED",
        county=LIUZHOU,
        certifications=(
            identity.Certification(certification_id="C1", cancelled_from=date(2019, 8, 1), doctors=doctors, **held),
            identity.Certification(certification_id="C2", cancelled_from=date(2019, 8, 2), **held),
            identity.Certification(certification_id="C3", **held),
        ),
    )
    await around.tell(identity.CONTRACT, "P1", told)
    await telling.heard("people", 1)


def code(reply: httpx.Response) -> tuple[int, str]:
    return reply.status_code, reply.json()["code"]


async def test_a_doctors_incidents_are_counted_and_end_like_other_breaches(
    certified: None, staff: httpx.AsyncClient, operations: Service
) -> None:
    for certification in ("C1", "C2"):
        reply = await staff.post("/v1/doctor-incidents", json=SAID | {"certification_id": certification})
        assert (reply.status_code, reply.json()["status"]) == (201, "OPEN")
    other = await staff.post("/v1/doctor-incidents", json=SAID | {"doctor_id": "450000.002", "how": "FRAUD"})
    breach_id = other.json()["breach_id"]
    asked = {"kind": "CERTIFICATION_FRAUD", "party": "450000-001"}
    found = (await staff.get("/v1/breaches", params=asked)).json()["items"]
    assert [(one["evidence"], one["county"]) for one in found] == [(["C1"], LIUZHOU), (["C2"], LIUZHOU)]
    assert found[0]["why"].startswith("擅自降低标准：H1")
    await staff.post(f"/v1/breaches/{breach_id}/closure", json={"because": "已按规定处理"})
    lines = (await staff.get("/v1/doctor-incidents", params={"county": LIUZHOU})).json()["items"]
    assert [(one["doctor_id"], one["incidents"], one["open"]) for one in lines] == [
        ("450000-001", 2, 2),
        ("450000.002", 1, 0),
    ]
    second = await operations.client(Role.AGENCY, "A1", subject="agency-8")
    withdrawn = await second.post(f"/v1/breaches/{breach_id}/withdrawal", json={"because": "另一医师所为"})
    assert code(withdrawn) == (409, "BREACH_NOT_IN_STATE")


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"certification_id": "C3"}, (409, "CERTIFICATION_HOLDS")),
        ({"certification_id": "C9"}, (404, "CERTIFICATION_UNKNOWN")),
        ({"person_id": "P9"}, (404, "CERTIFICATION_UNKNOWN")),
        ({"certification_id": "C3", "doctor_id": "D9"}, (409, "CERTIFICATION_HOLDS")),
        ({"doctor_id": "D9"}, (409, "DOCTOR_NOT_CERTIFIER")),
    ],
)
async def test_what_was_not_cancelled_or_certified_by_somebody_is_not_their_incident(
    certified: None, staff: httpx.AsyncClient, change: dict[str, str], refusal: tuple[int, str]
) -> None:
    assert code(await staff.post("/v1/doctor-incidents", json=SAID | change)) == refusal


async def test_the_same_incident_is_entered_once_and_by_the_county_itself(
    certified: None, staff: httpx.AsyncClient, operations: Service
) -> None:
    assert (await staff.post("/v1/doctor-incidents", json=SAID)).status_code == 201
    assert code(await staff.post("/v1/doctor-incidents", json=SAID | {"how": "FRAUD"})) == (409, "BREACH_EXISTS")
    far = await operations.client(Role.AGENCY, "A2", divisions=["451028"])
    assert code(await far.post("/v1/doctor-incidents", json=SAID | {"doctor_id": "450000.002"})) == (
        403,
        "DIVISION_FOREIGN",
    )
    reply = await far.get("/v1/doctor-incidents", params={"county": LIUZHOU})
    assert code(reply) == (403, "DIVISION_FOREIGN")


async def test_where_nobody_told_who_certified_the_incident_says_that_its_doctor_was_only_named(
    certified: None, staff: httpx.AsyncClient
) -> None:
    for certification in ("C1", "C2"):
        await staff.post("/v1/doctor-incidents", json=SAID | {"certification_id": certification})
    found = (await staff.get("/v1/breaches", params={"party": "450000-001"})).json()["items"]
    assert [one["why"].endswith("（认定医师未载明，由登记人认定）") for one in found] == [False, True]
