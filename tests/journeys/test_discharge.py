"""One discharge from the door to the books, over HTTP through every service, on both transports."""

from decimal import Decimal
from typing import Any

from kernel.security import Role
from onestop.quiescence import wait_until_arrived
from onestop.replay import verify, verify_chain
from onestop.trace import trace
from workbench.demo import stories
from workbench.demo.city import AREA, HOSPITALS
from workbench.demo.report import read_books
from workbench.demo.window import Window

HOSPITAL = HOSPITALS[0].hospital_id


def layers_of(settled: dict[str, Any]) -> dict[str, str]:
    return {layer["payer"]: layer["amount"] for layer in settled["bill"]["layers"]}


async def test_a_poor_patient_pays_only_the_own_share_and_the_payers_owe_the_rest(town: Any) -> None:
    window = Window(town.platform, Role.HOSPITAL, HOSPITAL)
    person_id = town.someone("REGISTERED_POOR")
    bill = stories.Bill(compliant_fen=2_700_000, other_fen=300_000, basic_fen=1_800_000)
    settled = await stories.stay(window, person_id, town.today, 5, bill)
    assert layers_of(settled) == {"BMI": "18000.00", "CII": "0.00", "MA": "7200.00", "MASEC": "0.00"}
    assert settled["bill"]["patient_pays"] == "4800.00"
    await wait_until_arrived(town.platform.admin_url)

    finance = Window(town.platform, Role.FINANCE)
    journals = await finance.get("fund-ledger", f"/v1/settlements/{settled['settlement_id']}/journals")
    lines = journals[0]["lines"]
    assert sum(Decimal(line["amount"]) for line in lines) == 0
    county = next(p.county for p in town.people if town.ids[p.number] == person_id)
    # The poverty fund holds 30,000 and pays first, so the aid fund is not touched (004 七(一)).
    assert {line["account"]: line["amount"] for line in lines if line["account"].startswith("fund/")} == {
        f"fund/{county}/BMI": "18000.00",
        f"fund/{county}/POVFUND": "7200.00",
    }
    assert (await finance.get("fund-ledger", "/v1/trial-balance"))["balanced"] is True
    story = await trace(town.platform.admin_url, settled["settlement_id"])
    assert {step.service for step in story.steps} == {"identity", "settlement", "fund-ledger"}
    assert all(layer.clause for layer in story.settlement.adjudication.layers)


async def test_a_revoked_settlement_leaves_no_trace_in_the_balances(town: Any) -> None:
    window = Window(town.platform, Role.HOSPITAL, HOSPITAL)
    finance = Window(town.platform, Role.FINANCE)
    operations = Window(town.platform, Role.OPERATIONS)
    before = await finance.get("fund-ledger", "/v1/accounts")
    person_id = town.someone("DIBAO")
    settled = await stories.stay(window, person_id, town.today, 5, stories.Bill(5_000_000, 2_000_000, 2_000_000))
    await window.post("settlement", f"/v1/settlements/{settled['settlement_id']}/revocation", {"reason": "录入错误"})
    await wait_until_arrived(town.platform.admin_url)
    after = await finance.get("fund-ledger", "/v1/accounts")
    standing = {row["account"]: row["balance"] for row in before["items"]}
    assert {r["account"]: r["balance"] for r in after["items"] if r["balance"] != "0.00"} == standing
    year = await operations.get("settlement", f"/v1/benefit-years/{AREA}/{person_id}/{town.today.year}")
    assert set(year["balances"].values()) == {"0.00"}
    assert year["latest_settlement"] is None


async def test_only_the_latest_settlement_can_be_revoked(town: Any) -> None:
    window = Window(town.platform, Role.HOSPITAL, HOSPITAL)
    person_id = town.someone("DIBAO")
    bill = stories.Bill(100_000, 0, 60_000)
    first = await stories.visit(window, person_id, "outpatient", town.today, bill)
    second = await stories.visit(window, person_id, "outpatient", town.today, bill)
    early = f"/v1/settlements/{first['settlement_id']}/revocation"
    refused = await window.send("settlement", early, {"reason": "太早"})
    assert (refused.status_code, refused.json()["code"]) == (409, "NOT_THE_LATEST_SETTLEMENT")
    await window.post("settlement", f"/v1/settlements/{second['settlement_id']}/revocation", {"reason": "后来"})
    await window.post("settlement", early, {"reason": "现在可以"})


async def test_replay_and_the_chain_hold_after_a_few_stories(embedded_town: Any) -> None:
    town = embedded_town
    window = Window(town.platform, Role.HOSPITAL, HOSPITAL)
    for category in ("TEKUN", "DIBAO", "REGISTERED_POOR"):
        await stories.second_thoughts(window, town.someone(category), town.today, stories.Bill(900_000, 1_000, 500_000))
    await wait_until_arrived(town.platform.admin_url)
    verdict = await verify(town.platform.admin_url)
    assert verdict.differences == ()
    assert verdict.settlements == 6
    assert (await verify_chain(town.platform.admin_url)).broken == ()
    assert (await read_books(town.platform.admin_url)).problems == []
