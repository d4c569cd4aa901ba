"""Enrolment over HTTP: its steps, who is exempt, and premiums from the due list to the refund."""

import asyncio
from typing import Any

import httpx
import pytest

from kernel.security import Role
from kernel.testing.surroundings import Service

WANG = {"id_number": "445201199003070034", "name": "王小明", "born_on": "1990-03-07", "sex": "MALE", "county": "445201"}
LI = {"id_number": "445201195001010013", "name": "李示例", "born_on": "1950-01-01", "sex": "MALE", "county": "445201"}
DIBAO = {"category": "DIBAO", "valid_from": "2019-01-01", "evidence": "dibao list"}
POOR = {"category": "REGISTERED_POOR", "valid_from": "2016-01-01", "evidence": "17", "poverty_status": "NOT_LIFTED"}
YEAR = {"scheme": "RESIDENT", "area": "445200", "year": 2019}
PRISON = {"code": "IMPRISONED", "since": "2018-05-01", "evidence": "judgment 12"}
DUE = "/v1/premiums/due?county=445201&area=445200&year=2019"
APPLY = {"county": "445201", "area": "445200", "year": 2019, "amount": "220.00"}


async def post(client: httpx.AsyncClient, path: str, body: dict[str, Any], status: int = 200) -> Any:
    response = await client.post(path, json=body)
    assert response.status_code == status, response.text
    return response.json()


async def refused(client: httpx.AsyncClient, path: str, body: dict[str, Any]) -> tuple[int, str]:
    response = await client.post(path, json=body)
    return response.status_code, response.json()["code"]


async def ids(client: httpx.AsyncClient, path: str) -> list[str]:
    response = await client.get(path)
    assert response.status_code == 200, response.text
    return [item["person_id"] for item in response.json()["items"]]


@pytest.fixture
async def wang(agency: httpx.AsyncClient, civil_affairs: httpx.AsyncClient) -> str:
    person: str = (await post(agency, "/v1/persons", WANG, 201))["person_id"]
    await post(civil_affairs, f"/v1/persons/{person}/memberships", DIBAO, 201)
    return person


@pytest.fixture
async def li(agency: httpx.AsyncClient, poverty_alleviation: httpx.AsyncClient) -> str:
    person: str = (await post(agency, "/v1/persons", LI, 201))["person_id"]
    await post(poverty_alleviation, f"/v1/persons/{person}/memberships", POOR, 201)
    return person


async def enrol(agency: httpx.AsyncClient, person: str, **days: str) -> None:
    await post(agency, f"/v1/persons/{person}/enrolments", {**YEAR, **days})


async def state(client: httpx.AsyncClient, person: str) -> str:
    return str((await client.get(f"/v1/persons/{person}/enrolments")).json()["state"])


async def test_an_enrolment_goes_through_all_its_states(
    agency: httpx.AsyncClient, finance: httpx.AsyncClient, wang: str
) -> None:
    seen = [await state(agency, wang)]
    await enrol(agency, wang, registered_on="2019-05-20")
    seen.append(await state(agency, wang))
    assert await ids(agency, DUE) == []
    await enrol(agency, wang, marked_on="2019-05-28")
    seen.append(await state(agency, wang))
    assert await ids(agency, DUE) == [wang]
    batch = await post(agency, "/v1/premium-batches", {**APPLY, "payer": "MA"}, 201)
    assert batch["persons"] == 1
    seen.append(await state(agency, wang))
    await post(
        finance, f"/v1/premium-batches/{batch['batch_id']}/payment", {"paid_on": "2019-07-30", "reference": "voucher 7"}
    )
    seen.append(await state(agency, wang))
    assert seen == ["NOT_ENROLLED", "REGISTERED", "MARKED", "SUBSIDY_APPLIED", "SUBSIDY_PAID"]
    (told,) = (await agency.get(f"/v1/persons/{wang}/enrolments")).json()["enrolments"]
    assert (told["eligible_from"], told["premium_funds"], told["premium_category"]) == ("2019-05-28", ["MA"], "DIBAO")
    (row,) = (await finance.get("/v1/premium-batches?county=445201&year=2019")).json()["items"]
    assert (row["state"], row["total"], row["persons"]) == ("PAID", "220.00", 1)


async def test_each_payer_has_a_batch_of_its_own_and_nobody_is_in_two(
    agency: httpx.AsyncClient, finance: httpx.AsyncClient, wang: str, li: str
) -> None:
    for person in (wang, li):
        await enrol(agency, person, registered_on="2019-05-20", marked_on="2019-05-28")
    assert sorted(await ids(agency, DUE)) == sorted([wang, li])
    poor = {**APPLY, "payer": "POVFUND+MA"}
    both = await asyncio.gather(*(agency.post("/v1/premium-batches", json=poor) for _ in range(2)))
    asked, late = sorted(both, key=lambda response: response.status_code)
    assert asked.status_code == 201, asked.text
    late_or_at_once = {
        "NOTHING_DUE",
        "PREMIUM_ALREADY_APPLIED",
    }  # the first had asked before the second looked, or since
    assert late.json()["code"] in late_or_at_once
    assert await ids(agency, DUE) == [wang]
    assert await refused(agency, "/v1/premium-batches", poor) == (422, "NOTHING_DUE")
    batch = asked.json()["batch_id"]
    path = f"/v1/premium-batches/{batch}"
    await post(finance, f"{path}/rejection", {"reason": "list incomplete"})
    assert sorted(await ids(agency, DUE)) == sorted([wang, li])
    again = (await post(agency, "/v1/premium-batches", poor, 201))["batch_id"]
    paid = {"paid_on": "2019-07-30", "reference": "voucher 8"}
    assert await refused(finance, f"{path}/payment", paid) == (409, "BATCH_REJECTED")
    await post(finance, f"/v1/premium-batches/{again}/payment", paid)
    assert await refused(finance, f"/v1/premium-batches/{again}/payment", paid) == (409, "BATCH_ALREADY_PAID")


async def test_what_was_paid_twice_goes_back_to_the_person(
    agency: httpx.AsyncClient, finance: httpx.AsyncClient, wang: str
) -> None:
    await enrol(agency, wang, registered_on="2019-01-02", marked_on="2019-01-02")
    own = {"area": "445200", "year": 2019, "amount": "220.00", "paid_on": "2018-12-10"}
    path = f"/v1/persons/{wang}/premium"
    await post(agency, f"{path}/self-payment", own)
    assert await refused(agency, f"{path}/self-payment", own) == (409, "PREMIUM_ALREADY_RECORDED")
    back = {"area": "445200", "year": 2019, "refunded_on": "2019-08-01", "reference": "slip 3"}
    assert await refused(finance, f"{path}/refund", back) == (409, "NO_REFUND_DUE")
    batch = (await post(agency, "/v1/premium-batches", {**APPLY, "payer": "MA"}, 201))["batch_id"]
    await post(finance, f"/v1/premium-batches/{batch}/payment", {"paid_on": "2019-07-30", "reference": "voucher"})
    refunds = "/v1/premiums/refunds-due?area=445200&year=2019"
    (due,) = (await finance.get(refunds)).json()["items"]
    assert (due["person_id"], due["refund_due"]) == (wang, "220.00")
    await post(finance, f"{path}/refund", back)
    assert await ids(finance, refunds) == []


async def test_who_moved_in_after_another_area_asked_for_the_premium_is_not_due_again(
    agency: httpx.AsyncClient, wang: str
) -> None:
    elsewhere = {**YEAR, "area": "445100", "registered_on": "2019-01-02", "marked_on": "2019-01-02"}
    await post(agency, f"/v1/persons/{wang}/enrolments", elsewhere)
    await post(agency, "/v1/premium-batches", {**APPLY, "area": "445100", "payer": "MA"}, 201)
    await enrol(agency, wang, registered_on="2019-06-01", marked_on="2019-06-01")
    assert await ids(agency, DUE) == []
    (row,) = (await agency.get("/v1/premiums/moved-in?county=445201&area=445200&year=2019")).json()["items"]
    assert (row["person_id"], row["paid_in"]) == (wang, "445100")


async def test_an_exempt_person_is_named_and_comes_back_when_it_ends(
    agency: httpx.AsyncClient, approver: httpx.AsyncClient, li: str
) -> None:
    path = f"/v1/persons/{li}/exemptions"
    granted = await post(agency, path, PRISON, 201)
    await post(approver, f"{path}/{granted['exemption_id']}/approval", {})
    assert await state(agency, li) == "EXEMPT"
    assert await ids(agency, "/v1/exemptions?area=445200") == [li]
    assert await ids(agency, "/v1/exemptions?area=445200&code=MISSING") == []
    assert await refused(agency, path, {**PRISON, "code": "MISSING"}) == (409, "EXEMPTION_OVERLAPS")
    await post(agency, f"{path}/{granted['exemption_id']}/end", {"last_day": "2019-07-01", "evidence": "released"})
    assert await state(agency, li) == "NOT_ENROLLED"
    assert await ids(agency, "/v1/exemptions?area=445200") == []
    (kept,) = (await agency.get(path)).json()["items"]
    assert (kept["until"], kept["code"], kept["approved_by"]) == ("2019-07-01", "IMPRISONED", "agency-2")


async def test_each_of_the_eight_reasons_and_another_with_its_note_is_entered_by_one_and_approved_by_another(
    agency: httpx.AsyncClient, approver: httpx.AsyncClient, li: str
) -> None:
    path = f"/v1/persons/{li}/exemptions"
    assert (await refused(agency, path, {**PRISON, "code": "OTHER"}))[1] == "EXEMPTION_UNEXPLAINED"
    assert (await refused(agency, path, {**PRISON, "code": "STUDENT"}))[1] == "INVALID_FIELD"
    eight = "MILITARY MARRIED_OUT EMIGRATED IMPRISONED HOUSEHOLD_MOVED RURAL_TO_URBAN DECEASED MISSING"
    reasons = [*eight.split(), "OTHER"]
    for month, code in enumerate(reasons, start=1):
        body = {**PRISON, "code": code, "since": f"2018-{month:02d}-01", "note": "示例"}
        granted = await post(agency, path, body, 201)
        approval = f"{path}/{granted['exemption_id']}/approval"
        assert (await refused(agency, approval, {}))[1] == "APPROVER_ENTERED_IT"
        await post(approver, approval, {})
        ended = {"last_day": f"2018-{month:02d}-20", "evidence": "样表"}
        await post(agency, f"{path}/{granted['exemption_id']}/end", ended)
    kept = (await agency.get(path)).json()["items"]
    assert sorted(each["code"] for each in kept) == sorted(reasons)


async def test_what_one_person_enters_counts_when_another_has_approved_it(
    agency: httpx.AsyncClient, approver: httpx.AsyncClient, identity: Service, li: str
) -> None:
    path = f"/v1/persons/{li}/exemptions"
    # A name that the clerk types is nobody's approval, however it reads.
    proposed = (await post(agency, path, {**PRISON, "approved_by": "县局局长"}, 201))["exemption_id"]
    assert (await state(agency, li), await ids(agency, "/v1/exemptions?area=445200")) == ("NOT_ENROLLED", [])
    assert await ids(approver, "/v1/exemptions/waiting?area=445200") == [li]
    (waiting,) = (await agency.get(path)).json()["items"]
    assert (waiting["entered_by"], waiting["approved_by"]) == ("agency-1", "")
    await enrol(agency, li, registered_on="2019-05-20")
    assert await ids(agency, "/v1/exemptions/contradictions?area=440000") == []
    assert await refused(agency, f"{path}/{proposed}/approval", {}) == (403, "APPROVER_ENTERED_IT")
    early = {"last_day": "2019-07-01", "evidence": "released"}
    assert await refused(agency, f"{path}/{proposed}/end", early) == (409, "EXEMPTION_NOT_APPROVED")
    elsewhere = await identity.client(Role.AGENCY, subject="agency-3", divisions=["445202"])
    assert await refused(elsewhere, f"{path}/{proposed}/approval", {}) == (403, "DIVISION_FOREIGN")
    await post(approver, f"{path}/{proposed}/approval", {})
    assert await ids(agency, "/v1/exemptions?area=445200") == [li]
    assert await ids(approver, "/v1/exemptions/waiting?area=445200") == []
    assert await refused(approver, f"{path}/{proposed}/approval", {}) == (409, "EXEMPTION_NOT_WAITING")
    assert await refused(approver, f"{path}/{proposed}/rejection", {"reason": "误录"}) == (409, "EXEMPTION_NOT_WAITING")


async def test_what_was_entered_by_error_is_rejected_and_entered_anew(
    agency: httpx.AsyncClient, approver: httpx.AsyncClient, li: str
) -> None:
    path = f"/v1/persons/{li}/exemptions"
    wrong = (await post(agency, path, PRISON, 201))["exemption_id"]
    assert await refused(agency, path, {**PRISON, "code": "MISSING"}) == (409, "EXEMPTION_OVERLAPS")
    await post(agency, f"{path}/{wrong}/rejection", {"reason": "误录"})
    assert (await agency.get(path)).json()["items"] == []
    assert await refused(approver, f"{path}/{wrong}/approval", {}) == (409, "EXEMPTION_NOT_WAITING")
    right = (await post(agency, path, {**PRISON, "code": "MISSING"}, 201))["exemption_id"]
    await post(approver, f"{path}/{right}/approval", {})
    assert await state(agency, li) == "EXEMPT"


async def test_exempt_and_enrolled_at_once_is_reported(
    agency: httpx.AsyncClient, approver: httpx.AsyncClient, li: str
) -> None:
    path = f"/v1/persons/{li}/exemptions"
    granted = await post(agency, path, {**PRISON, "code": "MARRIED_OUT"}, 201)
    await post(approver, f"{path}/{granted['exemption_id']}/approval", {})
    assert await ids(agency, "/v1/exemptions/contradictions?area=440000") == []
    await enrol(agency, li, registered_on="2019-05-20")
    assert await ids(agency, "/v1/exemptions/contradictions?area=440000") == [li]
    assert await ids(agency, "/v1/exemptions/contradictions?area=450000") == []


async def test_an_exemption_is_for_known_people_and_holds_no_id_number(
    agency: httpx.AsyncClient, hospital: httpx.AsyncClient, li: str
) -> None:
    assert await refused(agency, "/v1/persons/nobody/exemptions", PRISON) == (404, "PERSON_UNKNOWN")
    named = {**PRISON, "evidence": f"card of {WANG['id_number']}"}
    assert await refused(agency, f"/v1/persons/{li}/exemptions", named) == (422, "PERSONAL_DATA_IN_TEXT")
    assert await refused(hospital, f"/v1/persons/{li}/exemptions", PRISON) == (403, "ROLE_NOT_ALLOWED")


async def test_a_place_whose_law_names_no_payer_has_no_due_list(agency: httpx.AsyncClient, identity: Service) -> None:
    response = await agency.get("/v1/premiums/due?county=620422&area=620400&year=2019")
    assert (response.status_code, response.json()["code"]) == (422, "PREMIUM_RULE_MISSING")
    assert await identity.pool.fetchval("SELECT count(*) FROM premiums") == 0
