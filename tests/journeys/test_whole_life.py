"""The numbers of a settlement's whole life (issue 11) through the doors of all services, on both transports.

Where a number is told from one service to another, a journey shows it on the embedded log and on a real Kafka:

* here: 1 insured where, 2 death, 3 overlap, 4 contracts, 5 removed in hospital, 9 whose word, 16 reading back, 17 what
  is lacking, all at once, and what a payer's owner tells; and the demo's stories of 10, 11, 13 and 14
* 6 referral: ``test_discharge``, ``test_emergency``; 7 at the door: ``test_registered_at_the_door``, ``test_handbook``
* 8 readings: ``test_better_rule``, ``test_enrolment_year``; 10, 11, 13, 14 in depth: ``test_right_payee``
* 12 village clinics: ``test_clinic_book``; 18 onboarding: ``test_onboarding``
* 15 and 19 to 21 are the door's own, where no message has a part: each service's tests, and ``tests/fuzz``
"""

from datetime import timedelta
from typing import Any, Final

import httpx

from kernel.security import Role
from onestop.quiescence import wait_until_arrived
from onestop.replay import verify
from workbench.demo import stories
from workbench.demo.afterwards import Afterwards
from workbench.demo.city import HOSPITALS
from workbench.demo.report import read_books
from workbench.demo.window import Window

BILL: Final = stories.Bill(compliant_fen=1_000_000, other_fen=0, basic_fen=600_000)
NEWCOMER: Final = {
    "id_number": "44520219750307002X",
    "name": "示例",
    "born_on": "1975-03-07",
    "sex": "FEMALE",
    "county": "445202",
}


def aid(settled: dict[str, Any]) -> str:
    return next(str(layer["amount"]) for layer in settled["bill"]["layers"] if layer["payer"] == "MA")


def refused(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, str(response.json()["code"])


class Life:
    """The windows of one town, and its stories: each number of the issue in a method of its own."""

    def __init__(self, town: Any) -> None:
        self.town = town
        self.window = Window(town.platform, Role.HOSPITAL, HOSPITALS[0].hospital_id, keys="life")
        self.other = Window(town.platform, Role.HOSPITAL, HOSPITALS[2].hospital_id, keys="life")
        self.agency = Window(town.platform, Role.AGENCY, subject="agency-life", keys="life")
        self.civil = Window(town.platform, Role.DEPARTMENT, "civil-affairs", keys="life")

    def ago(self, days: int) -> str:
        return str(self.town.today - timedelta(days=days))

    async def arrived(self) -> None:
        await wait_until_arrived(self.town.platform.admin_url)

    async def insured_where(self) -> None:
        """1: who is insured in another city is told so at the door, and is settled without aid."""
        poverty = Window(self.town.platform, Role.DEPARTMENT, "poverty-alleviation", keys="life")
        unknown = await self.window.send("identity", "/v1/persons", NEWCOMER | {"county": "445299"})
        assert refused(unknown) == (422, "DIVISION_UNKNOWN")
        person = (await self.window.post("identity", "/v1/persons", NEWCOMER))["person_id"]
        said = {"category": "REGISTERED_POOR", "poverty_status": "NOT_LIFTED", "valid_from": "2018-01-01"}
        await poverty.post("identity", f"/v1/persons/{person}/memberships", said | {"evidence": "入户核查"})
        enrolled = {"scheme": "RESIDENT", "area": "440100", "year": self.town.today.year}
        enrolled |= {"registered_on": self.ago(30), "marked_on": self.ago(30)}
        await self.agency.post("identity", f"/v1/persons/{person}/enrolments", enrolled)
        await self.arrived()
        admitted = await stories.admit(self.window, person, "inpatient", self.town.today)
        assert "INSURED_ELSEWHERE" in admitted["notices"]

    async def overlap(self, person: str) -> None:
        """3: nobody is in two hospitals at once; the refusal says the days, and not where."""
        stay = (await stories.admit(self.window, person, "inpatient", self.town.today))["encounter_id"]
        body = {"person_id": person, "kind": "inpatient", "admitted_on": str(self.town.today)}
        twice = await self.window.send("settlement", "/v1/encounters", body)
        assert refused(twice) == (409, "STAY_OVERLAPS")
        assert HOSPITALS[0].hospital_id not in twice.text
        await self.window.post("settlement", f"/v1/encounters/{stay}/cancellation", {"reason": "登记错人"})

    async def contracts(self, person: str) -> None:
        """4: a hospital whose contract has ended is told so at the door, and its bill has no layer of aid."""
        ended = {"hospital_id": "H445202-9", "name": "示范医院", "level": "county", "division": "445202"}
        ended |= {"contract_from": "2018-01-01", "contract_to": self.ago(10)}
        await self.agency.post("settlement", "/v1/institutions", ended)
        window = Window(self.town.platform, Role.HOSPITAL, "H445202-9", keys="life")
        encounter = await stories.admit(window, person, "inpatient", self.town.today)
        assert "CONTRACT_ENDED" in encounter["notices"]
        await stories.upload(window, encounter["encounter_id"], BILL)
        end = {"discharged_on": str(self.town.today)}
        await window.post("settlement", f"/v1/encounters/{encounter['encounter_id']}/discharge", end)
        assert aid(await stories.settle(window, encounter["encounter_id"], BILL)) == "0.00"

    async def removed_in_hospital(self, person: str) -> None:
        """5 and 9: civil affairs alone ends its category, by three people; who lies in hospital then is aided still."""
        encounter = (await stories.admit(self.window, person, "inpatient", self.town.today - timedelta(days=5)))[
            "encounter_id"
        ]
        held = (await self.civil.get("identity", f"/v1/persons/{person}/memberships"))["items"][0]
        path = f"/v1/persons/{person}/memberships/{held['membership_id']}/end"
        end = {"last_day": self.ago(2), "reason": "STOPPED"}
        direct = await self.civil.send("identity", path, end)
        assert refused(direct) == (403, "ENTRY_REQUIRED")
        health = Window(self.town.platform, Role.DEPARTMENT, "poverty-alleviation", keys="life-foreign")
        assert (await health.send("identity", path, end)).status_code == httpx.codes.FORBIDDEN
        await self.civil.post("identity", path, end)
        await self.arrived()
        await stories.upload(self.window, encounter, BILL)
        last = {"discharged_on": str(self.town.today)}
        await self.window.post("settlement", f"/v1/encounters/{encounter}/discharge", last)
        settled = await stories.settle(self.window, encounter, BILL)
        assert (settled["bill"]["category"], aid(settled)) == (held["category"], "3200.00")

    async def read_back(self, person: str) -> None:
        """16 and 17: one refusal names all payers; what is settled is read back, and followed as it changes."""
        encounter = (await stories.admit(self.other, person, "inpatient", self.town.today))["encounter_id"]
        await stories.upload(self.other, encounter, BILL)
        end = {"discharged_on": str(self.town.today)}
        await self.other.post("settlement", f"/v1/encounters/{encounter}/discharge", end)
        lacking = await self.other.send("settlement", f"/v1/encounters/{encounter}/settlement", {"payers": {}})
        assert lacking.json()["about"]["payers"] == "BMI,CII"
        before = (await self.other.get("settlement", "/v1/settlement-changes"))["next"]
        settled = await stories.settle(self.other, encounter, BILL)
        seen = await self.other.get("settlement", f"/v1/encounters/{encounter}")
        assert (seen["state"], seen["person_id"]) == ("SETTLED", person)
        news = await self.other.get("settlement", f"/v1/settlement-changes?after={before}&wait_seconds=8")
        assert [item["settlement_id"] for item in news["items"]] == [settled["settlement_id"]]

    async def told_by_the_owner(self) -> None:
        """17: civil affairs of Huining tells its own aid for a stay; told after settlement it is a review."""
        place = {"hospital_id": "H620422-1", "name": "示范医院", "level": "county", "division": "620422"}
        await self.agency.post("settlement", "/v1/institutions", place | {"contract_from": "2018-01-01"})
        window = Window(self.town.platform, Role.HOSPITAL, "H620422-1", keys="life")
        form = NEWCOMER | {"id_number": "620422197503070025", "county": "620422"}
        person = (await window.post("identity", "/v1/persons", form))["person_id"]
        poor = {"category": "DIBAO", "group": "RURAL", "valid_from": "2018-01-01", "evidence": "低保名册"}
        await self.civil.post("identity", f"/v1/persons/{person}/memberships", poor)
        await self.arrived()
        stay = (await stories.admit(window, person, "inpatient", self.town.today))["encounter_id"]
        await stories.upload(window, stay, BILL)
        end = {"discharged_on": str(self.town.today)}
        await window.post("settlement", f"/v1/encounters/{stay}/discharge", end)
        await stories.settle(window, stay, BILL)
        aid = {"payer": "AID", "amount": "1000.00", "given_on": str(self.town.today), "evidence": "普通救助审批表"}
        path = f"/v1/encounters/{stay}/outer-amounts"
        assert refused(await window.send("settlement", path, aid))[0] == httpx.codes.FORBIDDEN
        assert (await self.civil.post("settlement", path, aid))["reviewed"] is True
        await self.arrived()
        operations = Window(self.town.platform, Role.OPERATIONS, keys="life")
        items = (await operations.get("settlement", "/v1/reviews?state=OPEN"))["items"]
        (item,) = [item for item in items if item["person_id"] == person]
        (bill,) = (await operations.get("settlement", f"/v1/reviews/{item['review_id']}"))["bills"]
        assert bill["told"] == {"AID": "1000.00"}

    async def death(self, person: str) -> None:
        """2: a death that is told later is a review of the bill after it, and nobody dead is admitted."""
        settled = await stories.stay(self.window, person, self.town.today, 3, BILL)
        died = {"died_on": self.ago(1)}
        await self.civil.post("identity", f"/v1/persons/{person}/death", died)
        await self.arrived()
        operations = Window(self.town.platform, Role.OPERATIONS, keys="life")
        items = (await operations.get("settlement", "/v1/reviews?state=OPEN"))["items"]
        (item,) = [item for item in items if item["person_id"] == person]
        found = await operations.get("settlement", f"/v1/reviews/{item['review_id']}")
        assert (item["settlement_id"], found["undecidable"].split(":")[0]) == (
            settled["settlement_id"],
            "PERSON_DECEASED",
        )
        body = {"person_id": person, "kind": "inpatient", "admitted_on": str(self.town.today)}
        assert refused(await self.window.send("settlement", "/v1/encounters", body)) == (422, "PERSON_DECEASED")


async def test_a_settlement_s_whole_life_is_the_same_on_both_transports(town: Any) -> None:
    life = Life(town)
    ids = town.ids
    await life.insured_where()
    await life.overlap(ids[3])
    await life.contracts(ids[1])
    await life.removed_in_hospital(ids[2])
    await life.read_back(ids[10])
    await life.told_by_the_owner()
    await life.death(ids[11])
    told = [line async for line in Afterwards(town.platform, town.people, ids, town.today).tell()]
    assert [line.split(":")[0] for line in told] == [
        "out of county, on paper",
        "prepaid",
        "corrected",
        "revoked by the agency",
    ]
    await life.arrived()
    assert (await verify(town.platform.admin_url)).differences == ()
    assert (await read_books(town.platform.admin_url)).problems == []
