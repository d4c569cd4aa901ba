"""How the month ends: a hospital's statement is drawn, looked through and paid, and the month of a county is closed."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from kernel.security import Role
from kernel.values.china_time import china_date
from onestop.platform import Platform
from workbench.demo.city import HOSPITALS
from workbench.demo.window import Window


class DemoClock:
    """The wall clock, which the demonstration sets ahead to the next month once the day is over."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def __call__(self) -> datetime:
        """The moment in the demonstration."""
        return datetime.now(UTC) + self._ahead

    def go_to_next_month(self) -> None:
        """It is the second day of the next month."""
        today = china_date(self())
        second = (today.replace(day=28) + timedelta(days=4)).replace(day=2)
        self._ahead += second - today


class MonthEnd:
    """One hospital's statement to the aid fund of a county that owes it, and that county's month."""

    def __init__(self, platform: Platform, clock: DemoClock) -> None:
        self._platform = platform
        self._clock = clock
        self._county = HOSPITALS[0].division
        self._agency = Window(platform, Role.AGENCY, subject="agency-month-end", keys="month-end-review")
        self._finance = Window(platform, Role.FINANCE, subject="finance-month-end", keys="month-end")

    async def tell(self) -> AsyncIterator[str]:
        """Play it, and tell each step in lines of their own; raises AssertionError where an answer is unexpected."""
        month = f"{china_date(self._clock()):%Y-%m}"
        self._clock.go_to_next_month()
        today = china_date(self._clock())
        yield await self._statement(month, today)
        async for line in self._special_account(month):
            yield line
        await self._finance.post("fund-ledger", f"/v1/counties/{self._county}/months/{month}/closing", {})
        closed = (await self._finance.get("fund-ledger", f"/v1/counties/{self._county}/months"))["items"][-1]
        assert closed["month"] == f"{month}-01", closed
        yield f"closed: {month} of {self._county} with {closed['entries']} entries"

    async def _statement(self, month: str, today: date) -> str:
        owed = await self._finance.get("fund-ledger", f"/v1/hospital-receivables?county={self._county}")
        hospital = next(one["hospital_id"] for one in owed["items"] if one["fund"] == "MA" and one["owed"] != "0.00")
        window = Window(self._platform, Role.HOSPITAL, hospital, keys="month-end")
        asked = {"hospital_id": hospital, "county": self._county, "fund": "MA", "month": month}
        drawn = await window.post("fund-ledger", "/v1/hospital-statements", asked)
        path = f"/v1/hospital-statements/{drawn['statement_id']}"
        await self._agency.post("fund-ledger", f"{path}/review", {"deductions": []})
        await self._finance.post("fund-ledger", f"{path}/payment", {"value_on": today.isoformat()})
        told: dict[str, Any] = await window.get("fund-ledger", path)
        assert told["status"] == "paid", told
        return f"statement {told['statement_id']}: {told['claimed']} yuan claimed, {told['payable']} yuan paid"

    async def _special_account(self, month: str) -> AsyncIterator[str]:
        query = f"county={self._county}&month={month}"
        page = await self._finance.get("fund-ledger", f"/v1/reports/special-account?{query}")
        yield f"special account of {self._county}, {month}:    opening    came in    went out    closing"
        for line in page:
            sums = "  ".join(f"{line[name]:>12}" for name in ("opening", "came_in", "went_out", "closing"))
            yield f"  {line['fund']:<10}{sums}"
