"""Setting an example up over REST: the person's entitlement, hospitals, opening standings, funds, a referral."""

from datetime import date
from typing import Any

from identity.persons.domain.categories import Category, Group
from identity.persons.domain.owners import PLATFORM_OWNERS
from kernel.security import Role
from kernel.values.money import fen_from_yuan, yuan_from_fen
from law import Membership
from law.packs.model import PackFile
from law.standing import Enrolment
from workbench.examples.http_client import HttpClient
from workbench.examples.http_regions import Home
from workbench.examples.reading import funds_of, openings_of, standing_of
from workbench.examples.settle import BillStep, Encounter, SettleExample, SettleStep

SENDING_HOSPITAL = "H-EX-SENDING"


class Setting:
    """What there is before an example's first bill."""

    def __init__(self, client: HttpClient, example: SettleExample, file: PackFile, home: Home) -> None:
        self._client = client
        self._example = example
        self._file = file
        self._home = home

    def register(self, first: BillStep) -> str:
        """Register the person with every membership and enrolment; gives the person's id."""
        home = self._home
        body = {"id_number": home.id_number, "name": "示例", "born_on": home.born_on.isoformat(), "sex": "FEMALE"}
        body["county"] = home.county
        person = str(self._client.post("identity", "/v1/persons", body, Role.AGENCY)["person_id"])
        self._certify(person)
        standing = standing_of(self._example, first.encounter, self._file)
        for membership in standing.memberships:
            self._assert(person, membership)
        for enrolment in standing.enrolments:
            self._enrol(person, enrolment)
        self._client.until_arrived()
        return person

    def _assert(self, person: str, held: Membership) -> None:
        category = Category(held.category)
        group = None if held.group is None else Group(held.group)
        poor = category is Category.REGISTERED_POOR
        said = {
            "category": held.category,
            "valid_from": held.valid_from.isoformat(),
            "evidence": "样表",
            "valid_to": _text(held.valid_to),
            "group": held.group,
            "poverty_status": held.poverty_status or ("NOT_LIFTED" if poor else None),
            "exit_date": _text(held.exit_date),
        }
        given = {name: value for name, value in said.items() if value is not None}
        path = f"/v1/persons/{person}/memberships"
        self._client.post("identity", path, given, Role.DEPARTMENT, self._owner(category, group))

    def _owner(self, category: Category, group: Group | None) -> str:
        """Whose list says the category where the example's document is in force."""
        said_by = self._file.identification.said_by if self._file.identification else ()
        ruled = (said.by for said in said_by if (said.category, said.group) == (category, group))
        return next(ruled, PLATFORM_OWNERS.owner(category, group, self._home.county).value)

    def _certify(self, person: str) -> None:
        """A chronic visit rests on a certification where the document asks for one: the person has long had it."""
        rule = self._file.certification
        steps = [step for step in self._example.steps if isinstance(step, SettleStep)]
        days = [step.encounter.discharged for step in steps if step.encounter.kind == "chronic_outpatient"]
        if not days or rule is None or rule.disease_list is None:
            return
        body = {"disease": rule.disease_list.diseases[0].code, "hospital_id": "H-EX-CERTIFIER", "source": "样表"}
        path = f"/v1/persons/{person}/certifications/takeover"
        self._client.post("identity", path, {**body, "certified_on": min(days).isoformat()}, Role.OPERATIONS)

    def _enrol(self, person: str, enrolment: Enrolment) -> None:
        days = {"registered_on": _text(enrolment.registered_on), "marked_on": _text(enrolment.marked_on)}
        body = {"scheme": enrolment.scheme, "area": self._home.area, "year": enrolment.year, **days}
        self._client.post("identity", f"/v1/persons/{person}/enrolments", body, Role.AGENCY)

    def open_year(self, person: str, year: int) -> None:
        """The person's accumulators from the system before."""
        balances = {name: yuan_from_fen(fen) for name, fen in openings_of(self._example).items() if fen}
        if balances:
            opening = {"person_id": person, "area": self._home.area, "year": year, "source": "示例"}
            self._client.post("settlement", "/v1/benefit-years", {**opening, "balances": balances}, Role.OPERATIONS)

    def fill_funds(self, year: int) -> None:
        """Bring each fund up to what the example says; what an example before left in it stays and counts."""
        for fund, wanted in funds_of(self._example).items():
            lacking = wanted - fen_from_yuan(self.fund_balance(fund))
            assert lacking >= 0, f"{self._example.id}: the fund {fund} holds more than the example begins with"
            if lacking:
                receipt = {"county": self._home.county, "fund": fund, "amount": yuan_from_fen(lacking)}
                receipt |= {"source": "OPENING", "value_on": f"{year}-01-01"}
                self._client.post("fund-ledger", "/v1/fund-receipts", receipt, Role.FINANCE)

    def fund_balance(self, fund: str) -> str:
        """What a fund of the county holds, in yuan."""
        account = f"fund/{self._home.county}/{fund}"
        rows = self._client.get("fund-ledger", f"/v1/accounts?prefix={account}", Role.FINANCE)["items"]
        balance = next((row["balance"] for row in rows if row["account"] == account), "0.00")
        return yuan_from_fen(-fen_from_yuan(balance))

    def hospital(self, encounter: Encounter) -> str:
        """A hospital of the place, level and contract that the example wants; gives its id."""
        level, county = encounter.level or "county", self._home.county
        majors = encounter.designated_for_major
        kind = "".join(("M" if majors else "", "" if encounter.designated else "X"))
        hospital = f"H-EX-{county}-{encounter.place}-{level}{kind}"
        # What belongs to the city as a whole is outside every person's county.
        division = county if encounter.place == "in_county" else self._home.area
        entry: dict[str, Any] = {"hospital_id": hospital, "name": "示例医院", "level": level, "division": division}
        entry |= {"contract_from": "2015-01-01", "majors": majors}
        if not encounter.designated:
            entry["contract_to"] = "2015-12-31"
        self._client.post("settlement", "/v1/institutions", entry, Role.AGENCY)
        return hospital

    def referral(self, person: str, hospital: str, approved_on: date) -> str:
        """A referral to the hospital, approved on the day that the example says; gives its id."""
        category = (self._example.state0.category or "registered_poor").upper()
        day = approved_on.isoformat()
        sending = {
            "hospital_id": SENDING_HOSPITAL,
            "name": "示例医院",
            "level": "county",
            "division": self._home.county,
        }
        self._client.post("settlement", "/v1/institutions", sending | {"contract_from": "2015-01-01"}, Role.AGENCY)
        self._client.until_arrived()
        form: dict[str, Any] = {"person_id": person, "receiving_hospital": hospital, "attributes": [category]}
        form |= {"diagnosis": "示例诊断", "signed_on": day}
        papers = enumerate(("id_card_copy", "social_card_copy"), start=1)
        form["attachments"] = [{"kind": kind, "reference": f"scan/{number}"} for number, kind in papers]
        form["filled_in"] = ["phone", "address", "card_number"]

        filed = self._client.post("referral", "/v1/referrals", form, Role.HOSPITAL, SENDING_HOSPITAL)
        referral: str = filed["referral_id"]
        opinion = {"opinion": "同意转诊", "sealed_on": day}
        path = f"/v1/referrals/{referral}"
        agreed = {**opinion, "agreed": True}
        self._client.post("referral", f"{path}/endorsement", agreed, Role.HOSPITAL, SENDING_HOSPITAL)
        self._client.post("referral", f"{path}/approval", opinion, Role.AGENCY)
        self._client.until_arrived()
        return referral


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
