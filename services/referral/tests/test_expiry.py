"""Approvals that run out are closed by the sweep; emergencies are filed afterwards only where that is switched on."""

from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from services.referral.tests.contracted import contracted

from contracts import identity as told
from kernel.security import Issuer, Role
from kernel.testing.deadline import eventually
from kernel.testing.surroundings import Service, Surroundings, surroundings
from referral.config import EMERGENCY_SETTING, VALIDITY_SETTING, Config, config_from
from referral.main import build

SEALED = {"opinion": "同意", "sealed_on": "2018-09-02"}
FORM: dict[str, Any] = {
    "person_id": "p1",
    "receiving_hospital": "H430100",
    "attributes": ["DIBAO"],
    "diagnosis": "脑梗死",
    "signed_on": "2018-09-01",
    "attachments": [
        {"kind": "household_book_copy", "reference": "scan/17/1"},
        {"kind": "social_card_copy", "reference": "scan/17/2"},
    ],
}


class Calendar:
    """A clock that tests put forward."""

    def __init__(self) -> None:
        self.now = datetime.fromisoformat("2018-09-05T09:00:00+08:00")

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def calendar() -> Calendar:
    return Calendar()


@pytest.fixture
async def around(database: str, tmp_path: Path) -> AsyncIterator[Surroundings]:
    async with surroundings(database, Issuer.in_folder(tmp_path)) as opened:
        yield opened


async def serve(around: Surroundings, config: Config, calendar: Calendar) -> Service:
    service = await around.serve("referral", lambda host: build(host, config), clock=calendar)
    dibao = told.Membership(
        membership_id="m1", category="DIBAO", department="civil-affairs", valid_from=date(2018, 1, 1)
    )
    await around.tell(
        told.CONTRACT,
        "p1",
        told.EntitlementChanged(person_id="p1", revision=1, change="ADDED", county="430481", memberships=(dibao,)),
    )
    await eventually(lambda: service.pool.fetchval("SELECT count(*) FROM applicants"))
    await contracted(around, service, "H430481")
    return service


async def approve(service: Service, **form: Any) -> tuple[httpx.AsyncClient, str]:
    sender, agency = await service.client(Role.HOSPITAL, "H430481"), await service.client(Role.AGENCY)
    filed = await sender.post("/v1/referrals", json=FORM | form)
    assert filed.status_code == 201, filed.text
    path = f"/v1/referrals/{filed.json()['referral_id']}"
    for client, step, body in ((sender, "endorsement", {**SEALED, "agreed": True}), (agency, "approval", SEALED)):
        answered = await client.post(f"{path}/{step}", json=body)
        assert answered.status_code == 200, answered.text
    return agency, path


async def test_an_approval_runs_out_after_its_last_day_and_not_before(around: Surroundings, calendar: Calendar) -> None:
    service = await serve(around, Config(validity_days=5, sweep_seconds=0.01), calendar)
    agency, path = await approve(service)
    calendar.now = datetime.fromisoformat("2018-09-06T23:59:00+08:00")
    other, _ = await approve(service, diagnosis="骨折")
    assert (await agency.get(path)).json()["state"] == "AGENCY_APPROVED"
    calendar.now += timedelta(minutes=2)

    async def expired() -> bool:
        return bool((await agency.get(path)).json()["state"] == "EXPIRED")

    await eventually(expired)
    assert (await other.get("/v1/referrals?state=EXPIRED")).json()["items"][0]["expires_on"] == "2018-09-06"


@pytest.mark.parametrize(
    ("admitted_on", "days", "code"),
    [
        ("2018-08-31", None, "EMERGENCY_ROUTE_OFF"),
        ("2018-08-28", 3, "EMERGENCY_FILED_LATE"),
        ("2018-09-02", 3, "DATES_OUT_OF_ORDER"),
        ("2018-08-29", 3, None),
        ("2018-09-01", 3, None),
    ],
)
async def test_an_emergency_is_filed_within_its_days_where_that_is_switched_on(
    around: Surroundings, calendar: Calendar, admitted_on: str, days: int | None, code: str | None
) -> None:
    service = await serve(around, Config(emergency_days=days), calendar)
    sender = await service.client(Role.HOSPITAL, "H430481")
    filed = await sender.post("/v1/referrals", json=FORM | {"emergency_admitted_on": admitted_on})
    assert (filed.status_code, filed.json().get("code")) == (201 if code is None else 422, code)


def test_settings_are_whole_days_or_nothing() -> None:
    assert config_from({}) == Config()
    assert config_from({VALIDITY_SETTING: "30", EMERGENCY_SETTING: "3"}) == Config(validity_days=30, emergency_days=3)
    with pytest.raises(ValueError, match=EMERGENCY_SETTING):
        config_from({EMERGENCY_SETTING: "0"})
