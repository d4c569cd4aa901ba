"""Leye's lines of the year at the door (000 一(二)2): 3000 in the county, 5000 at city level, 8000 above."""

from datetime import date
from typing import Any, Final

import pytest

from kernel.security import Role

PAYERS: Final = {"BMI": "0.00", "CII": "0.00", "MA": "0.00", "HPI": "0.00"}


@pytest.fixture
async def desk(leye: Any) -> Any:
    await leye.tell("P1", "REGISTERED_POOR", poverty_status="NOT_LIFTED")
    return leye


async def own(desk: Any, total: str, day: int) -> tuple[str, str]:
    """What the patient pays of a stay, and what the second backstop takes over."""
    bill = (await desk.bill("P1", date(2019, 3, day), {"compliant": total}, PAYERS))["bill"]
    paid = {layer["payer"]: layer["amount"] for layer in bill["layers"]}
    return bill["patient_pays"], paid["GOV2"]


async def graded(desk: Any, level: str | None, **more: str) -> int:
    """The agency enters the hospital with another level, as a re-grading does; gives the answer's status."""
    agency = await desk.service.client(Role.AGENCY, "A1")
    entry = {"hospital_id": "H1", "name": "示范医院", "contract_from": "2018-01-01", "division": "450102", **more}
    if level is not None:
        entry["level"] = level
    return int((await agency.post("/v1/institutions", json=entry)).status_code)


async def test_a_bill_up_to_the_line_is_paid_and_one_that_crosses_it_in_its_middle_is_cut_there(desk: Any) -> None:
    assert await own(desk, "29999.90", 1) == ("2999.99", "0.00")
    assert await own(desk, "0.10", 2) == ("0.01", "0.00"), "exactly at the line"
    assert await own(desk, "10000.00", 3) == ("0.00", "1000.00")
    assert (await desk.year("P1"))["balances"]["own_paid"] == "3000.00"


async def test_a_bill_that_crosses_the_line_pays_up_to_it(desk: Any) -> None:
    assert await own(desk, "20000.00", 1) == ("2000.00", "0.00")
    assert await own(desk, "20000.00", 2) == ("1000.00", "1000.00")


async def test_a_hospital_that_is_re_graded_in_the_year_has_the_line_of_its_day_and_the_counter_goes_on(
    desk: Any,
) -> None:
    assert await own(desk, "40000.00", 1) == ("3000.00", "1000.00")
    # Out of the county now, four fifths are paid (一(二)1): 8000.00 of 40000.00 are left below the lines.
    assert await graded(desk, "city") == 201
    assert await own(desk, "40000.00", 2) == ("2000.00", "6000.00")
    assert await graded(desk, "province") == 201
    assert await own(desk, "40000.00", 3) == ("3000.00", "5000.00")
    assert (await desk.year("P1"))["balances"]["own_paid"] == "8000.00"
    # Whoever comes back to the county has reached its line long ago.
    assert await graded(desk, "county", division="451028") == 201
    assert await own(desk, "10000.00", 4) == ("0.00", "1000.00")


async def test_no_hospital_is_entered_without_its_level(desk: Any) -> None:
    assert await graded(desk, None) == 422
    assert await graded(desk, "district") == 422
