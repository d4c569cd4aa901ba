"""The day: more than three hundred encounters at nine hospitals, and the three moments that money systems fear."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import date
from random import Random
from typing import Any

import msgspec

from kernel.security import Role
from kernel.values.money import fen_from_yuan
from onestop.platform import Platform
from workbench.demo import stories
from workbench.demo.city import AREA, CITY_HOSPITAL, HOSPITALS
from workbench.demo.people import DemoPerson
from workbench.demo.referrals import refer
from workbench.demo.window import Window

AT_ONCE = 8
LAST_YUAN_LEFT_FEN = 10_000
#: The last people of the list have nothing else that day.
RESERVED = 40


class Plan(msgspec.Struct, frozen=True):
    """How many encounters of which kind."""

    outpatients: int = 170
    inpatients: int = 110
    special_outpatients: int = 20
    referred: int = 12
    second_thoughts: int = 10

    @property
    def encounters(self) -> int:
        """All of them, with the race's two and the one whose message is sent twice."""
        kinds = (self.outpatients, self.inpatients, self.special_outpatients, self.referred, self.second_thoughts)
        return sum(kinds) + 3


class Day:
    """One day's traffic. The same chance makes the same day."""

    def __init__(
        self, platform: Platform, people: Sequence[DemoPerson], ids: Mapping[int, str], today: date, chance: Random
    ) -> None:
        self._platform = platform
        self._people = people
        self._ids = ids
        self._today = today
        self._chance = chance
        self._windows = {h.hospital_id: Window(platform, Role.HOSPITAL, h.hospital_id) for h in HOSPITALS}
        # Nobody is in two stays at once, so each is somebody else's.
        self._inpatients = iter(chance.sample(people[:-RESERVED], len(people) - RESERVED))
        self.counts: Counter[str] = Counter()
        #: Settlements worth a closer look, by story.
        self.remembered: dict[str, str] = {}

    async def play(self, plan: Plan, advance: Callable[[str], None]) -> None:
        """Play everything; raises AssertionError where an answer is not what the story expects."""
        todo = [
            *(("outpatient", self._visit("outpatient", 50, 900)) for _ in range(plan.outpatients)),
            *(("inpatient", self._stay()) for _ in range(plan.inpatients)),
            *(
                ("special outpatient", self._visit("special_outpatient", 300, 4000))
                for _ in range(plan.special_outpatients)
            ),
            *(("referred", self._referred()) for _ in range(plan.referred)),
            *(("revoked and settled again", self._second_thoughts()) for _ in range(plan.second_thoughts)),
        ]
        self._chance.shuffle(todo)
        turnstile = asyncio.Semaphore(AT_ONCE)

        async def run(name: str, story: Coroutine[Any, Any, None]) -> None:
            async with turnstile:
                await story
                self.counts[name] += 1
                advance(name)

        await asyncio.gather(*(run(name, story) for name, story in todo))
        await self._race()
        advance("race for the last yuan")
        await self._sent_twice()
        advance("message sent twice")

    async def _visit(self, kind: str, low: int, high: int) -> None:
        person, window = self._someone()
        bill = stories.made_up_bill(self._chance, low_yuan=low, high_yuan=high)
        person_id = await stories.look_up(window, person.id_number)
        await stories.visit(window, person_id, kind, self._today, bill)

    async def _stay(self) -> None:
        person, window = next(self._inpatients), self._window()
        bill = stories.made_up_bill(self._chance, low_yuan=2_000, high_yuan=70_000)
        days = self._chance.randrange(1, 9)
        person_id = await stories.look_up(window, person.id_number)
        settled = await stories.stay(window, person_id, self._today, days, bill)
        if person.category == "REGISTERED_POOR" and fen_from_yuan(settled["bill"]["payout"]) == 0:
            self.remembered.setdefault("cascade", settled["settlement_id"])
        relief = next(layer for layer in settled["bill"]["layers"] if layer["payer"] == "MASEC")
        if fen_from_yuan(relief["amount"]) > 0:
            self.remembered.setdefault("relief", settled["settlement_id"])

    async def _referred(self) -> None:
        person = next(self._inpatients)
        # Filed where the patient lives (当地): the city's hospital is where it leads to.
        window = self._windows[self._chance.choice([h.hospital_id for h in HOSPITALS if h.division == person.county])]
        target = self._windows[CITY_HOSPITAL.hospital_id]
        bill = stories.made_up_bill(self._chance, low_yuan=5_000, high_yuan=60_000)
        person_id = await stories.look_up(target, person.id_number)
        receiving = CITY_HOSPITAL.hospital_id
        referral_id = await refer(self._platform, window, person_id, receiving, self._today, person.category)
        # The referral travels as an event; the city hospital's window simply tries again until it has arrived.
        deadline = asyncio.get_running_loop().time() + 20
        while True:
            try:
                await stories.stay(target, person_id, self._today, 0, bill, referral_id)
            except AssertionError as error:
                if "REFERRAL_UNKNOWN" not in str(error) or asyncio.get_running_loop().time() > deadline:
                    raise
                await asyncio.sleep(0.05)
            else:
                return

    async def _second_thoughts(self) -> None:
        # Revoking needs the person's latest settlement, so this patient has nothing else today.
        person_id = self._ids[self._reserve().number]
        window = self._chance.choice(list(self._windows.values()))
        bill = stories.made_up_bill(self._chance, low_yuan=2_000, high_yuan=9_000)
        await stories.second_thoughts(window, person_id, self._today, bill)

    async def _race(self) -> None:
        """Two hospitals treat and settle one person at the same moment; only 100 yuan of the yearly limit are left."""
        person = next(p for p in reversed(self._people) if p.category == "DIBAO")
        person_id = self._ids[person.number]
        body = {"person_id": person_id, "area": AREA, "year": self._today.year, "balances": {"aid_in": "59900.00"}}
        body["source"] = "示范：旧系统年度累计"
        await Window(self._platform, Role.OPERATIONS).post("settlement", "/v1/benefit-years", body)
        bill = stories.Bill(2_000_000, 0, 1_000_000)
        first, second = (self._windows[h.hospital_id] for h in HOSPITALS[:2])
        visits = await asyncio.gather(
            *(stories.visit(window, person_id, "special_outpatient", self._today, bill) for window in (first, second))
        )
        aid = [
            fen_from_yuan(layer["amount"]) for s in visits for layer in s["bill"]["layers"] if layer["payer"] == "MA"
        ]
        assert sum(aid) == LAST_YUAN_LEFT_FEN, f"100 yuan of the limit were left, but {aid} fen were given"
        self.counts["race for the last yuan"] += 2
        self.remembered["race"] = visits[0]["settlement_id"]

    async def _sent_twice(self) -> None:
        """The line to the hospital breaks, and its system sends the same message again under the same key."""
        person, window = self._someone()
        person_id = await stories.look_up(window, person.id_number)
        admitted = await stories.admit(window, person_id, "outpatient", self._today)
        bill = stories.Bill(30_000, 2_000, 18_000)
        await stories.upload(window, admitted["encounter_id"], bill)
        path = f"/v1/encounters/{admitted['encounter_id']}/settlement"
        answers = await asyncio.gather(
            *(window.send("settlement", path, {"payers": bill.payers}, key="the-same-key") for _ in range(3))
        )
        assert {a.status_code for a in answers} == {201}, [a.text for a in answers]
        assert len({a.text for a in answers}) == 1, "one message sent three times got different answers"
        self.counts["message sent twice"] += 1

    def _someone(self) -> tuple[DemoPerson, Window]:
        return self._chance.choice(self._people[:-RESERVED]), self._window()

    def _window(self) -> Window:
        return self._chance.choice(list(self._windows.values()))

    def _reserve(self) -> DemoPerson:
        """One of the last people of the list, each taken once."""
        self.counts["reserved"] += 1
        reserved = [person for person in self._people[-RESERVED:] if person.category != "DIBAO"]
        return reserved[self.counts["reserved"] % len(reserved)]
