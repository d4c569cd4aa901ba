"""A county sees its own part of a comparison, and the payment lists and chronic filings of its own (R-JY-12)."""

from typing import Any, Final

import httpx
import pytest

from kernel.security import Role
from kernel.testing.surroundings import Service

OWN, FOREIGN, CITY = ["450202"], ["450203"], ["450200"]
CSV: Final = "身份证号,姓名,统筹区代码,年度,缴费日期\n"


async def answered(identity: Service, divisions: list[str], method: str, path: str, body: Any = None) -> Any:
    client = await identity.client(Role.AGENCY, divisions=divisions)
    return await client.request(method, path, json=body)


def refused(reply: httpx.Response) -> bool:
    return (reply.status_code, "DIVISION_FOREIGN" in reply.text) == (403, True)


@pytest.fixture
async def compared(agency: httpx.AsyncClient) -> str:
    """The city's comparison of a month."""
    made = await agency.post("/v1/comparisons", json={"area": "450200", "month": "2019-08"})
    assert made.status_code == 201, made.text
    return str(made.json()["comparison_id"])


#: What a county in the compared area may ask for itself.
PARTS: Final = ["", "/persons", "/strangers", "/notice", "/notice-csv", "/notice-html"]


async def test_a_city_s_comparison_is_pushed_by_the_city(identity: Service, compared: str) -> None:
    named = f"/v1/comparisons/{compared}/push"
    assert refused(await answered(identity, OWN, "post", named))
    assert (await answered(identity, CITY, "post", named)).status_code == 200


async def test_a_county_reads_the_figures_of_its_own_people(
    identity: Service, agency: httpx.AsyncClient, poverty_alleviation: httpx.AsyncClient
) -> None:
    poor = {"category": "REGISTERED_POOR", "valid_from": "2016-01-01", "evidence": "17", "poverty_status": "NOT_LIFTED"}
    for number, county in (("45020219600101002X", "450202"), ("450203196001010026", "450203")):
        who = {"id_number": number, "name": "示例", "born_on": "1960-01-01", "sex": "FEMALE", "county": county}
        made = await agency.post("/v1/persons", json=who)
        assert made.status_code == 201, made.text
        said = await poverty_alleviation.post(f"/v1/persons/{made.json()['person_id']}/memberships", json=poor)
        assert said.status_code == 201, said.text
    made = await agency.post("/v1/comparisons", json={"area": "450200", "month": "2019-08"})
    path = f"/v1/comparisons/{made.json()['comparison_id']}"
    whole = (await answered(identity, CITY, "get", path)).json()
    part = (await answered(identity, OWN, "get", f"{path}?area=450202")).json()
    assert [found["total"]["registered"] for found in (whole, part)] == [2, 1]
    assert [row["area"] for row in part["townships"]] == ["450202"]


@pytest.mark.parametrize("path", PARTS)
async def test_a_county_sees_its_own_part_of_it(identity: Service, compared: str, path: str) -> None:
    named = f"/v1/comparisons/{compared}{path}"
    assert refused(await answered(identity, OWN, "get", named))
    assert refused(await answered(identity, FOREIGN, "get", f"{named}?area=450202"))
    assert (await answered(identity, OWN, "get", f"{named}?area=450202")).status_code == 200


async def test_each_compares_its_own_area_and_finds_what_is_pushed_to_it(identity: Service, compared: str) -> None:
    body = {"area": "450202", "month": "2019-08"}
    assert refused(await answered(identity, FOREIGN, "post", "/v1/comparisons", body))
    assert (await answered(identity, OWN, "post", "/v1/comparisons", body)).status_code == 201
    seen = [
        [row["area"] for row in (await answered(identity, divisions, "get", "/v1/comparisons")).json()["items"]]
        for divisions in (OWN, FOREIGN, CITY)
    ]
    assert [sorted(areas) for areas in seen] == [["450200", "450202"], ["450200"], ["450200", "450202"]]


async def test_a_payment_list_is_its_area_s(identity: Service) -> None:
    async def sent(divisions: list[str]) -> httpx.Response:
        client = await identity.client(Role.AGENCY, divisions=divisions)
        return await client.put(
            "/v1/payment-lists/450202/2019-08",
            params={"as_of": "2019-08-01T00:00:00+08:00"},
            content=CSV.encode(),
            headers={"Content-Type": "text/csv"},
        )

    assert refused(await sent(FOREIGN))
    list_id = (await sent(OWN)).json()["list_id"]
    for path in ("", "/rows", "/receipt.csv"):
        named = f"/v1/payment-lists/{list_id}{path}"
        assert refused(await answered(identity, FOREIGN, "get", named))
        assert (await answered(identity, CITY, "get", named)).status_code == 200
    counted = [
        len((await answered(identity, divisions, "get", "/v1/payment-lists")).json()["items"])
        for divisions in (OWN, FOREIGN, CITY)
    ]
    assert counted == [1, 0, 1]


async def test_the_month_s_certifications_are_of_the_caller_s_own_people(
    identity: Service, agency: httpx.AsyncClient
) -> None:
    person = {"id_number": "450203196001010026", "name": "示例", "born_on": "1960-01-01", "sex": "FEMALE"}
    # The number says where a person was first registered, the county where they are now.
    made = await agency.post("/v1/persons", json={**person, "county": "450202"})
    certifier = {"hospital_id": "H-GX-2", "name": "示例医院", "grade": 2, "since": "2019-01-01"}
    assert (await agency.post("/v1/certifiers", json=certifier)).status_code == 201
    doctors = [
        {"doctor_id": f"D{n}", "title": title, "specialty": "心内科"} for n, title in enumerate(("ATTENDING", "CHIEF"))
    ]
    hospital = await identity.client(Role.HOSPITAL, "H-GX-2")
    path = f"/v1/persons/{made.json()['person_id']}/certifications"
    certified = await hospital.post(path, json={"disease": "GX01", "doctors": doctors})
    assert certified.status_code == 201, certified.text
    counted = [
        len((await answered(identity, divisions, "get", "/v1/chronic-filings?month=2019-08")).json()["items"])
        for divisions in (OWN, FOREIGN, CITY)
    ]
    assert counted == [1, 0, 1]
