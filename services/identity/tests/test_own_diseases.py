"""A place's own list of diseases (003 三(八) 29 种疾病), put in beside the pack: the door shows it and goes by it."""

from pathlib import Path
from shutil import copytree
from typing import Any, Final

from services.identity.tests.conftest import NOW

from identity.config import Config
from identity.main import build
from kernel.security import KeyRing, Role
from kernel.testing.surroundings import Surroundings
from law.packs import load_library

POLICIES: Final = Path(__file__).parents[3] / "policies"
GUANGXI: Final = "450000-guangxi/2019-guiyibaofa-14"
PERSON: Final = {
    "id_number": "450203196001010026",
    "name": "示例",
    "born_on": "1960-01-01",
    "sex": "FEMALE",
    "county": "450203",
}


async def test_what_is_certified_is_of_the_place_s_own_list(around: Surroundings, tmp_path: Path) -> None:
    policies = Path(copytree(POLICIES, tmp_path / "policies"))
    rows = "".join(f"    - {{code: LZ{number:02d}, name: 病种{number}}}\n" for number in range(1, 30))
    own = f"disease_lists:\n  certification:\n    count: 29\n    source: 某市〔2019〕1号\n    diseases:\n{rows}"
    (policies / f"{GUANGXI}.settings.yaml").write_text(own, encoding="utf-8")
    config = Config(keys=KeyRing.in_folder(tmp_path), library=load_library(policies))
    identity = await around.serve("identity", lambda host: build(host, config), clock=lambda: NOW)
    agency, hospital = await identity.client(Role.AGENCY), await identity.client(Role.HOSPITAL, "H-GX-2")
    listed = (await hospital.get("/v1/chronic-diseases?county=450203")).json()
    assert (len(listed["diseases"]), listed["sample"], listed["source"]) == (29, False, "某市〔2019〕1号")
    certifier = {"hospital_id": "H-GX-2", "name": "示例医院", "grade": 2, "since": "2019-01-01"}
    assert (await agency.post("/v1/certifiers", json=certifier)).status_code == 201
    person = (await agency.post("/v1/persons", json=PERSON)).json()["person_id"]
    doctors = [{"doctor_id": doctor, "title": "ATTENDING", "specialty": "心内科"} for doctor in ("D1", "D2")]

    async def certify(disease: str) -> Any:
        body = {"disease": disease, "doctors": doctors}
        return await hospital.post(f"/v1/persons/{person}/certifications", json=body)

    assert (await certify("LZ29")).status_code == 201
    assert (await certify("GX01")).status_code == 422
