"""Finance at work beside the bills: orders, receipts, an advance, a closed month; and replay comes to the same."""

from datetime import timedelta
from typing import Any

from kernel.security import Role
from onestop.quiescence import wait_until_arrived
from onestop.replay import verify
from workbench.demo import stories
from workbench.demo.city import HOSPITALS
from workbench.demo.window import Window

LEYE = "451028"


async def test_what_finance_has_done_is_rebuilt_from_events_alone(town: Any) -> None:
    hospital = Window(town.platform, Role.HOSPITAL, HOSPITALS[0].hospital_id)
    finance = Window(town.platform, Role.FINANCE, keys="books")
    agency = Window(town.platform, Role.AGENCY, "A451028", keys="books")
    person_id = town.someone("DIBAO")
    await stories.stay(hospital, person_id, town.today, 5, stories.Bill(5_000_000, 2_000_000, 2_000_000))
    await wait_until_arrived(town.platform.admin_url)

    fund, day = {"county": LEYE, "fund": "MAJOR_RESCUE"}, f"{town.today}"
    order = await agency.post("fund-ledger", "/v1/funding-orders", {**fund, "kind": "APPROPRIATION", "year": 2018})
    receipt = {**fund, "amount": "3000000.00", "source": "BUDGET", "value_on": day}
    journal_id = (await finance.post("fund-ledger", "/v1/fund-receipts", receipt))["journal_id"]
    path = f"/v1/funding-orders/{order['order_id']}/receipts"
    met = await finance.post("fund-ledger", path, {"journal_id": journal_id, "amount": "3000000.00"})
    assert met["status"] == "met"
    stay = {"poor": True, "out_county_inpatient": True, "cost": "30000.00", "about": "E1", "person_id": "P1"}
    asked = {"county": LEYE, "kind": "RESCUE", "amount": "9000.00", **stay}
    advance = (await agency.post("fund-ledger", "/v1/advances", asked))["advance_id"]
    await finance.post("fund-ledger", f"/v1/advances/{advance}/payment", {"value_on": day})
    repaid = {"amount": "10000.00", "value_on": day}
    done = await finance.post("fund-ledger", f"/v1/advances/{advance}/repayments", repaid)
    assert (done["status"], done["to_person"]) == ("repaid", "1000.00")
    kept = {"fund": "MAJOR_RESCUE", "amount": "5000.00", "person_id": "P2"}
    through = f"{town.today + timedelta(days=30)}"
    run = {"county": LEYE, "about": "RUN-1", "expires_on": through, "lines": [kept, {**kept, "person_id": "P3"}]}
    gone = (await agency.post("fund-ledger", "/v1/reservations", run))["reservation_id"]
    await finance.post("fund-ledger", f"/v1/reservations/{gone}/voiding", {"reason": "NOT_NEEDED"})
    await agency.post("fund-ledger", "/v1/reservations", run)
    month = (town.today.replace(day=1) - timedelta(days=1)).strftime("%Y-%m")
    await finance.post("fund-ledger", f"/v1/counties/{LEYE}/months/{month}/closing", {})

    assert (await finance.get("fund-ledger", "/v1/trial-balance"))["balanced"] is True
    verdict = await verify(town.platform.admin_url)
    assert verdict.differences == ()
