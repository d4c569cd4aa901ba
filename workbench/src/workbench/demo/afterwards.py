"""What comes after the day: the right payee in four stories, each told in a line of its own."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import date

from kernel.security import Role
from onestop.platform import Platform
from onestop.quiescence import wait_until_arrived
from workbench.demo import stories
from workbench.demo.city import CITY_HOSPITAL, HOSPITALS
from workbench.demo.day import RESERVED
from workbench.demo.people import DemoPerson
from workbench.demo.window import Window

_BILL = stories.Bill(compliant_fen=1_000_000, other_fen=0, basic_fen=600_000)
_LARGE = stories.Bill(compliant_fen=8_000_000, other_fen=0, basic_fen=2_000_000)


class Afterwards:
    """Four people who have nothing else that day, at one hospital and at the agency."""

    def __init__(self, platform: Platform, people: Sequence[DemoPerson], ids: Mapping[int, str], today: date) -> None:
        self._platform = platform
        self._ids = ids
        self._today = today
        # Those who come last are in no other story.
        self._people = [person for person in people[-RESERVED:] if person.category != "DIBAO"][-4:]
        self._window = Window(platform, Role.HOSPITAL, HOSPITALS[0].hospital_id, keys="afterwards")
        self._agency = Window(platform, Role.AGENCY, subject="agency-afterwards")

    async def tell(self) -> AsyncIterator[str]:
        """Play one story after the other; raises AssertionError where an answer is not what the story expects."""
        for story in (self._handed_in, self._prepaid, self._corrected, self._taken_back):
            yield await story()

    def _person(self, which: int) -> tuple[str, str]:
        person = self._people[which]
        return self._ids[person.number], person.county

    async def _handed_in(self) -> str:
        person_id, county = self._person(0)
        hospital = next(h for h in (CITY_HOSPITAL, *HOSPITALS) if h.division != county)
        settled = await stories.handed_in(self._agency, person_id, hospital.hospital_id, self._today, _BILL)
        assert {layer["payee"] for layer in settled["layers"]} == {"PERSON"}
        await wait_until_arrived(self._platform.admin_url)
        await stories.pay_back(self._platform, settled, person_id, county, self._today)
        case = await self._agency.get("settlement", f"/v1/cases/{settled['case_id']}")
        assert case["state"] == "PAID", case
        return f"out of county, on paper: {settled['to_patient']} of {settled['total']} yuan paid to the patient"

    async def _prepaid(self) -> str:
        person_id, _ = self._person(1)
        settled = await stories.prepaid_stay(self._window, person_id, self._today, _BILL, prepaid="20000.00")
        await wait_until_arrived(self._platform.admin_url)
        held = (await self._window.get("fund-ledger", "/v1/refunds"))["items"]
        mine = next(one for one in held if one["settlement_id"] == settled["settlement_id"])
        assert mine["left"] == settled["bill"]["refund_to_patient"], mine
        await stories.give_back(self._window, mine, self._today)
        return f"prepaid: 20000.00 yuan paid in, {mine['left']} yuan given back by the hospital"

    async def _corrected(self) -> str:
        person_id, _ = self._person(2)
        settled = await stories.corrected_stay(self._window, person_id, self._today, _BILL)
        assert settled["discharged_on"] < self._today.isoformat(), settled
        return f"corrected: a discharge was said for {self._today}, and settled as of {settled['discharged_on']}"

    async def _taken_back(self) -> str:
        person_id, _ = self._person(3)
        first, second = [await stories.stay(self._window, person_id, self._today, 0, bill) for bill in (_LARGE, _BILL)]
        path = f"/v1/settlements/{first['settlement_id']}/revocation"
        done = await self._agency.post("settlement", path, {"reason": "冒名住院"})
        assert done["decided_again"] == [second["settlement_id"]], done
        now = await self._window.get("settlement", f"/v1/settlements/{second['settlement_id']}")
        change = now["supplements"][0]["patient_change"]
        return f"revoked by the agency: an earlier bill; the later one is decided again, {change} yuan for the patient"
