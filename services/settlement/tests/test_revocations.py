"""The agency takes back any bill of a year: the later ones are decided again without it (AMB-X4, example XC-03)."""

from datetime import date
from typing import Any, Final

import pytest

from kernel.security import Role

WHY: Final = {"reason": "住院信息造假"}


async def bill(desk: Any, day: int, compliant: str, basic: str) -> dict[str, Any]:
    payers = {"BMI": basic, "CII": "0.00"}
    settled: dict[str, Any] = await desk.bill("P1", date(2019, 3, day), {"compliant": compliant}, payers)
    return settled


async def revoke(client: Any, settled: dict[str, Any]) -> Any:
    return await client.post(f"/v1/settlements/{settled['settlement_id']}/revocation", json=WHY)


def layer(settled: dict[str, Any], payer: str) -> str:
    found: str = next(one["amount"] for one in settled["layers"] if one["payer"] == payer)
    return found


@pytest.fixture
async def three(jieyang: Any) -> list[dict[str, Any]]:
    """Dibao: 80 % up to 60000 a year; 72000, 48000 and 8000 of own cost meet the limit in the second bill."""
    await jieyang.tell("P1", "DIBAO")
    return [
        await bill(jieyang, 1, "100000.00", "28000.00"),
        await bill(jieyang, 2, "60000.00", "12000.00"),
        await bill(jieyang, 3, "10000.00", "2000.00"),
    ]


async def test_the_agency_takes_an_earlier_bill_back_and_the_later_ones_are_decided_again(
    jieyang: Any, three: list[dict[str, Any]]
) -> None:
    first, second, third = three
    assert [layer(one["bill"], "MA") for one in three] == ["57600.00", "2400.00", "0.00"]
    agency = await jieyang.service.client(Role.AGENCY, "A1", divisions=["445202"])
    revoked = await revoke(agency, first)
    assert revoked.status_code == 201, revoked.text
    assert revoked.json()["decided_again"] == [second["settlement_id"], third["settlement_id"]]
    bills = []
    for one in (second, third):
        now = (await jieyang.hospital.get(f"/v1/settlements/{one['settlement_id']}")).json()
        (supplement,) = now["supplements"]
        assert supplement["bill"]["total"] == one["bill"]["total"]
        bills.append(supplement["bill"])
    # As if the first had never been: 80 % of 48000 and of 8000, on one year.
    assert [layer(one, "MA") for one in bills] == ["38400.00", "6400.00"]
    assert bills[0]["accumulators_before"]["aid_in"] == "0.00"
    year = await jieyang.year("P1")
    assert year["balances"]["aid_in"] == bills[1]["accumulators_after"]["aid_in"] == "44800.00"
    assert revoked.json()["accumulators"]["aid_in"] == "44800.00"
    mirror = (await jieyang.hospital.get(f"/v1/settlements/{first['settlement_id']}")).json()["revocation"]
    assert mirror["reason"] == WHY["reason"]
    assert await jieyang.reviews() == []


async def test_who_settled_last_revokes_on_past_what_the_agency_took_back(
    jieyang: Any, three: list[dict[str, Any]]
) -> None:
    first, second, third = three
    agency = await jieyang.service.client(Role.AGENCY, "A1")
    assert (await revoke(agency, second)).status_code == 201
    again = await revoke(agency, second)
    assert (again.status_code, again.json()["code"]) == (422, "SETTLEMENT_NOT_IN_FORCE")
    early = await revoke(jieyang.hospital, first)
    assert (early.status_code, early.json()["about"]["latest"]) == (409, third["settlement_id"])
    # The one before the last is gone: the next of the hospital's is the first.
    for one in (third, first):
        assert (await revoke(jieyang.hospital, one)).status_code == 201
    assert set((await jieyang.year("P1"))["balances"].values()) == {"0.00"}
    # What was taken back is settled again, as the latest.
    path = f"/v1/encounters/{second['encounter_id']}/settlement"
    settled = await jieyang.hospital.post(path, json={"payers": {"BMI": "12000.00", "CII": "0.00"}})
    assert layer(settled.json()["bill"], "MA") == "38400.00"
    assert (await revoke(jieyang.hospital, settled.json())).status_code == 201


async def test_the_latest_of_a_year_is_the_agency_s_too_and_another_county_s_is_not(
    jieyang: Any, three: list[dict[str, Any]]
) -> None:
    foreign = await jieyang.service.client(Role.AGENCY, "A2", divisions=["445222"])
    refused = await revoke(foreign, three[2])
    assert (refused.status_code, refused.json()["code"]) == (403, "DIVISION_FOREIGN")
    agency = await jieyang.service.client(Role.AGENCY, "A1")
    done = (await revoke(agency, three[2])).json()
    assert (done["decided_again"], done["accumulators"]["aid_in"]) == ([], "60000.00")
    assert (await revoke(jieyang.hospital, three[1])).status_code == 201


async def test_in_a_joined_year_nothing_is_taken_back_by_cascade(jieyang: Any) -> None:
    await jieyang.tell("P1", "DIBAO")
    await jieyang.tell("P2", "DIBAO")
    one = await bill(jieyang, 1, "10000.00", "2000.00")
    payers = {"BMI": "2000.00", "CII": "0.00"}
    await jieyang.bill("P2", date(2019, 3, 5), {"compliant": "10000.00"}, payers)
    await jieyang.merge("P2", "P1", "DIBAO")
    agency = await jieyang.service.client(Role.AGENCY, "A1")
    refused = await revoke(agency, one)
    assert (refused.status_code, refused.json()["code"]) == (409, "YEAR_JOINED")


async def test_the_control_line_of_leye_is_counted_again_without_the_bill_that_reached_it(leye: Any) -> None:
    # LY: in the county 3000 a year at most; the first bill reaches it, so the second costs nothing (R-LY-10, R-LY-11).
    await leye.tell("P1", "REGISTERED_POOR", poverty_status="NOT_LIFTED")
    payers = dict.fromkeys(("BMI", "CII", "MA", "HPI"), "0.00")
    bills = [await leye.bill("P1", date(2019, 3, day), {"compliant": "40000.00"}, payers) for day in (1, 2)]
    assert [one["bill"]["patient_pays"] for one in bills] == ["3000.00", "0.00"]
    revoked = await revoke(await leye.service.client(Role.AGENCY, "A1"), bills[0])
    assert revoked.json()["decided_again"] == [bills[1]["settlement_id"]]
    now = (await leye.hospital.get(f"/v1/settlements/{bills[1]['settlement_id']}")).json()
    assert now["supplements"][0]["bill"]["patient_pays"] == "3000.00"
    assert now["supplements"][0]["patient_change"] == "3000.00"
