"""A department or an insurer sees what its own funds owe hospitals and have paid, of a county that it names."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from contracts.settlement import CONTRACT
from kernel.security import Role


@pytest.fixture
async def insurer(scene: Any) -> httpx.AsyncClient:
    """Two bills of which insurer and aid bear a part, on a statement to each of them."""
    layers = scene.bills.layer("CII", 1_200), scene.bills.layer("MA", 700)
    for number in (1, 2):
        await scene.around.tell(CONTRACT, "P1", scene.bills.settled(f"S{number}", *layers))
    await scene.booked(2)
    scene.now = datetime(2019, 9, 2, 1, 0, tzinfo=UTC)
    for fund in ("CII", "MA"):
        asked = {"hospital_id": "H1", "county": "445202", "fund": fund, "month": "2019-08"}
        assert (await scene.hospital.post("/v1/hospital-statements", json=asked)).status_code == 201
    client: httpx.AsyncClient = await scene.ledger.client(Role.DEPARTMENT, "insurer")
    return client


async def test_an_insurer_sees_its_own_layer_and_nobody_else_s(scene: Any, insurer: httpx.AsyncClient) -> None:
    (owed,) = (await insurer.get("/v1/hospital-receivables?county=445202")).json()["items"]
    assert (owed["fund"], owed["hospital_id"], owed["owed"], owed["on_statements"]) == ("CII", "H1", "24.00", "24.00")
    (drawn,) = (await insurer.get("/v1/hospital-statements?county=445202")).json()["items"]
    path = f"/v1/hospital-statements/{drawn['statement_id']}"
    assert (drawn["fund"], (await insurer.get(path)).json()["claimed"]) == ("CII", "24.00")
    lines = (await insurer.get(f"{path}/lines")).json()["items"]
    assert [line["owed"] for line in lines] == ["12.00", "12.00"]
    every = (await scene.finance.get("/v1/hospital-statements?county=445202")).json()["items"]
    (aid,) = [one["statement_id"] for one in every if one["fund"] == "MA"]
    for of in (aid, f"{aid}/lines", f"{aid}/deductions"):
        refused = await insurer.get(f"/v1/hospital-statements/{of}")
        assert (refused.status_code, refused.json()["code"]) == (404, "STATEMENT_UNKNOWN")


async def test_who_owns_no_fund_of_a_county_sees_none_and_nobody_sees_all_counties(
    scene: Any, insurer: httpx.AsyncClient
) -> None:
    other = await scene.ledger.client(Role.DEPARTMENT, "disabled-persons")
    for what in ("hospital-receivables", "hospital-statements"):
        assert (await other.get(f"/v1/{what}?county=445202")).json()["items"] == []
        refused = await insurer.get(f"/v1/{what}")
        assert (refused.status_code, refused.json()["code"]) == (422, "COUNTY_MISSING")
    pay = await insurer.post("/v1/hospital-statements/S/payment", json={"value_on": "2019-09-02"})
    assert pay.status_code == 403
