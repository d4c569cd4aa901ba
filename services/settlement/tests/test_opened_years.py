"""Onboarding: a person's accumulators from the system before, taken over once, and taken back before they count."""

from datetime import date
from typing import Any, Final

import httpx

from kernel.security import Role

YEAR: Final = {
    "person_id": "P1",
    "area": "445200",
    "year": 2019,
    "balances": {"aid_in": "55000.00"},
    "source": "old system, run 7",
}
PATH: Final = "/v1/benefit-years/445200/P1/2019"
WRONG: Final = {"reason": "of another person"}


def code(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


async def test_the_same_figures_are_taken_over_once_whoever_sends_them(jieyang: Any) -> None:
    operator = await jieyang.service.client(Role.OPERATIONS)
    other = await jieyang.service.client(Role.OPERATIONS, subject="other")
    for client in (operator, other, other):
        assert (await client.post("/v1/benefit-years", json=YEAR)).status_code == 201
    year = await jieyang.year("P1")
    assert (year["balances"], year["version"]) == ({"aid_in": "55000.00"}, 1)
    for change in ({"balances": {"aid_in": "55000.01"}}, {"source": "old system, run 8"}):
        refused = await operator.post("/v1/benefit-years", json={**YEAR, **change})
        assert code(refused) == (409, "BENEFIT_YEAR_BEGUN")


async def test_what_was_wrong_is_taken_back_and_the_right_figures_count(jieyang: Any) -> None:
    operator = await jieyang.service.client(Role.OPERATIONS)
    assert code(await operator.post(f"{PATH}/withdrawal", json=WRONG)) == (404, "BENEFIT_YEAR_UNKNOWN")
    await operator.post("/v1/benefit-years", json=YEAR)
    for _ in range(2):
        assert (await operator.post(f"{PATH}/withdrawal", json=WRONG)).status_code == 200
    assert (await jieyang.year("P1"))["balances"] == {}
    right = {**YEAR, "balances": {"aid_in": "59000.00"}}
    assert (await operator.post("/v1/benefit-years", json=right)).status_code == 201
    year = await jieyang.year("P1")
    assert (year["balances"], year["version"]) == ({"aid_in": "59000.00"}, 3)
    await jieyang.tell("P1", "DIBAO")
    # Of 4,000.00 the aid is 3,200.00, and 1,000.00 of the year's 60,000.00 are left.
    settled = await jieyang.bill("P1", date(2019, 8, 12), {"compliant": "10000.00"}, {"BMI": "6000.00", "CII": "0.00"})
    paid = {layer["payer"]: layer["amount"] for layer in settled["bill"]["layers"]}
    assert paid["MA"] == "1000.00"


async def test_an_accumulator_that_no_document_of_the_area_has_is_refused(jieyang: Any) -> None:
    operator = await jieyang.service.client(Role.OPERATIONS)
    refused = await operator.post("/v1/benefit-years", json={**YEAR, "balances": {"aid": "1.00"}})
    assert code(refused) == (422, "ACCUMULATOR_UNKNOWN")
    assert "aid_in" in refused.json()["detail"]


async def test_once_a_settlement_rests_on_them_they_stay(jieyang: Any) -> None:
    operator = await jieyang.service.client(Role.OPERATIONS)
    await operator.post("/v1/benefit-years", json=YEAR)
    await jieyang.tell("P1", "DIBAO")
    await jieyang.bill("P1", date(2019, 8, 12), {"compliant": "10000.00"}, {"BMI": "6000.00", "CII": "0.00"})
    assert code(await operator.post(f"{PATH}/withdrawal", json=WRONG)) == (409, "BENEFIT_YEAR_BEGUN")
    # Run again, the file changes nothing; other figures come too late.
    before = await jieyang.year("P1")
    assert (await operator.post("/v1/benefit-years", json=YEAR)).status_code == 201
    assert await jieyang.year("P1") == before
    late = {**YEAR, "balances": {"aid_in": "1.00"}}
    assert code(await operator.post("/v1/benefit-years", json=late)) == (409, "BENEFIT_YEAR_BEGUN")
