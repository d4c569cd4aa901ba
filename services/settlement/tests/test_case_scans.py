"""A case's papers as scans: for the agency of the county, sealed, and what still has none."""

import io
from typing import Any, Final

from PIL import Image

from kernel.security import Role

PAPERS: Final = [{"kind": "INVOICE", "reference": "scan/1"}]
HANDED_IN: Final[dict[str, Any]] = {
    "person_id": "P1",
    "hospital_id": "H1",
    "kind": "inpatient",
    "admitted_on": "2019-08-01",
    "discharged_on": "2019-08-05",
    "invoice_number": "NN-001",
    "submitter": "SELF",
    "office": "451028",
    "handed_in_on": "2019-08-16",
    "papers": PAPERS,
}
JPEG: Final = {"Content-Type": "image/jpeg"}


async def test_a_case_has_its_papers_as_scans_for_the_agency_of_its_county(leye: Any) -> None:
    await leye.tell("P1", "REGISTERED_POOR", poverty_status="NOT_LIFTED")
    agency = await leye.service.client(Role.AGENCY, "A1", divisions=["451028"])
    case = await agency.post("/v1/cases", json=HANDED_IN)
    assert case.status_code == 201, case.text
    path = f"/v1/cases/{case.json()['case_id']}/scans"
    made = io.BytesIO()
    Image.new("L", (60, 40)).save(made, "JPEG")
    filed = await agency.post(path, params={"kind": "INVOICE"}, content=made.getvalue(), headers=JPEG)
    assert filed.status_code == 201, filed.text
    listed = (await agency.get(path)).json()
    assert ([each["kind"] for each in listed["scans"]], listed["missing"]) == (
        ["INVOICE"],
        ["DISCHARGE_RECORD", "FEE_LIST", "ID_COPY"],
    )
    content = f"{path}/{filed.json()['scan_id']}/content"
    assert (await agency.get(content)).content == made.getvalue()
    looks = (await agency.get(f"{path}/looks")).json()["items"]
    assert [look["seen_by"] for look in looks] == ["agency-1"]
    neighbour = await leye.service.client(Role.AGENCY, "A2", divisions=["451029"])
    assert (await neighbour.get(content)).json()["code"] == "DIVISION_FOREIGN"
    assert (await leye.hospital.get(content)).json()["code"] == "ROLE_NOT_ALLOWED"
    wrong = await agency.post(path, params={"kind": "PASSPORT"}, content=made.getvalue(), headers=JPEG)
    assert wrong.status_code == 422
    withdrawn = await agency.post(path.replace("scans", "withdrawal"), json={"reason": "重复"})
    assert withdrawn.status_code == 200
    late = await agency.post(path, params={"kind": "FEE_LIST"}, content=made.getvalue(), headers=JPEG)
    assert (late.status_code, late.json()["code"]) == (409, "SCANS_CLOSED")
