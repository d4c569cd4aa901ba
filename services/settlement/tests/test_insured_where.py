"""Aid is for those whom the place itself insures (R-JY-02 参加我市城乡居民基本医疗保险, AMB-X11)."""

from datetime import date
from typing import Any

import httpx
import pytest

from contracts.identity import Enrolment
from kernel.security import Role

DAY = date(2019, 8, 10)
BILL = {"compliant": "10000.00"}
FIRST = date(2019, 1, 1)


def insured_in(area: str) -> Enrolment:
    return Enrolment("RESIDENT", area, 2019, FIRST, FIRST)


def aid_of(settled: dict[str, Any], payer: str) -> str:
    amount: str = next(layer["amount"] for layer in settled["bill"]["layers"] if layer["payer"] == payer)
    return amount


@pytest.mark.parametrize(
    ("areas", "aid"),
    [
        (["445200"], "3200.00"),
        (["445202"], "3200.00"),
        (["430400", "445200"], "3200.00"),
        (["430400"], "0.00"),
        (["445100"], "0.00"),
        (["440000"], "0.00"),
        ([], "0.00"),
    ],
)
async def test_jieyang_aids_whom_its_city_insures(jieyang: Any, areas: list[str], aid: str) -> None:
    await jieyang.tell("P1", "DIBAO", insured=[insured_in(area) for area in areas])
    settled = await jieyang.bill("P1", DAY, BILL, {"BMI": "6000.00", "CII": "0.00"})
    assert aid_of(settled, "MA") == aid
    assert settled["bill"]["category"] == ("DIBAO" if aid != "0.00" else None)


@pytest.mark.parametrize(("areas", "served"), [([], True), (["451000"], True), (["445200"], False)])
async def test_leye_asks_for_no_step_of_enrolment_but_leaves_the_insured_of_others_to_them(
    leye: Any, areas: list[str], served: bool
) -> None:
    await leye.tell("P1", "REGISTERED_POOR", poverty_status="NOT_LIFTED", insured=[insured_in(area) for area in areas])
    payers = {"BMI": "6000.00", "CII": "0.00", "MA": "0.00", "BMI2": "0.00", "HPI": "0.00"}
    settled = await leye.bill("P1", DAY, BILL, payers)
    assert (settled["bill"]["category"] is not None) is served
    assert settled["bill"]["patient_pays"] == ("1000.00" if served else "4000.00")


async def test_a_later_word_that_another_place_insures_the_person_opens_a_review(jieyang: Any) -> None:
    await jieyang.tell("P1", "DIBAO")
    await jieyang.bill("P1", DAY, BILL, {"BMI": "6000.00", "CII": "0.00"})
    await jieyang.tell("P1", "DIBAO", insured=[insured_in("430400")])
    (item,) = await jieyang.reviews()
    assert item["patient_change"] == "3200.00"


@pytest.mark.parametrize("division", ["445299", "000000", "450221"])
async def test_a_hospital_lies_in_a_division_that_there_is(jieyang: Any, division: str) -> None:
    agency: httpx.AsyncClient = await jieyang.service.client(Role.AGENCY, "A1")
    entry = {
        "hospital_id": "H9",
        "name": "示范医院",
        "level": "county",
        "division": division,
        "contract_from": "2018-01-01",
    }
    refused = await agency.post("/v1/institutions", json=entry)
    assert (refused.status_code, refused.json()["code"]) == (422, "DIVISION_UNKNOWN")
    # 柳江县 became 柳江区 in 2016: what ended before stays as it was.
    if division == "450221":
        assert (await agency.post("/v1/institutions", json={**entry, "contract_to": "2019-01-01"})).status_code == 422
        ended = {**entry, "contract_from": "2012-01-01", "contract_to": "2015-12-31"}
        assert (await agency.post("/v1/institutions", json=ended)).status_code == 201
