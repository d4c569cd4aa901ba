"""Money that finance books at the ledger meets its clock at operations, on the day on which the bank had it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest
from stdnum.cn import ric

from kernel.security import Role
from kernel.testing.set_clock import SetClock
from onestop.platform import Platform, running_platform
from onestop.quiescence import wait_until_arrived
from workbench.demo.window import Window

POLICIES: Final = Path(__file__).parents[2] / "policies"
COUNTY: Final = "430181"
#: When the bank had each department's money for September: the 15th was the last day, and finance entered all later.
CAME: Final = {"CII": "2019-08-09", "THB": "2019-08-14", "MA": "2019-08-15", "FISCAL": "2019-08-12"}


@pytest.fixture
async def hunan(database: str, tmp_path: Path) -> AsyncIterator[Platform]:
    clock = SetClock(datetime(2019, 8, 19, 2, tzinfo=UTC))
    async with running_platform(database, tmp_path, POLICIES, clock=clock) as platform:
        yield platform


async def looked(staff: Window) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """After a look: the clock of September's prepayment, and the breaches of late money."""
    await staff.post("operations", "/v1/breaches/look", {})
    clocks = await staff.get("operations", f"/v1/clocks?area={COUNTY}&due_from=2019-08-15&due_to=2019-08-15")
    (clock,) = [one for one in clocks["items"] if one["clock"] == "prepayment"]
    breaches = await staff.get("operations", f"/v1/breaches?county={COUNTY}&kind=FUND_LATE")
    return clock, [one for one in breaches["items"] if one["about"] == "prepayment.2019-09"]


async def test_a_prepayment_that_came_in_time_and_was_entered_late_is_in_time(hunan: Platform) -> None:
    agency, finance, staff = (Window(hunan, role) for role in (Role.AGENCY, Role.FINANCE, Role.OPERATIONS))
    body = f"{COUNTY}19550101012"
    number = body + ric.calc_check_digit(f"{body}0")
    someone = {"id_number": number, "name": "示例甲", "born_on": "1955-01-01", "sex": "FEMALE", "county": COUNTY}
    await agency.post("identity", "/v1/persons", someone)
    await wait_until_arrived(hunan.admin_url)
    clock, (breach,) = await looked(staff)
    assert (clock["state"], breach["status"]) == ("LATE", "OPEN")
    for fund, day in CAME.items():
        order = {"county": COUNTY, "fund": fund, "kind": "MONTHLY", "year": 2019, "month": 9, "amount": "900.00"}
        of = (await agency.post("fund-ledger", "/v1/funding-orders", order))["order_id"]
        money = {"county": COUNTY, "fund": fund, "amount": "900.00", "source": "MONTHLY", "value_on": day}
        journal = (await finance.post("fund-ledger", "/v1/fund-receipts", money))["journal_id"]
        match = {"journal_id": journal, "amount": "900.00"}
        await finance.post("fund-ledger", f"/v1/funding-orders/{of}/receipts", match)
        if fund == "MA":
            last = journal
    await wait_until_arrived(hunan.admin_url)
    clock, (breach,) = await looked(staff)
    assert [clock[name] for name in ("state", "done_on", "evidence")] == ["DONE", "2019-08-15", last]
    assert (breach["status"], breach["evidence"][-1]) == ("WITHDRAWN", last)
