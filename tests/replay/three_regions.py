"""A year of three regions through every service: people, referrals, bills, revocations, statements."""

import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import msgspec
import yaml
from stdnum.cn import ric
from tests.replay.left import POLICIES

from kernel.security import Role
from kernel.testing.set_clock import SetClock
from onestop.platform import Platform
from onestop.quiescence import wait_until_arrived
from workbench.demo.referrals import refer
from workbench.demo.window import Window

YEAR: Final = 2019
#: What Hunan's counties configure for themselves (001, AMB-H4).
_TARGET: Final = {"configured": {"target_share_percent": [{"from": date(2018, 1, 1), "value": "10", "clause": "示例"}]}}


class Region(msgspec.Struct, frozen=True, kw_only=True):
    """A county: who its person is and by whom, the fund that pays last, and what its bills' outer payers give."""

    county: str
    area: str
    category: str
    department: str
    fund: str
    source: str
    window: str | None
    payers: dict[str, str]

    @property
    def hospital(self) -> str:
        return f"H{self.county}-1"


REGIONS: Final = (
    Region(
        county="445202",
        area="445200",
        category="DIBAO",
        department="civil-affairs",
        fund="MA",
        source="BUDGET",
        window=None,
        payers={"BMI": "600.00", "CII": "0.00"},
    ),
    Region(
        county="451028",
        area="451000",
        category="REGISTERED_POOR",
        department="poverty-alleviation",
        fund="GOV_BACKSTOP",
        source="BUDGET",
        window="县外住院报销服务站",
        payers={"BMI": "600.00", "CII": "0.00", "MA": "50.00", "HPI": "50.00"},
    ),
    Region(
        county="430481",
        area="430400",
        category="REGISTERED_POOR",
        department="poverty-alleviation",
        fund="FISCAL",
        source="MONTHLY",
        window="健康扶贫“一站式”结算服务中心",
        payers={"BMI": "600.00", "CII": "0.00", "THB": "50.00", "MA": "50.00", "HRED": "0.00"},
    ),
)


def law_of_the_year(folder: Path) -> Path:
    """The shipped packs with what the year's counties configure."""
    policies = Path(shutil.copytree(POLICIES, folder / "policies"))
    text = yaml.safe_dump(_TARGET, allow_unicode=True)
    (policies / "430000-hunan/2018-xiangrenshefa-46.settings.yaml").write_text(text, encoding="utf-8")
    return policies


class Year:
    """The year on running services, month by month."""

    def __init__(self, platform: Platform, clock: SetClock, keys: str = "year") -> None:
        self._platform, self._clock = platform, clock
        self._agency = Window(platform, Role.AGENCY, keys=keys)
        self._finance = Window(platform, Role.FINANCE, keys=keys)
        self._operations = Window(platform, Role.OPERATIONS, keys=keys)
        self._hospitals = {of.county: Window(platform, Role.HOSPITAL, of.hospital, keys=keys) for of in REGIONS}
        self._people: dict[str, str] = {}
        self._unpaid: dict[str, str] = {}

    def on(self, platform: Platform) -> "Year":
        """The same year, going on elsewhere."""
        year = Year(platform, self._clock, keys="later")
        year._people, year._unpaid = self._people, self._unpaid
        return year

    async def begin(self) -> None:
        """Hospitals, people, windows and the first money."""
        day = self._at(1, 2)
        for number, of in enumerate(REGIONS):
            for hospital, division in ((of.hospital, of.county), (f"H{of.area}-1", of.area)):
                body = {"hospital_id": hospital, "name": "示范医院", "level": "county", "division": division}
                await self._agency.post("settlement", "/v1/institutions", body | {"contract_from": "2018-01-01"})
            self._people[of.county] = await self._register(of, number)
            await self._finance.post("fund-ledger", "/v1/fund-receipts", self._receipt(of, "9000.00", day))
            if of.window:
                point = {"point_id": f"W{of.county}", "county": of.county, "kind": of.window, "name": "示范窗口"}
                await self._operations.post("operations", "/v1/service-points", point)
        await self.arrived()

    async def month(self, month: int) -> None:
        """Two stays, one revoked in the next month; the last statement is paid, the next drawn, the month closed."""
        for of in REGIONS:
            hospital = self._hospitals[of.county]
            if month % 3 == 1:
                await self._referred(of, self._at(month, 5))
            await self._stay(of, hospital, self._at(month, 10))
            if unpaid := self._unpaid.pop(of.county, None):  # a bill that was revoked since is taken off the next one
                await self.arrived()
                await self._finance.post("fund-ledger", f"{unpaid}/payment", {"value_on": f"{self._at(month, 12)}"})
            taken_back = await self._stay(of, hospital, self._at(month, 28))
            self._at(month + 1, 2)
            path = f"/v1/settlements/{taken_back['settlement_id']}/revocation"
            await hospital.post("settlement", path, {"reason": "录入错误"})
        await self.arrived()
        for of in REGIONS:
            await self._close(of, month)
        await self.arrived()

    async def end(self) -> None:
        """The year of each county is closed, and what its clearing moves is booked."""
        for of in REGIONS:
            path = f"/v1/counties/{of.county}/years/{YEAR}"
            await self._finance.post("fund-ledger", f"{path}/closing", {})
            for cleared in (await self._finance.get("fund-ledger", path))["clearings"]:
                if cleared["refund"] != cleared["top_up"]:
                    moved = {"account": cleared["account"], "value_on": f"{self._clock().date()}"}
                    await self._finance.post("fund-ledger", f"{path}/clearing-payments", moved)
        await self.arrived()

    async def arrived(self) -> None:
        await wait_until_arrived(self._platform.admin_url)

    def _at(self, month: int, day: int) -> date:
        """It is that day; month 13 is January of the next year."""
        self._clock.now = datetime(YEAR + (month - 1) // 12, (month - 1) % 12 + 1, day, 2, tzinfo=UTC)
        return self._clock.now.date()

    async def _register(self, of: Region, number: int) -> str:
        digits = f"{of.county}19550101{number:02d}2"
        form = {"id_number": digits + ric.calc_check_digit(f"{digits}0"), "name": "示例", "born_on": "1955-01-01"}
        made = await self._agency.post("identity", "/v1/persons", form | {"sex": "FEMALE", "county": of.county})
        path = f"/v1/persons/{made['person_id']}"
        said = {"category": of.category, "valid_from": "2018-01-01", "evidence": "示范名册"}
        if of.category == "REGISTERED_POOR":
            said["poverty_status"] = "NOT_LIFTED"
        office = Window(self._platform, Role.DEPARTMENT, of.department, keys=of.county)
        await office.post("identity", f"{path}/memberships", said)
        for year in (YEAR, YEAR + 1):
            enrolled = {"scheme": "RESIDENT", "area": of.area, "year": year, "registered_on": "2019-01-01"}
            enrolled["marked_on"] = "2019-01-01"
            await self._agency.post("identity", f"{path}/enrolments", enrolled)
        return str(made["person_id"])

    async def _stay(self, of: Region, hospital: Window, day: date) -> dict[str, Any]:
        person = self._people[of.county]
        admitted = {"person_id": person, "kind": "inpatient", "admitted_on": f"{day - timedelta(days=4)}"}
        path = f"/v1/encounters/{(await hospital.post('settlement', '/v1/encounters', admitted))['encounter_id']}"
        line = {"item": "示范项目", "amount": "1000.00", "cost_class": "compliant"}
        await hospital.post("settlement", f"{path}/fees", {"lines": [line]})
        await hospital.post("settlement", f"{path}/discharge", {"discharged_on": f"{day}"})
        return await hospital.post("settlement", f"{path}/settlement", {"payers": of.payers})

    async def _referred(self, of: Region, day: date) -> None:
        """Sent to the city's hospital; nothing is settled there."""
        if of.county == "430481":
            sending = self._hospitals[of.county]
            await refer(self._platform, sending, self._people[of.county], f"H{of.area}-1", day, of.category)

    async def _close(self, of: Region, month: int) -> None:
        name = f"{self._at(month, 1):%Y-%m}"
        self._at(month + 1, 5)
        asked = {"hospital_id": of.hospital, "county": of.county, "fund": of.fund, "month": name}
        drawn = await self._agency.post("fund-ledger", "/v1/hospital-statements", asked)
        path = f"/v1/hospital-statements/{drawn['statement_id']}"
        await self._agency.post("fund-ledger", f"{path}/review", {"deductions": []})
        self._unpaid[of.county] = path
        await self._finance.post("fund-ledger", f"/v1/counties/{of.county}/months/{name}/closing", {})

    def _receipt(self, of: Region, amount: str, day: date) -> dict[str, str]:
        return {"county": of.county, "fund": of.fund, "source": of.source, "amount": amount, "value_on": f"{day}"}
