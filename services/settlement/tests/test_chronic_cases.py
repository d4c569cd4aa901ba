"""Chronic visits handed in on paper: Leye tops up to 80 percent (000 一(二)1), Guangxi to 80 with a certificate."""

from datetime import date
from typing import Any, Final

import pytest
from services.settlement.tests.test_cases import HANDED_IN, OUTSIDE, PAPERS, handed_in, refused, settle

from contracts import identity as told
from kernel.security import Role

VISIT: Final[dict[str, Any]] = {
    "kind": "chronic_outpatient",
    "admitted_on": "2019-08-05",
    "discharged_on": "2019-08-05",
    "papers": [paper for paper in PAPERS if paper["kind"] != "DISCHARGE_RECORD"],
}
BILL: Final[dict[str, Any]] = {
    "lines": [{"item": "慢病药品", "amount": "1000.00", "cost_class": "compliant"}],
    "payers": {"BMI": "300.00", "CII": "0.00", "BMI2": "0.00", "MA": "0.00"},
    "patient_paid": "1000.00",
}


async def counter(desk: Any, county: str) -> Any:
    everywhere = await desk.service.client(Role.AGENCY, "A0")
    assert (await everywhere.post("/v1/institutions", json=OUTSIDE)).status_code == 201
    return await desk.service.client(Role.AGENCY, "A1", divisions=[county])


def paid(answer: dict[str, Any]) -> dict[str, tuple[str, str]]:
    return {layer["payer"]: (layer["amount"], layer["payee"]) for layer in answer["layers"]}


@pytest.mark.parametrize(
    ("insurance", "backstop", "to_patient"),
    [
        ("300.00", "500.00", "800.00"),  # topped up to 80 percent
        ("799.99", "0.01", "800.00"),  # 79.999 percent: a fen is topped up
        ("800.00", "0.00", "800.00"),
        ("900.00", "0.00", "900.00"),  # 80 percent is the least
    ],
)
async def test_leye_pays_four_fifths_of_a_chronic_visit_elsewhere_to_the_patient(
    leye: Any, insurance: str, backstop: str, to_patient: str
) -> None:
    await leye.tell("P1", "REGISTERED_POOR", poverty_status="NOT_LIFTED")
    agency = await counter(leye, "451028")
    receipt = await handed_in(agency, **VISIT)
    assert receipt["missing"] == []
    payers = BILL["payers"] | {"BMI": insurance, "HPI": "0.00"}
    settled = await settle(agency, receipt, **BILL | {"payers": payers})
    assert settled.status_code == 201, settled.text
    answer = settled.json()
    assert answer["to_patient"] == to_patient
    layers = paid(answer)
    assert (layers["BMI"], layers["GOV1"][0]) == ((insurance, "PERSON"), backstop)


@pytest.mark.parametrize(
    ("certified_from", "backstop", "to_patient"),
    [
        (date(2019, 8, 5), "500.00", "800.00"),  # certified on the day of the visit
        (date(2019, 8, 6), "0.00", "300.00"),  # the day after
        (None, "0.00", "300.00"),
    ],
)
async def test_guangxi_leaves_a_fifth_to_whom_a_hospital_has_certified(
    liuzhou: Any, certified_from: date | None, backstop: str, to_patient: str
) -> None:
    certificates = [
        told.Certification(certification_id="c1", disease="GX01", hospital_id="H1", effective_from=day)
        for day in [certified_from]
        if day is not None
    ]
    await liuzhou.tell("P1", "REGISTERED_POOR", poverty_status="NOT_LIFTED", certified=certificates)
    agency = await counter(liuzhou, "450202")
    receipt = await handed_in(agency, **VISIT, disease="GX01", office="450202")
    settled = await settle(agency, receipt, **BILL)
    assert settled.status_code == 201, settled.text
    assert settled.json()["to_patient"] == to_patient
    assert paid(settled.json())["BACKSTOP"][0] == backstop


async def test_a_chronic_visit_needs_its_invoice_and_no_discharge_record(leye: Any) -> None:
    await leye.tell("P1", "REGISTERED_POOR", poverty_status="NOT_LIFTED")
    agency = await counter(leye, "451028")
    bare = [paper for paper in VISIT["papers"] if paper["kind"] != "INVOICE"]
    receipt = await handed_in(agency, **VISIT | {"papers": bare})
    assert receipt["missing"] == ["INVOICE"]
    unsettled = await settle(agency, receipt, **BILL)
    assert refused(unsettled)[0] == 409
    assert HANDED_IN["kind"] == "inpatient", "or the visits here differ from the stays of the other tests in nothing"
