"""A township's window (零星报销, 004 五(二)2): it takes in and follows its own cases, and sees no other township's."""

import io
from typing import Any, Final

import pytest
from PIL import Image

from kernel.security import Role

#: Townships of 榕城区; the codes are samples. One ends as a city's does.
OWN, NEXT, FOREIGN = "445202100", "445202001", "445203001"
HANDED_IN: Final[dict[str, Any]] = {
    "person_id": "P1",
    "hospital_id": "H1",
    "kind": "inpatient",
    "admitted_on": "2019-08-01",
    "discharged_on": "2019-08-05",
    "invoice_number": "JY-001",
    "submitter": "FAMILY",
    "office": OWN,
    "handed_in_on": "2019-08-16",
    "papers": [
        {"kind": kind, "reference": f"scan/{kind}"} for kind in ("INVOICE", "FEE_LIST", "ID_COPY", "DISCHARGE_RECORD")
    ],
}
BILL: Final[dict[str, Any]] = {
    "lines": [{"item": "住院费用", "amount": "10000.00", "cost_class": "compliant"}],
    "payers": {"BMI": "5000.00", "CII": "0.00"},
    "patient_paid": "10000.00",
}
JPEG: Final = {"Content-Type": "image/jpeg"}


class Windows:
    """Two townships' windows and the agency of their county."""

    def __init__(self, own: Any, neighbour: Any, agency: Any) -> None:
        self.own, self.neighbour, self.agency = own, neighbour, agency


@pytest.fixture
async def windows(jieyang: Any) -> Windows:
    await jieyang.tell("P1", "DIBAO")
    agency = await jieyang.service.client(Role.AGENCY, "A1", divisions=["445202"])
    own, neighbour = [await jieyang.service.client(Role.TOWNSHIP, code) for code in (OWN, NEXT)]
    return Windows(own, neighbour, agency)


def refused(response: Any) -> tuple[int, str]:
    return response.status_code, response.json().get("code", "")


async def taken_in(window: Any, **changed: Any) -> str:
    receipt = await window.post("/v1/cases", json=HANDED_IN | changed)
    assert receipt.status_code == 201, receipt.text
    return f"/v1/cases/{receipt.json()['case_id']}"


async def listed(window: Any) -> list[str]:
    return [row["office"] for row in (await window.get("/v1/cases")).json()["items"]]


async def test_a_township_takes_a_case_in_and_follows_it_until_the_county_has_paid(windows: Windows) -> None:
    path = await taken_in(windows.own, papers=HANDED_IN["papers"][:1])
    more = await windows.own.post(f"{path}/papers", json={"papers": HANDED_IN["papers"]})
    assert (more.status_code, more.json()["state"]) == (200, "COMPLETE")
    # What it comes to, and the money, are the county's to say.
    assert refused(await windows.own.post(f"{path}/settlement", json=BILL)) == (403, "ROLE_NOT_ALLOWED")
    settled = await windows.agency.post(f"{path}/settlement", json=BILL)
    assert settled.status_code == 201, settled.text
    # 80 % of what basic insurance left (004 三(二)2), and the person who paid the bill is the payee.
    paid = {layer["payer"]: (layer["amount"], layer["payee"]) for layer in settled.json()["layers"]}
    assert paid["MA"] == ("4000.00", "PERSON")
    for step, body in (("sign-offs", {"owner": "民政"}), ("payment", {"on": "2019-08-20"})):
        assert refused(await windows.own.post(f"{path}/{step}", json=body)) == (403, "ROLE_NOT_ALLOWED")
    assert (await windows.agency.post(f"{path}/payment", json={"on": "2019-08-20"})).status_code == 200
    seen = (await windows.own.get(path)).json()
    assert (seen["state"], seen["paid_on"], seen["office"]) == ("PAID", "2019-08-20", OWN)


async def test_another_township_neither_sees_nor_touches_it_and_the_county_does(windows: Windows) -> None:
    path = await taken_in(windows.own)
    assert (await listed(windows.own), await listed(windows.neighbour)) == ([OWN], [])
    assert await listed(windows.agency) == [OWN]
    closed = (403, "DIVISION_FOREIGN")
    assert refused(await windows.neighbour.get(path)) == closed
    assert refused(await windows.neighbour.get(f"{path}/scans")) == closed
    for step, body in (
        ("papers", {"papers": HANDED_IN["papers"]}),
        ("return", {"reason": "票据缺印章"}),
        ("withdrawal", {"reason": "受理有误"}),
    ):
        assert refused(await windows.neighbour.post(f"{path}/{step}", json=body)) == closed
    assert (await windows.own.post(f"{path}/return", json={"reason": "票据缺印章"})).json()["state"] == "RETURNED"
    assert (await windows.agency.post(f"{path}/withdrawal", json={"reason": "受理有误"})).status_code == 200


async def test_what_the_county_has_settled_no_township_ends_also_after_a_revocation(windows: Windows) -> None:
    path = await taken_in(windows.own)
    settled = (await windows.agency.post(f"{path}/settlement", json=BILL)).json()
    revocation = f"/v1/settlements/{settled['settlement_id']}/revocation"
    assert (await windows.agency.post(revocation, json={"reason": "漏报费用"})).status_code == 201
    error = {"reason": "受理有误"}
    assert refused(await windows.own.post(f"{path}/withdrawal", json=error)) == (409, "CASE_NOT_IN_STATE")
    assert (await windows.agency.post(f"{path}/withdrawal", json=error)).status_code == 200


async def test_what_the_agency_took_in_itself_is_no_township_s(windows: Windows) -> None:
    path = await taken_in(windows.agency, office="445202")
    assert await listed(windows.own) == []
    assert refused(await windows.own.get(path)) == (403, "DIVISION_FOREIGN")
    # One the agency took in for the township, which thereby follows it.
    await taken_in(windows.agency, invoice_number="JY-002", admitted_on="2019-07-01", discharged_on="2019-07-02")
    assert (await listed(windows.own), await listed(windows.neighbour)) == ([OWN], [])


@pytest.mark.parametrize("office", [NEXT, "445202", FOREIGN, "445200"])
async def test_a_township_takes_nothing_in_for_another_office(windows: Windows, office: str) -> None:
    assert refused(await windows.own.post("/v1/cases", json=HANDED_IN | {"office": office})) == (
        403,
        "DIVISION_FOREIGN",
    )


async def test_the_household_s_own_township_takes_its_case_in_and_no_other_county_s(jieyang: Any) -> None:
    await jieyang.tell("P1", "DIBAO")
    foreign = await jieyang.service.client(Role.TOWNSHIP, FOREIGN)
    closed = (403, "DIVISION_FOREIGN")
    assert refused(await foreign.post("/v1/cases", json=HANDED_IN | {"office": FOREIGN})) == closed


async def test_both_routes_for_one_bill_are_refused_in_whatever_order(jieyang: Any, windows: Windows) -> None:
    await taken_in(windows.own)
    once = {"admitted_on": "2019-07-01", "discharged_on": "2019-07-02"}
    assert refused(await windows.agency.post("/v1/cases", json=HANDED_IN | once | {"office": "445202"})) == (
        409,
        "INVOICE_KNOWN",
    )
    stay = {"person_id": "P1", "kind": "inpatient", "admitted_on": "2019-06-01"}
    assert (await jieyang.hospital.post("/v1/encounters", json=stay)).status_code == 201
    beside = {"invoice_number": "JY-003", "admitted_on": "2019-06-02", "discharged_on": "2019-06-05"}
    assert refused(await windows.own.post("/v1/cases", json=HANDED_IN | beside)) == (409, "STAY_OVERLAPS")


async def test_the_window_hands_scans_in_and_takes_its_own_back(windows: Windows) -> None:
    path = f"{await taken_in(windows.own)}/scans"
    made = io.BytesIO()
    Image.new("L", (60, 40)).save(made, "JPEG")
    told = {"content": made.getvalue(), "headers": JPEG}
    own = await windows.own.post(path, params={"kind": "INVOICE"}, **told)
    assert (own.status_code, own.json()["filed_by"]) == (201, OWN)
    agencys = (await windows.agency.post(path, params={"kind": "ID_COPY"}, **told)).json()
    assert (await windows.own.get(f"{path}/{own.json()['scan_id']}/content")).content == made.getvalue()
    assert refused(await windows.own.get(f"{path}/looks")) == (403, "ROLE_NOT_ALLOWED")
    looks = (await windows.agency.get(f"{path}/looks")).json()["items"]
    assert [(look["organisation"], look["roles"]) for look in looks] == [(OWN, ["township"])]
    wrong = {"reason": "扫描错误"}
    taken = await windows.own.post(f"{path}/{agencys['scan_id']}/removal", json=wrong)
    assert refused(taken) == (409, "SCAN_OF_ANOTHER")
    assert (await windows.own.post(f"{path}/{own.json()['scan_id']}/removal", json=wrong)).status_code == 200


async def test_nothing_else_of_the_service_is_open_to_a_township(jieyang: Any, windows: Windows) -> None:
    path = await taken_in(windows.own)
    settled = (await windows.agency.post(f"{path}/settlement", json=BILL)).json()
    for other in (
        f"/v1/settlements/{settled['settlement_id']}",
        f"/v1/encounters/{settled['encounter_id']}",
        "/v1/settlements",
        "/v1/reviews?state=OPEN",
        "/v1/benefit-years/445200/P1/2019",
    ):
        assert (await windows.own.get(other)).status_code == 403, other
