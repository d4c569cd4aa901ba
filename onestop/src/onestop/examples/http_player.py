"""Plays examples over REST: the person, the funds and the year are set up, then each bill goes from door to books."""

import itertools
import time
from collections.abc import Iterator
from datetime import date
from typing import Any, Final

import httpx
from stdnum.cn import ric

from kernel.money import fen_from_yuan, yuan_from_fen
from kernel.security import Issuer, Role
from onestop.examples.outcome import Value
from onestop.examples.reading import funds_of, names_of, openings_of
from onestop.examples.settle import Played, RevokeStep, SettleExample, SettleStep, UnknownPackError

#: The city of each region that is played, and the scheme in which its people are insured.
AREAS: Final = {"jieyang": "445200"}
_DEPARTMENTS: Final = {"registered_poor": "poverty-alleviation", "other_special": "county-government"}
_HOSPITAL: Final = "H-EXAMPLES"
_ARRIVES_SECONDS: Final = 20.0


class HttpPlayer:
    """Speaks to running services. Every example has a county of its own, so that funds do not mix."""

    def __init__(self, urls: dict[str, str], issuer: Issuer) -> None:
        self._urls = urls
        self._issuer = issuer
        self._client = httpx.Client(timeout=30)
        self._keys = itertools.count(1)
        self._counties = itertools.count(1)

    def close(self) -> None:
        """Hang up."""
        self._client.close()

    def play(self, example: SettleExample) -> Iterator[Played]:
        """What came out of each step; raises UnknownPackError for a region that is not played over REST yet."""
        area = AREAS.get(example.region)
        if area is None:
            raise UnknownPackError(example.region)
        county = f"{area[:4]}{next(self._counties):02d}"
        case = _Case(self, example, area, county)
        for step in example.steps:
            match step:
                case SettleStep():
                    yield case.settle(step)
                case RevokeStep():
                    yield case.revoke(step)

    def post(self, service: str, path: str, body: dict[str, Any], role: Role, organisation: str | None = None) -> Any:
        """Send a message under a key of its own; raises AssertionError unless it succeeds."""
        headers = {**self._bearer(role, organisation), "Idempotency-Key": f"examples-{next(self._keys)}"}
        response = self._client.post(self._urls[service] + path, json=body, headers=headers)
        assert response.is_success, f"POST {path}: {response.status_code} {response.text}"
        return response.json()

    def get(self, service: str, path: str, role: Role) -> Any:
        """Ask; raises AssertionError unless it succeeds."""
        response = self._client.get(self._urls[service] + path, headers=self._bearer(role, None))
        assert response.is_success, f"GET {path}: {response.status_code} {response.text}"
        return response.json()

    def send(self, service: str, path: str, body: dict[str, Any], role: Role, organisation: str) -> httpx.Response:
        """Send a message that may be refused because something has not arrived yet."""
        headers = {**self._bearer(role, organisation), "Idempotency-Key": f"examples-{next(self._keys)}"}
        return self._client.post(self._urls[service] + path, json=body, headers=headers)

    def _bearer(self, role: Role, organisation: str | None) -> dict[str, str]:
        token = self._issuer.issue(role, f"{role}-examples", organisation, 3600, time.time())
        return {"Authorization": f"Bearer {token}"}


class _Case:
    """One example's person and county."""

    def __init__(self, player: HttpPlayer, example: SettleExample, area: str, county: str) -> None:
        self._player = player
        self._example = example
        self._area = area
        self._county = county
        self._settled: dict[str, str] = {}
        self._person = self._register()
        self._set_up()

    def _register(self) -> str:
        number = int(self._county[4:])
        body = f"{self._county[:4]}02{date(1960, 1, number % 28 + 1):%Y%m%d}{2 * number:03d}"
        identity = {
            "id_number": body + ric.calc_check_digit(f"{body}0"),
            "name": "示例",
            "born_on": date(1960, 1, number % 28 + 1).isoformat(),
            "sex": "FEMALE",
            "county": self._county,
        }
        found: str = self._player.post("identity", "/v1/persons", identity, Role.AGENCY)["person_id"]
        return found

    def _set_up(self) -> None:
        state, year = self._example.state0, self._year
        if state.category is not None:
            department = _DEPARTMENTS.get(state.category, "civil-affairs")
            said = {"category": state.category.upper(), "valid_from": f"{year - 1}-01-01", "evidence": "示例"}
            if state.category == "registered_poor":
                said["poverty_status"] = "NOT_LIFTED"
            if state.removed_from is not None:
                said["valid_to"] = state.removed_from.isoformat()
            path = f"/v1/persons/{self._person}/memberships"
            self._player.post("identity", path, said, Role.DEPARTMENT, department)
        first = f"{year}-01-01"
        enrolment = {"scheme": "RESIDENT", "area": self._area, "year": year, "registered_on": first, "marked_on": first}
        self._player.post("identity", f"/v1/persons/{self._person}/enrolments", enrolment, Role.AGENCY)
        institution = {"hospital_id": _HOSPITAL, "name": "示例医院", "level": "county", "division": self._county}
        institution["contract_from"] = "2019-01-01"
        self._player.post("settlement", "/v1/institutions", institution, Role.AGENCY)
        balances = {name: yuan_from_fen(fen) for name, fen in openings_of(self._example).items() if fen}
        if balances:
            opening = {"person_id": self._person, "area": self._area, "year": year, "source": "示例"}
            self._player.post("settlement", "/v1/benefit-years", {**opening, "balances": balances}, Role.OPERATIONS)
        for fund, fen in funds_of(self._example).items():
            if fen:
                receipt = {"county": self._county, "fund": fund, "amount": yuan_from_fen(fen), "source": "OPENING"}
                receipt["value_on"] = first
                self._player.post("fund-ledger", "/v1/fund-receipts", receipt, Role.FINANCE)

    @property
    def _year(self) -> int:
        step = self._example.steps[0]
        assert isinstance(step, SettleStep), "an example begins with a settlement"
        return step.encounter.discharged.year

    def settle(self, step: SettleStep) -> Played:
        """One bill from the door to the books."""
        encounter = self._admit(step)
        compliant = fen_from_yuan(step.costs.compliant or step.costs.total)
        lines = [{"item": "合规", "amount": yuan_from_fen(compliant), "cost_class": "compliant"}]
        rest = fen_from_yuan(step.costs.total) - compliant
        if rest:
            lines.append({"item": "其他", "amount": yuan_from_fen(rest), "cost_class": "self_pay_first"})
        self._hospital(f"/v1/encounters/{encounter}/fees", {"lines": lines})
        if step.encounter.kind == "inpatient":
            ended = {"discharged_on": step.encounter.discharged.isoformat()}
            self._hospital(f"/v1/encounters/{encounter}/discharge", ended)
        settled = self._hospital(f"/v1/encounters/{encounter}/settlement", {"payers": step.inputs})
        self._settled[step.id] = settled["settlement_id"]
        bill = settled["bill"]
        return Played(
            {
                **self._layers(settled["settlement_id"], bill),
                **{f"flags.{name}": raised for name, raised in bill["flags"].items()},
                "patient_pays": bill["patient_pays"],
                "cash_payout": bill["payout"],
                "refund_to_patient": bill["refund_to_patient"],
                **self._after(bill["accumulators_after"]),
            }
        )

    def revoke(self, step: RevokeStep) -> Played:
        """Take a bill's settlement back."""
        settlement = self._settled.pop(step.id)
        done = self._hospital(f"/v1/settlements/{settlement}/revocation", {"reason": "示例撤销"})
        self._journals(settlement, 2)
        return Played({"refund_to_patient": done["refund_to_patient"], **self._after(done["accumulators"])})

    def _admit(self, step: SettleStep) -> str:
        day = step.encounter.admitted or step.encounter.discharged
        body = {"person_id": self._person, "kind": step.encounter.kind, "admitted_on": day.isoformat()}
        deadline = time.monotonic() + _ARRIVES_SECONDS
        while True:
            response = self._player.send("settlement", "/v1/encounters", body, Role.HOSPITAL, _HOSPITAL)
            # The person travels to settlement as events; the last of them brings the enrolment.
            if response.is_success and (self._example.state0.category is None or self._served(step, response.json())):
                encounter: str = response.json()["encounter_id"]
                return encounter
            assert time.monotonic() < deadline, f"{self._example.id}: settlement never learned of the person"
            time.sleep(0.02)

    def _served(self, step: SettleStep, admitted: dict[str, Any]) -> bool:
        removed = self._example.state0.removed_from
        begins = step.encounter.admitted or step.encounter.discharged
        return admitted["category"] is not None or (removed is not None and removed < begins)

    def _layers(self, settlement: str, bill: dict[str, Any]) -> dict[str, Value]:
        layers = {layer["payer"]: layer["amount"] for layer in bill["layers"]}
        journal = self._journals(settlement, 1)[0]
        shared = [share for share in journal["split"] if share["payer"] == "MA"]
        paid = {share["fund"]: share["to_hospital"] for share in shared}
        layers["MA"], layers["POVFUND"] = paid.get("MA", "0.00"), paid.get("POVFUND", "0.00")
        return {f"layers.{payer}": amount for payer, amount in layers.items()}

    def _journals(self, settlement: str, count: int) -> list[dict[str, Any]]:
        deadline = time.monotonic() + _ARRIVES_SECONDS
        while True:
            found: list[dict[str, Any]] = self._player.get(
                "fund-ledger", f"/v1/settlements/{settlement}/journals", Role.FINANCE
            )
            if len(found) >= count:
                return found
            assert time.monotonic() < deadline, f"{self._example.id}: the ledger never booked {settlement}"
            time.sleep(0.02)

    def _after(self, accumulators: dict[str, str]) -> dict[str, Value]:
        names = names_of(self._example)
        after: dict[str, Value] = {
            f"after.{theirs}": accumulators.get(ours, "0.00") for theirs, ours in names.accumulators
        }
        for theirs, fund in names.funds:
            prefix = f"fund/{self._county}/{fund}"
            rows = self._player.get("fund-ledger", f"/v1/accounts?prefix={prefix}", Role.FINANCE)["items"]
            balance = next((row["balance"] for row in rows if row["account"] == prefix), "0.00")
            after[f"after.{theirs}"] = yuan_from_fen(-fen_from_yuan(balance))
        return after

    def _hospital(self, path: str, body: dict[str, Any]) -> Any:
        return self._player.post("settlement", path, body, Role.HOSPITAL, _HOSPITAL)
