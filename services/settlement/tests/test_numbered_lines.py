"""Fee lines with the hospital's own numbers: on the bill once, given back by lines below zero that name theirs."""

from typing import Any

import pytest

PAYERS = {"BMI": "900.00", "CII": "0.00"}


def line(number: str | None, amount: str, **more: Any) -> dict[str, Any]:
    return {"item": "示范", "amount": amount, "cost_class": "compliant", "number": number, **more}


@pytest.fixture
async def stay(jieyang: Any) -> str:
    await jieyang.tell("P1", "DIBAO")
    body = {"person_id": "P1", "kind": "inpatient", "admitted_on": "2019-08-01"}
    answered = (await jieyang.hospital.post("/v1/encounters", json=body)).json()
    path: str = f"/v1/encounters/{answered['encounter_id']}"
    return path


async def upload(jieyang: Any, stay: str, *lines: dict[str, Any]) -> Any:
    return await jieyang.hospital.post(f"{stay}/fees", json={"lines": list(lines)})


async def total(jieyang: Any, stay: str) -> str:
    found: str = (await jieyang.hospital.get(stay)).json()["total"]
    return found


async def test_a_line_is_kept_with_number_day_code_and_quantity(jieyang: Any, stay: str) -> None:
    sent = line("F-1", "12.50", on="2019-08-02", code="XJ01CAA040A001010101445", quantity="2.5")
    assert (await upload(jieyang, stay, sent)).status_code == 201
    (kept,) = (await jieyang.hospital.get(f"{stay}/fees")).json()["items"]
    assert kept == sent | {"batch": 1, "line": 1, "excluded": False, "returns": None}


async def test_the_same_line_again_is_the_same_line_and_another_under_its_number_is_refused(
    jieyang: Any, stay: str
) -> None:
    first = (await upload(jieyang, stay, line("F-1", "100.00"), line("F-2", "50.00"))).json()
    # A whole batch sent again under another key, and one that overlaps.
    assert (await upload(jieyang, stay, line("F-1", "100.00"), line("F-2", "50.00"))).json() == first
    more = (await upload(jieyang, stay, line("F-2", "50.00"), line("F-3", "1.00"), line("F-3", "1.00"))).json()
    assert (more["batch"], more["lines"], more["batch_total"]) == (2, 1, "1.00")
    assert await total(jieyang, stay) == "151.00"
    for changed in (line("F-1", "100.01"), line("F-1", "100.00", cost_class="over_limit")):
        refused = await upload(jieyang, stay, changed)
        assert (refused.status_code, refused.json()["code"]) == (409, "FEE_LINE_CHANGED")
    twice = await upload(jieyang, stay, line("F-9", "1.00"), line("F-9", "2.00"))
    assert (twice.status_code, twice.json()["code"]) == (409, "FEE_LINE_CHANGED")
    # Off the bill, the number is free.
    await jieyang.hospital.post(f"{stay}/fees/2/void", json={})
    assert (await upload(jieyang, stay, line("F-3", "2.00"))).status_code == 201


async def test_a_return_is_below_zero_and_names_its_line(jieyang: Any, stay: str) -> None:
    await upload(jieyang, stay, line("F-1", "1000.00", quantity="10"))
    part = line("R-1", "-300.00", returns="F-1", quantity="-3")
    assert (await upload(jieyang, stay, part)).json()["batch_total"] == "-300.00"
    # Sent again it is the same return, not another one.
    await upload(jieyang, stay, part)
    assert await total(jieyang, stay) == "700.00"
    wrong = {
        "RETURN_EXCEEDS_LINE": line("R-2", "-700.01", returns="F-1"),
        "FEE_LINE_UNKNOWN": line("R-2", "-1.00", returns="F-7"),
        "RETURN_MISMATCH": line("R-2", "-1.00", returns="F-1", cost_class="over_limit"),
        "NEGATIVE_AMOUNT": line("R-2", "-1.00"),
    }
    for code, body in wrong.items():
        assert (await upload(jieyang, stay, body)).json()["code"] == code
    refused = await jieyang.hospital.post(f"{stay}/fees/1/void", json={})
    assert (refused.status_code, refused.json()["code"]) == (409, "FEE_BATCH_RETURNED")
    await jieyang.hospital.post(f"{stay}/discharge", json={"discharged_on": "2019-08-05"})
    settled = await jieyang.hospital.post(f"{stay}/settlement", json={"payers": {"BMI": "500.00", "CII": "0.00"}})
    assert settled.json()["bill"]["total"] == "700.00"


async def test_a_line_of_a_day_after_the_discharge_or_to_come_is_refused(jieyang: Any, stay: str) -> None:
    future = await upload(jieyang, stay, line("F-1", "1.00", on="2019-08-21"))
    assert future.json()["code"] == "DATE_IN_FUTURE"
    await upload(jieyang, stay, line("F-1", "1000.00", on="2019-08-06"))
    await jieyang.hospital.post(f"{stay}/discharge", json={"discharged_on": "2019-08-05"})
    for step in ("pre-settlement", "settlement"):
        refused = await jieyang.hospital.post(f"{stay}/{step}", json={"payers": PAYERS})
        assert (refused.status_code, refused.json()["code"]) == (422, "FEE_LINE_AFTER_DISCHARGE")
    right = {"reason": "录入有误", "discharged_on": "2019-08-06"}
    await jieyang.hospital.post(f"{stay}/discharge/correction", json=right)
    settled = await jieyang.hospital.post(f"{stay}/settlement", json={"payers": PAYERS})
    assert settled.status_code == 201, settled.text
