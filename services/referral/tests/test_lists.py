"""How the agency finds referrals: by hospital, county and day of signature, and by what waits for whom."""

from datetime import date
from typing import Any

import httpx
import pytest
from services.referral.tests.contracted import contracted

from contracts import identity as told
from contracts import settlement
from kernel.security import Role
from kernel.testing.deadline import eventually
from kernel.testing.surroundings import Service, Surroundings

FORM: dict[str, Any] = {
    "person_id": "p1",
    "receiving_hospital": "H430100",
    "attributes": ["DIBAO"],
    "diagnosis": "脑梗死",
    "signed_on": "2018-09-01",
    "signed_by": "FAMILY",
    "attachments": [
        {"kind": "household_book_copy", "reference": "scan/17/1"},
        {"kind": "social_card_copy", "reference": "scan/17/2"},
    ],
    "filled_in": ["phone", "address", "card_number"],
}
SEALED = {"opinion": "同意", "sealed_on": "2018-09-02"}


@pytest.fixture
async def filed(
    referral: Service, around: Surroundings, sender: httpx.AsyncClient, agency: httpx.AsyncClient
) -> dict[str, str]:
    """Four referrals by name: three of county 430481, of which one is agreed and one approved, one of 430482."""
    dibao = told.Membership(
        membership_id="m9", category="DIBAO", department="civil-affairs", valid_from=date(2018, 1, 1)
    )
    await around.tell(
        told.CONTRACT,
        "p2",
        told.EntitlementChanged(person_id="p2", revision=1, change="ADDED", county="430482", memberships=(dibao,)),
    )
    await eventually(lambda: referral.pool.fetchval("SELECT 1 FROM applicants WHERE person_id = 'p2'"))
    await contracted(around, referral, "H430482")
    other = await referral.client(Role.HOSPITAL, "H430482")
    forms: dict[str, tuple[httpx.AsyncClient, dict[str, Any]]] = {
        "old": (sender, {"signed_on": "2018-08-20"}),
        "agreed": (sender, {"signed_on": "2018-08-25"}),
        "approved": (sender, {"signed_on": "2018-09-01", "receiving_hospital": "H430199"}),
        "other": (other, {"signed_on": "2018-09-03", "person_id": "p2"}),
    }
    ids = {}
    for name, (client, change) in forms.items():
        response = await client.post("/v1/referrals", json=FORM | change)
        assert response.status_code == 201, response.text
        ids[name] = response.json()["referral_id"]
    for name in ("agreed", "approved"):
        await _step(sender, f"/v1/referrals/{ids[name]}/endorsement", {**SEALED, "agreed": True})
    await _step(agency, f"/v1/referrals/{ids['approved']}/approval", SEALED)
    return ids


@pytest.mark.parametrize(
    ("divisions", "names"),
    [
        (["430400"], ["other", "approved", "agreed", "old"]),
        (["430481"], ["approved", "agreed", "old"]),
        (["430482"], ["other"]),
        (["430482", "430481"], ["other", "approved", "agreed", "old"]),
        (["430100"], []),
    ],
)
async def test_a_county_s_agency_pages_through_its_own(
    referral: Service, filed: dict[str, str], divisions: list[str], names: list[str]
) -> None:
    agency = await referral.client(Role.AGENCY, divisions=divisions)
    found: list[str] = []
    after: dict[str, str] = {}
    for _ in range(len(names) + 1):
        page = (await agency.get("/v1/referrals", params={"limit": "1", **after})).json()
        found += [row["referral_id"] for row in page["items"]]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert found == [filed[name] for name in names]
    drafted = await listed(agency, filed, state="APPLIED")
    assert drafted == [name for name in names if name in {"other", "old"}]


async def _step(client: httpx.AsyncClient, path: str, body: dict[str, Any]) -> None:
    response = await client.post(path, json=body)
    assert response.status_code == 200, response.text


async def listed(client: httpx.AsyncClient, ids: dict[str, str], path: str = "", **query: str) -> list[str]:
    """The names of what a list holds, in its order."""
    response = await client.get(f"/v1/referrals{path}", params=query)
    assert response.status_code == 200, response.text
    names = {referral_id: name for name, referral_id in ids.items()}
    return [names[row["referral_id"]] for row in response.json()["items"]]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, ["other", "approved", "agreed", "old"]),
        ({"county": "430482"}, ["other"]),
        ({"county": "430481", "state": "APPLIED"}, ["old"]),
        ({"sending_hospital": "H430481"}, ["approved", "agreed", "old"]),
        ({"receiving_hospital": "H430199"}, ["approved"]),
        ({"signed_from": "2018-08-25", "signed_to": "2018-09-01"}, ["approved", "agreed"]),
        ({"signed_from": "2018-09-04"}, []),
        ({"sending_hospital": "H430481", "signed_to": "2018-08-25", "person_id": "p1"}, ["agreed", "old"]),
    ],
)
async def test_the_agency_narrows_the_list_by_whatever_it_knows(
    agency: httpx.AsyncClient, filed: dict[str, str], query: dict[str, str], names: list[str]
) -> None:
    assert await listed(agency, filed, **query) == names


async def test_a_narrowed_list_goes_on_where_the_page_before_ended(
    agency: httpx.AsyncClient, filed: dict[str, str]
) -> None:
    seen: list[str] = []
    after: dict[str, str] = {}
    for _ in range(3):
        page = (await agency.get("/v1/referrals", params={"county": "430481", "limit": "1", **after})).json()
        seen += [row["signed_on"] for row in page["items"]]
        after = {"after": page["next"]}
    assert (seen, page["next"]) == (["2018-09-01", "2018-08-25", "2018-08-20"], None)


async def test_a_hospital_narrows_only_its_own_list(sender: httpx.AsyncClient, filed: dict[str, str]) -> None:
    assert await listed(sender, filed, signed_to="2018-08-25") == ["agreed", "old"]
    assert await listed(sender, filed, receiving_hospital="H430199") == ["approved"]
    assert await listed(sender, filed, county="430482") == []
    refused = await sender.get("/v1/referrals", params={"sending_hospital": "H430482"})
    assert (refused.status_code, refused.json()["code"]) == (422, "SIDE_MISPLACED")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"signed_from": "2018-09-02", "signed_to": "2018-09-01"}, "DATES_OUT_OF_ORDER"),
        ({"signed_from": "2018-02-30"}, "INVALID_PARAMETER"),
        ({"signed_from": "0"}, "INVALID_PARAMETER"),
        ({"signed_from": "20180901"}, "INVALID_PARAMETER"),
        ({"county": "4304"}, "INVALID_PARAMETER"),
        ({"sending_hospital": "a b"}, "INVALID_PARAMETER"),
    ],
)
async def test_a_filter_that_cannot_be_is_refused(agency: httpx.AsyncClient, query: dict[str, str], code: str) -> None:
    refused = await agency.get("/v1/referrals", params=query)
    assert (refused.status_code, refused.json()["code"]) == (422, code)


async def test_what_waits_is_listed_from_the_longest_wait_on(agency: httpx.AsyncClient, filed: dict[str, str]) -> None:
    assert await listed(agency, filed, "/worklist") == ["old", "agreed", "other"]
    items = (await agency.get("/v1/referrals/worklist")).json()["items"]
    # It is 5 September in China.
    waits = [(row["turn"], row["waiting_since"], row["waiting_days"]) for row in items]
    assert waits == [("HOSPITAL", "2018-08-20", 16), ("AGENCY", "2018-09-02", 3), ("HOSPITAL", "2018-09-03", 2)]


async def test_the_work_list_is_narrowed_and_counted(
    agency: httpx.AsyncClient, sender: httpx.AsyncClient, filed: dict[str, str]
) -> None:
    assert await listed(agency, filed, "/worklist", turn="AGENCY") == ["agreed"]
    assert await listed(agency, filed, "/worklist", county="430482") == ["other"]
    assert await listed(sender, filed, "/worklist", turn="HOSPITAL") == ["old"]
    foreign = await sender.get("/v1/referrals/worklist", params={"sending_hospital": "H430482"})
    assert (foreign.status_code, foreign.json()["code"]) == (403, "ORGANISATION_FOREIGN")
    totals = (await agency.get("/v1/referrals/worklist/totals")).json()
    assert totals == [
        {"turn": "HOSPITAL", "referrals": 2, "longest_days": 16},
        {"turn": "AGENCY", "referrals": 1, "longest_days": 3},
    ]


async def test_a_page_of_the_work_list_goes_on_though_its_last_referral_was_dealt_with(
    agency: httpx.AsyncClient, sender: httpx.AsyncClient, filed: dict[str, str]
) -> None:
    page = (await agency.get("/v1/referrals/worklist", params={"limit": "1"})).json()
    await _step(sender, f"/v1/referrals/{filed['old']}/endorsement", {**SEALED, "agreed": False})
    assert await listed(agency, filed, "/worklist", after=page["next"]) == ["agreed", "other"]


@pytest.mark.parametrize("after", ["WzFd", "WyJ4IiwieSJd", "WyIyMDE4LTA5LTAxIl0"])
async def test_a_cursor_of_another_list_is_refused(agency: httpx.AsyncClient, after: str) -> None:
    refused = await agency.get("/v1/referrals/worklist", params={"after": after})
    assert (refused.status_code, refused.json()["code"]) == (422, "INVALID_CURSOR")


async def test_the_form_names_the_receiving_hospital_once_settlement_told_of_it(
    referral: Service, around: Surroundings, agency: httpx.AsyncClient, approved: str
) -> None:
    page = (await agency.get(f"/v1/referrals/{approved}/form")).text
    assert "H430100" in page
    assert "（H430100）" not in page
    hospital = settlement.InstitutionContracted(
        hospital_id="H430100", name="示范省医院", level="3", division="430000", contract_from=date(2018, 1, 1)
    )
    await around.tell(settlement.CONTRACT, "H430100", hospital)
    await eventually(lambda: referral.pool.fetchval("SELECT name FROM institutions WHERE hospital_id = 'H430100'"))
    assert "示范省医院（H430100）" in (await agency.get(f"/v1/referrals/{approved}/form")).text


@pytest.mark.parametrize("path", ["", "/form", "/form.pdf", "/misuses", "/settlements", "/copies"])
async def test_a_third_hospital_sees_nothing_of_a_referral(referral: Service, approved: str, path: str) -> None:
    third = await referral.client(Role.HOSPITAL, "H439999")
    hidden = await third.get(f"/v1/referrals/{approved}{path}")
    assert (hidden.status_code, hidden.json()["code"]) == (404, "REFERRAL_UNKNOWN")


@pytest.mark.parametrize("role", [Role.FINANCE, Role.DEPARTMENT])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("GET", "/worklist"),
        ("GET", "/worklist/totals"),
        ("GET", "/{id}"),
        ("GET", "/{id}/form"),
        ("GET", "/{id}/form.pdf"),
        ("POST", "/{id}/form"),
        ("POST", "/{id}/form.pdf"),
        ("GET", "/{id}/misuses"),
        ("GET", "/{id}/settlements"),
        ("GET", "/{id}/copies"),
        ("POST", ""),
        ("POST", "/{id}/endorsement"),
        ("POST", "/{id}/approval"),
        ("POST", "/{id}/rejection"),
        ("POST", "/{id}/cancellation"),
        ("POST", "/{id}/expiry"),
    ],
)
async def test_offices_without_a_part_in_referrals_are_shut_out(
    referral: Service, applied: str, role: Role, method: str, path: str
) -> None:
    outsider = await referral.client(role, "civil-affairs")
    shut = await outsider.request(method, f"/v1/referrals{path.format(id=applied)}", json={})
    assert (shut.status_code, shut.json()["code"]) == (403, "ROLE_NOT_ALLOWED")
