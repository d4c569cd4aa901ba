"""Bad input at the window: each a problem document with a code of its own, and nothing written."""

from datetime import timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from kernel.security import Issuer, Role
from workbench.demo import stories
from workbench.demo.city import HOSPITALS
from workbench.demo.window import Window

HOSPITAL, OTHER_HOSPITAL = HOSPITALS[0].hospital_id, HOSPITALS[1].hospital_id
PAYERS = {"BMI": "600.00", "CII": "0.00"}


@pytest.fixture
def window(embedded_town: Any) -> Window:
    return Window(embedded_town.platform, Role.HOSPITAL, HOSPITAL)


async def events(town: Any) -> int:
    connection = await asyncpg.connect(town.platform.admin_url)
    count: int = await connection.fetchval("SELECT count(*) FROM settlement.events")
    await connection.close()
    return count


async def refused(town: Any, window: Window, path: str, body: dict[str, Any], code: str, status: int) -> None:
    before = await events(town)
    response = await window.send("settlement", path, body)
    assert (response.status_code, response.json()["code"]) == (status, code), response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert await events(town) == before


async def discharged(town: Any, window: Window, compliant: str = "1000.00") -> str:
    person_id = town.someone("DIBAO")
    encounter: str = (await stories.admit(window, person_id, "outpatient", town.today))["encounter_id"]
    lines = [{"item": "项目", "amount": compliant, "cost_class": "compliant"}]
    await window.post("settlement", f"/v1/encounters/{encounter}/fees", {"lines": lines})
    return encounter


async def test_admissions_that_cannot_be(embedded_town: Any, window: Window) -> None:
    town, good = embedded_town, {"person_id": embedded_town.someone("DIBAO"), "kind": "inpatient"}
    today = town.today.isoformat()
    tomorrow = (town.today + timedelta(days=1)).isoformat()
    cases: list[tuple[dict[str, Any], str, int]] = [
        ({**good, "admitted_on": tomorrow}, "DATE_IN_FUTURE", 422),
        ({**good, "person_id": "nobody", "admitted_on": today}, "PERSON_UNKNOWN", 404),
        ({**good, "admitted_on": today, "surprise": 1}, "UNKNOWN_FIELD", 422),
        ({**good, "kind": "spa", "admitted_on": today}, "INVALID_FIELD", 422),
        ({**good}, "MISSING_FIELD", 422),
        ({**good, "admitted_on": today, "referral_id": "none"}, "REFERRAL_UNKNOWN", 422),
    ]
    for body, code, status in cases:
        await refused(town, window, "/v1/encounters", body, code, status)


async def test_an_unknown_hospital_cannot_admit(embedded_town: Any) -> None:
    stranger = Window(embedded_town.platform, Role.HOSPITAL, "H-UNKNOWN")
    body = {
        "person_id": embedded_town.someone("DIBAO"),
        "kind": "outpatient",
        "admitted_on": embedded_town.today.isoformat(),
    }
    await refused(embedded_town, stranger, "/v1/encounters", body, "HOSPITAL_UNKNOWN", 404)


@pytest.mark.parametrize(
    ("amount", "code"),
    [("-1.00", "NEGATIVE_AMOUNT"), ("1.005", "INVALID_AMOUNT"), ("1e3", "INVALID_AMOUNT"), (12.5, "INVALID_AMOUNT")],
)
async def test_amounts_that_are_none(embedded_town: Any, window: Window, amount: Any, code: str) -> None:
    encounter = await discharged(embedded_town, window)
    lines = [{"item": "项目", "amount": amount, "cost_class": "compliant"}]
    await refused(embedded_town, window, f"/v1/encounters/{encounter}/fees", {"lines": lines}, code, 422)


@pytest.mark.parametrize(
    ("payers", "code"),
    [
        ({"BMI": "1000.01", "CII": "0.00"}, "BMI_EXCEEDS_COMPLIANT"),
        ({"BMI": "900.00", "CII": "100.01"}, "CII_EXCEEDS_REMAINDER"),
        ({"BMI": "900.00"}, "PAYER_AMOUNT_MISSING"),
        ({"BMI": "900.00", "CII": "0.00", "THB": "1.00"}, "PAYER_UNKNOWN"),
    ],
)
async def test_payers_that_cannot_be_right(
    embedded_town: Any, window: Window, payers: dict[str, str], code: str
) -> None:
    encounter = await discharged(embedded_town, window)
    await refused(embedded_town, window, f"/v1/encounters/{encounter}/settlement", {"payers": payers}, code, 422)


async def test_a_payer_that_answers_twice_is_refused(embedded_town: Any, window: Window) -> None:
    """R-LY-01: neither of its two amounts is the one that counts."""
    encounter = await discharged(embedded_town, window)
    client = embedded_town.platform.client("settlement", Role.HOSPITAL, HOSPITAL)
    headers = {"Idempotency-Key": "twice", "Content-Type": "application/json"}
    content = b'{"payers":{"BMI":"700.00","CII":"0.00","BMI":"600.00"},"total":"1000.00"}'
    response = await client.post(f"/v1/encounters/{encounter}/settlement", content=content, headers=headers)
    assert (response.status_code, response.json()["code"]) == (422, "DUPLICATE_FIELD")
    assert response.json()["about"] == {"field": "BMI"}


async def test_a_total_that_is_not_the_sum_of_the_lines(embedded_town: Any, window: Window) -> None:
    encounter = await discharged(embedded_town, window)
    body = {"payers": PAYERS, "total": "1000.01"}
    await refused(embedded_town, window, f"/v1/encounters/{encounter}/settlement", body, "TOTAL_MISMATCH", 422)


async def test_malformed_json_is_said_to_be_that(embedded_town: Any) -> None:
    client = embedded_town.platform.client("settlement", Role.HOSPITAL, HOSPITAL)
    headers = {"Idempotency-Key": "k", "Content-Type": "application/json"}
    response = await client.post("/v1/encounters", content=b'{"person_id": ', headers=headers)
    assert (response.status_code, response.json()["code"]) == (400, "MALFORMED_JSON")


async def test_steps_out_of_order(embedded_town: Any, window: Window) -> None:
    town = embedded_town
    await refused(
        town, window, "/v1/encounters/nothing/discharge", {"discharged_on": "2019-08-01"}, "ENCOUNTER_UNKNOWN", 404
    )
    stay = (await stories.admit(window, town.someone("DIBAO"), "inpatient", town.today))["encounter_id"]
    path = f"/v1/encounters/{stay}"
    await refused(town, window, f"{path}/settlement", {"payers": PAYERS}, "ENCOUNTER_NOT_DISCHARGED", 409)
    yesterday = (town.today - timedelta(days=1)).isoformat()
    await refused(town, window, f"{path}/discharge", {"discharged_on": yesterday}, "DATES_OUT_OF_ORDER", 422)
    await window.post("settlement", f"{path}/discharge", {"discharged_on": town.today.isoformat()})
    await refused(town, window, f"{path}/settlement", {"payers": PAYERS}, "NO_FEES", 422)


async def test_settling_twice_is_refused_and_the_same_key_with_another_body_too(
    embedded_town: Any, window: Window
) -> None:
    town = embedded_town
    encounter = await discharged(town, window)
    path = f"/v1/encounters/{encounter}/settlement"
    await window.post("settlement", path, {"payers": PAYERS}, key="k1")
    await refused(town, window, path, {"payers": PAYERS}, "ALREADY_SETTLED", 409)
    before = await events(town)
    reused = await window.send("settlement", path, {"payers": {"BMI": "1.00", "CII": "0.00"}}, key="k1")
    assert (reused.status_code, reused.json()["code"]) == (409, "IDEMPOTENCY_KEY_REUSED")
    assert await events(town) == before


async def test_a_hospital_sees_only_its_own(embedded_town: Any, window: Window) -> None:
    town = embedded_town
    encounter = await discharged(town, window)
    settled = await window.post("settlement", f"/v1/encounters/{encounter}/settlement", {"payers": PAYERS})
    other = Window(town.platform, Role.HOSPITAL, OTHER_HOSPITAL)
    await refused(town, other, f"/v1/encounters/{encounter}/settlement", {"payers": PAYERS}, "ENCOUNTER_UNKNOWN", 404)
    foreign = town.platform.client("settlement", Role.HOSPITAL, OTHER_HOSPITAL)
    assert (await foreign.get(f"/v1/settlements/{settled['settlement_id']}")).status_code == 404
    assert (await foreign.get("/v1/encounters")).json()["items"] == []
    assert len((await window.get("settlement", "/v1/encounters"))["items"]) == 1


async def test_tokens_that_do_not_open_the_door(embedded_town: Any, tmp_path: Any) -> None:
    url = embedded_town.platform.urls["settlement"]
    stranger = Issuer.in_folder(tmp_path / "foreign").issue(Role.HOSPITAL, "x", HOSPITAL, 3600, 1_900_000_000)
    expired = embedded_town.platform.issuer.issue(Role.HOSPITAL, "x", HOSPITAL, 60, 1_500_000_000)
    async with httpx.AsyncClient(base_url=url) as client:
        for token, code in (("", "TOKEN_MISSING"), (stranger, "TOKEN_FOREIGN"), (expired, "TOKEN_EXPIRED")):
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            response = await client.get("/v1/encounters", headers=headers)
            assert (response.status_code, response.json()["code"]) == (401, code)
        for open_path in ("/health/live", "/health/ready", "/metrics", "/openapi.json"):
            assert (await client.get(open_path)).status_code == 200, open_path


async def test_a_role_that_may_not_is_told_so(embedded_town: Any) -> None:
    agency = Window(embedded_town.platform, Role.AGENCY)
    response = await agency.send("settlement", "/v1/encounters", {})
    assert response.status_code == 403
