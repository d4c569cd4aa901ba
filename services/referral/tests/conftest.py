"""Referral served over HTTP on a fresh database, with one applicant that identity has told of."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import httpx
import msgspec
import pytest
from services.referral.tests.contracted import contracted

from contracts import identity as told
from kernel.security import Issuer, Role
from kernel.testing.deadline import eventually
from kernel.testing.surroundings import Service, Surroundings, surroundings
from law.packs import load_library
from referral.config import Config
from referral.main import build

NOW: Final = datetime(2018, 9, 5, 1, 0, tzinfo=UTC)
FORM: Final[dict[str, Any]] = {
    "person_id": "p1",
    "receiving_hospital": "H430100",
    "attributes": ["DIBAO"],
    "diagnosis": "脑梗死",
    "signed_on": "2018-09-01",
    "signed_by": "FAMILY",
    "attachments": [
        {"kind": "household_book_copy", "reference": "scan/17/1"},
        {"kind": "social_card_copy", "reference": "scan/17/2"},
    ],
    "filled_in": ["phone", "address", "card_number"],
}
LIBRARY: Final = load_library(Path(__file__).parents[3] / "policies")
SEALED: Final = {"opinion": "同意", "sealed_on": "2018-09-02"}


@pytest.fixture(scope="session")
def schemas() -> tuple[str, ...]:
    return ("referral",)


@pytest.fixture
async def around(database: str, tmp_path: Path) -> AsyncIterator[Surroundings]:
    async with surroundings(database, Issuer.in_folder(tmp_path)) as opened:
        yield opened


@pytest.fixture
def config() -> Config:
    """How the place is set; a test names another one with ``parametrize``."""
    return Config(validity_days=30)


@pytest.fixture
async def referral(around: Surroundings, config: Config) -> Service:
    if not config.library.packs:
        config = msgspec.structs.replace(config, library=LIBRARY)
    service = await around.serve("referral", lambda host: build(host, config), clock=lambda: NOW)
    dibao = told.Membership(
        membership_id="m1", category="DIBAO", department="civil-affairs", valid_from=date(2018, 1, 1)
    )
    lapsed = told.Membership(
        membership_id="m2",
        category="POOR_DISABLED",
        department="disabled-persons",
        valid_from=date(2016, 1, 1),
        valid_to=date(2017, 12, 31),
    )
    await around.tell(
        told.CONTRACT,
        "p1",
        told.EntitlementChanged(
            person_id="p1", revision=3, change="ADDED", county="430481", memberships=(dibao, lapsed)
        ),
    )
    await eventually(lambda: service.pool.fetchval("SELECT count(*) FROM applicants"))
    await contracted(around, service, "H430481")
    return service


@pytest.fixture
async def sender(referral: Service) -> httpx.AsyncClient:
    return await referral.client(Role.HOSPITAL, "H430481")


@pytest.fixture
async def receiver(referral: Service) -> httpx.AsyncClient:
    return await referral.client(Role.HOSPITAL, "H430100")


@pytest.fixture
async def agency(referral: Service) -> httpx.AsyncClient:
    return await referral.client(Role.AGENCY)


@pytest.fixture
async def applied(sender: httpx.AsyncClient) -> str:
    response = await sender.post("/v1/referrals", json=FORM)
    assert response.status_code == 201, response.text
    return str(response.json()["referral_id"])


@pytest.fixture
async def approved(sender: httpx.AsyncClient, agency: httpx.AsyncClient, applied: str) -> str:
    path = f"/v1/referrals/{applied}"
    for client, step, body in (
        (sender, "endorsement", {**SEALED, "agreed": True}),
        (agency, "approval", SEALED),
    ):
        response = await client.post(f"{path}/{step}", json=body)
        assert response.status_code == 200, response.text
    return applied
