"""Clinics that record first and settle later, over HTTP: the funds owe their centre, and the centre owes them."""

from datetime import UTC, datetime
from typing import Any, Final

import httpx
import pytest
from tests.ledger_office import Office

from contracts.settlement import CONTRACT
from fund_ledger.config import Config
from kernel.security import Role
from kernel.testing.deadline import eventually
from kernel.testing.surroundings import Surroundings

COUNTY: Final = "450223"
PATH: Final = "/v1/clinic-accounts/V1"
HERE: Final = {"county": COUNTY}
PAID: Final = {**HERE, "value_on": "2019-08-01"}


class Township(Office):
    """The offices with the health centre C1 and its clinic V1."""

    centre: httpx.AsyncClient

    async def told(self, around: Surroundings, event: Any, number: int) -> None:
        await around.tell(CONTRACT, "P1", event)

        async def booked() -> Any:
            return await self.ledger.pool.fetchval("SELECT count(*) >= $1 FROM journals", number)

        await eventually(booked)


@pytest.fixture
async def office(around: Surroundings, config: Config) -> Township:
    made = Township(datetime(2019, 8, 1, 1, 0, tzinfo=UTC))
    await made.open(around, config)
    made.centre = await made.ledger.client(Role.HOSPITAL, "C1")
    return made


async def test_a_clinic_collects_the_patients_part_and_the_township_owes_the_rest(
    office: Township, around: Surroundings, bills: Any
) -> None:
    layers = bills.layer("BMI", 4_500), bills.layer("MA", 1_400)
    await office.told(around, bills.settled("S1", *layers, county=COUNTY, hospital_id="V1"), 1)
    assert await office.code(office.agency, f"{PATH}/handovers", **HERE) == (404, "CLINIC_WITHOUT_CENTRE")
    itself = await office.code(office.agency, f"{PATH}/centre", **HERE, centre_id="V1")
    assert itself == (422, "CLINIC_IS_CENTRE")
    await office.do(office.agency, f"{PATH}/centre", **HERE, centre_id="C1")
    await office.do(office.agency, f"{PATH}/handovers", **HERE)
    books = await office.books()
    assert books[f"payable/hospital/C1/{COUNTY}/BMI"] == "-45.00"
    assert books[f"payable/clinic/V1/{COUNTY}/BMI"] == "-45.00"
    assert books[f"receivable/centre/C1/{COUNTY}/MA"] == "14.00"
    assert not any(name.startswith("payable/hospital/V1/") for name in books)
    told = (await office.centre.get(PATH, params=HERE)).json()
    assert (told["owed"], told["funds"][0]) == ("59.00", {"fund": "BMI", "owed": "45.00"})
    again = await office.code(office.agency, f"{PATH}/handovers", **HERE)
    assert again == (409, "NOTHING_TO_HAND_OVER")
    assert await office.code(office.centre, f"{PATH}/payments", **PAID, amount="59.01") == (409, "OVERPAYMENT")
    await office.do(office.centre, f"{PATH}/payments", **PAID, amount="50.00")
    await office.do(office.centre, f"{PATH}/payments", **PAID, amount="9.00")
    books = await office.books()
    assert not any(name.startswith(("payable/clinic/", "receivable/centre/")) for name in books)
    assert (await office.agency.get("/v1/trial-balance")).json()["balanced"] is True


async def test_a_visit_that_is_revoked_afterwards_is_set_off_with_the_next_ones(
    office: Township, around: Surroundings, bills: Any
) -> None:
    await office.do(office.agency, f"{PATH}/centre", **HERE, centre_id="C1")
    await office.told(around, bills.settled("S1", bills.layer("BMI", 4_500), county=COUNTY, hospital_id="V1"), 1)
    await office.do(office.agency, f"{PATH}/handovers", **HERE)
    await office.do(office.centre, f"{PATH}/payments", **PAID, amount="45.00")
    await office.told(around, bills.revoked("S1"), 4)
    await office.do(office.agency, f"{PATH}/handovers", **HERE)
    assert (await office.centre.get(PATH, params=HERE)).json()["owed"] == "-45.00"
    assert f"payable/hospital/C1/{COUNTY}/BMI" not in await office.books()
    other = await office.code(office.agency, f"{PATH}/centre", **HERE, centre_id="C2")
    assert other == (409, "CLINIC_UNSETTLED")
    await office.told(around, bills.settled("S2", bills.layer("BMI", 6_000), county=COUNTY, hospital_id="V1"), 6)
    await office.do(office.agency, f"{PATH}/handovers", **HERE)
    assert await office.code(office.centre, f"{PATH}/payments", **PAID, amount="15.01") == (409, "OVERPAYMENT")
    await office.do(office.centre, f"{PATH}/payments", **PAID, amount="15.00")
    await office.do(office.agency, f"{PATH}/centre", **HERE, centre_id="C2")


async def test_a_clinic_sees_itself_its_centre_too_and_nobody_else(office: Township) -> None:
    await office.do(office.agency, f"{PATH}/centre", **HERE, centre_id="C1")
    clinic = await office.ledger.client(Role.HOSPITAL, "V1", subject="clinic")
    assert (await clinic.get(PATH, params=HERE)).json()["centre_id"] == "C1"
    assert await office.code(clinic, f"{PATH}/payments", **PAID, amount="1.00") == (403, "ORGANISATION_FOREIGN")
    other = await office.ledger.client(Role.HOSPITAL, "C2", subject="other")
    assert (await other.get(PATH, params=HERE)).json()["code"] == "CLINIC_WITHOUT_CENTRE"
    assert (await other.get("/v1/clinic-accounts", params=HERE)).json()["items"] == []
    (mine,) = (await office.centre.get("/v1/clinic-accounts", params=HERE)).json()["items"]
    assert mine["clinic_id"] == "V1"
    foreign = await office.ledger.client(Role.AGENCY, "A2", divisions=["445202"], subject="foreign")
    assert await office.code(foreign, f"{PATH}/handovers", **HERE) == (403, "DIVISION_FOREIGN")
