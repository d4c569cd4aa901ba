"""Chronic visits over HTTP: they rest on a certification that holds, and are refused to the hospital if cancelled."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import httpx
import msgspec
import pytest

from contracts import identity as told
from contracts.settlement import PaymentRefused
from kernel.security import Issuer, Role
from kernel.testing.deadline import eventually
from kernel.testing.surroundings import Service, Surroundings, surroundings
from law.packs import load_library
from settlement.config import Config
from settlement.main import build

POLICIES: Final = Path(__file__).parent.parent.parent.parent / "policies"
NOW: Final = datetime(2019, 8, 20, 9, 0, tzinfo=UTC)
POOR: Final = told.Membership(
    membership_id="m1",
    category="REGISTERED_POOR",
    department="poverty-alleviation",
    valid_from=date(2016, 1, 1),
    poverty_status="NOT_LIFTED",
)
HELD: Final = told.Certification(
    certification_id="c1", disease="GX01", hospital_id="H1", effective_from=date(2019, 7, 1)
)
PAYERS: Final = {"BMI": "300.00", "CII": "0.00", "BMI2": "0.00", "MA": "0.00"}


@pytest.fixture
async def around(database: str, tmp_path: Path) -> AsyncIterator[Surroundings]:
    async with surroundings(database, Issuer.in_folder(tmp_path)) as opened:
        yield opened


@pytest.fixture
async def service(around: Surroundings) -> Service:
    config = Config(library=load_library(POLICIES))
    running = await around.serve("settlement", lambda host: build(host, config), clock=lambda: NOW)
    agency = await running.client(Role.AGENCY)
    entry = {"hospital_id": "H1", "name": "示例", "level": "county", "division": "450202"}
    assert (await agency.post("/v1/institutions", json={**entry, "contract_from": "2018-01-01"})).status_code == 201
    return running


@pytest.fixture
async def hospital(service: Service) -> httpx.AsyncClient:
    return await service.client(Role.HOSPITAL, "H1")


async def tell(around: Surroundings, service: Service, revision: int, *held: told.Certification) -> None:
    event = told.EntitlementChanged(
        person_id="p1", revision=revision, change="CERTIFIED", county="450202", memberships=(POOR,), certifications=held
    )
    await around.tell(told.CONTRACT, "p1", event)

    async def known() -> bool:
        return bool(await service.pool.fetchval("SELECT revision FROM people WHERE person_id = 'p1'") == revision)

    await eventually(known)


async def post(client: httpx.AsyncClient, path: str, body: dict[str, Any], status: int = 201) -> Any:
    response = await client.post(path, json=body)
    assert response.status_code == status, response.text
    return response.json()


async def visit(hospital: httpx.AsyncClient, day: str, **more: str) -> dict[str, Any]:
    body = {"person_id": "p1", "kind": "chronic_outpatient", "admitted_on": day, **more}
    encounter = (await post(hospital, "/v1/encounters", body))["encounter_id"]
    lines = [{"item": "合规", "amount": "600.00", "cost_class": "compliant"}]
    await post(hospital, f"/v1/encounters/{encounter}/fees", {"lines": lines})
    settled: dict[str, Any] = await post(hospital, f"/v1/encounters/{encounter}/settlement", {"payers": PAYERS})
    return settled


async def refusals(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = (await client.get("/v1/payment-refusals")).json()["items"]
    return rows


async def test_a_visit_rests_on_the_certification_of_its_day_and_disease(
    around: Surroundings, service: Service, hospital: httpx.AsyncClient
) -> None:
    await tell(around, service, 1, HELD)
    pays = [
        (await visit(hospital, day, **more))["bill"]["patient_pays"]
        for day, more in (
            ("2019-06-30", {}),
            ("2019-07-01", {}),
            ("2019-08-01", {"disease": "GX01"}),
            ("2019-08-02", {"disease": "GX02"}),
        )
    ]
    assert pays == ["300.00", "120.00", "120.00", "300.00"]
    unlisted = {"person_id": "p1", "kind": "chronic_outpatient", "admitted_on": "2019-08-03", "disease": "GX99"}
    assert (await post(hospital, "/v1/encounters", unlisted, 422))["code"] == "DISEASE_NOT_LISTED"


async def test_after_a_cancellation_the_hospital_is_refused_the_visits_since(
    around: Surroundings, service: Service, hospital: httpx.AsyncClient
) -> None:
    await tell(around, service, 1, HELD)
    before = await visit(hospital, "2019-07-31")
    since = await visit(hospital, "2019-08-01")
    assert await refusals(hospital) == []
    await tell(around, service, 2, msgspec.structs.replace(HELD, cancelled_from=date(2019, 8, 1), doctors=("D1",)))
    certificate = await service.pool.fetchval("SELECT entitlement->'certifications'->0 FROM people")
    assert "D1" not in certificate, "no bill rests on who certified"

    async def refused() -> bool:
        return len(await refusals(hospital)) == 1

    await eventually(refused)
    (row,) = await refusals(hospital)
    assert (row["settlement_id"], row["amount"]) == (since["settlement_id"], "480.00")
    assert row["payers"] == ["BMI", "BACKSTOP"]
    after = await visit(hospital, "2019-08-02")
    assert after["bill"]["patient_pays"] == "300.00", "without a certification there is no backstop"
    kept = (await hospital.get(f"/v1/settlements/{since['settlement_id']}")).json()
    assert (kept["revoked"], kept["bill"]["patient_pays"]) == (False, "120.00"), "the patient repays nothing"
    assert before["settlement_id"] != since["settlement_id"]


async def test_a_refusal_is_told_once_however_often_identity_repeats_itself(
    around: Surroundings, service: Service, hospital: httpx.AsyncClient
) -> None:
    await tell(around, service, 1, HELD)
    settled = await visit(hospital, "2019-08-01")
    cancelled = msgspec.structs.replace(HELD, cancelled_from=date(2019, 7, 1))
    for revision in (2, 3):
        await tell(around, service, revision, cancelled)

    async def published() -> list[PaymentRefused]:
        rows = await around.bus.fetch("SELECT headers::text AS headers, body FROM messages WHERE topic = 'settlement'")
        mine = [row["body"] for row in rows if "PaymentRefused" in row["headers"]]
        return [msgspec.json.decode(body, type=PaymentRefused) for body in mine]

    async def told_and_looked_at() -> bool:
        seen = await service.pool.fetchval(
            "SELECT COALESCE(sum(last_pseq), 0) FROM inbox_cursor WHERE consumer = 'settlement-review' "
            "AND topic = 'identity'"
        )
        return seen == 3 and bool(await published())

    await eventually(told_and_looked_at)
    (refused,) = await published()
    assert refused.settlement_id == settled["settlement_id"]
    assert (refused.hospital_id, refused.payers, refused.cancelled_from) == (
        "H1",
        ("BMI", "BACKSTOP"),
        date(2019, 7, 1),
    )


async def test_a_revoked_settlement_is_not_refused(
    around: Surroundings, service: Service, hospital: httpx.AsyncClient
) -> None:
    await tell(around, service, 1, HELD)
    first = await visit(hospital, "2019-08-01")
    second = await visit(hospital, "2019-08-02")
    await post(hospital, f"/v1/settlements/{second['settlement_id']}/revocation", {"reason": "wrong person"})
    await tell(around, service, 2, msgspec.structs.replace(HELD, cancelled_from=date(2019, 8, 1)))

    async def refused() -> bool:
        return [row["settlement_id"] for row in await refusals(hospital)] == [first["settlement_id"]]

    await eventually(refused)


async def test_a_visit_settled_while_the_cancellation_travelled_is_refused_too(
    around: Surroundings, service: Service, hospital: httpx.AsyncClient
) -> None:
    await tell(around, service, 1, HELD)
    first = await visit(hospital, "2019-08-01")
    # As if identity's message had been looked at before that settlement was written: nothing will repeat it.
    await service.pool.execute(
        "UPDATE people SET entitlement = jsonb_set(entitlement::jsonb, '{certifications,0,cancelled_from}', $1::jsonb)",
        '"2019-08-01"',
    )
    assert await refusals(hospital) == []
    await visit(hospital, "2019-08-02")

    async def refused() -> bool:
        return [row["settlement_id"] for row in await refusals(hospital)] == [first["settlement_id"]]

    await eventually(refused)
