"""Plays examples over REST: the person, the funds and the year are set up, then each bill goes from door to books."""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from kernel.security import Role
from kernel.values.money import yuan_from_fen
from law import effective_category
from law.packs import PackLibrary
from law.packs.model import PackFile
from workbench.examples.amounts import fen
from workbench.examples.http_client import HttpClient
from workbench.examples.http_regions import Home, Homes
from workbench.examples.http_setting import Setting
from workbench.examples.outcome import Value
from workbench.examples.reading import names_of, policy_of, standing_of
from workbench.examples.settle import BillStep, Costs, Played, RefuseStep, RevokeStep, SettleExample, SettleStep


class HttpPlayer:
    """Plays on running services whose policies are ``library``'s; they hold what examples configure (http_run)."""

    def __init__(self, client: HttpClient, library: PackLibrary) -> None:
        self._client = client
        self._library = library
        self._homes = Homes()

    def play(self, example: SettleExample) -> Iterator[Played]:
        """What came out of each step; raises UnknownPackError for a region without a pack."""
        first = example.steps[0]
        assert not isinstance(first, RevokeStep), "an example begins with a bill"
        policy = policy_of(example, first.encounter.discharged, self._library)
        case = Case(self._client, example, first, policy.file, self._homes.next(example.region))
        for step in example.steps:
            match step:
                case SettleStep():
                    yield case.settle(step)
                case RefuseStep():
                    yield case.refuse(step)
                case RevokeStep():
                    yield case.revoke(step)


class Case:
    """An example that is being played."""

    def __init__(self, client: HttpClient, example: SettleExample, first: BillStep, file: PackFile, home: Home):
        self._client = client
        self._example = example
        self._file = file
        #: By step: the settlement, its hospital, and whether any payer owes something, so that it is booked.
        self._settled: dict[str, tuple[str, str, bool]] = {}
        self._setting = Setting(client, example, file, home)
        self._person = self._setting.register(first)
        year = first.encounter.discharged.year
        self._setting.open_year(self._person, year)
        self._setting.fill_funds(year)

    def settle(self, step: SettleStep) -> Played:
        """One bill from the door to the books."""
        hospital, path, bill = self._ready(step)
        settled = self._post(hospital, f"{path}/settlement", bill)
        settlement, came_to = settled["settlement_id"], settled["bill"]
        owed = any(fen(layer["amount"]) for layer in came_to["layers"]) or fen(came_to["payout"]) > 0
        self._settled[step.id] = settlement, hospital, owed
        return Played(
            {
                **self._layers(settlement, came_to, owed=owed),
                **{f"flags.{name}": raised for name, raised in came_to["flags"].items()},
                "patient_pays": came_to["patient_pays"],
                "cash_payout": came_to["payout"],
                "refund_to_patient": came_to["refund_to_patient"],
                **self._after(came_to["accumulators_after"]),
            }
        )

    def refuse(self, step: RefuseStep) -> Played:
        """A bill that must not be settled."""
        hospital, path, bill = self._ready(step)
        response = self._client.send("settlement", f"{path}/settlement", bill, Role.HOSPITAL, hospital)
        return Played({"refused": None if response.is_success else response.json()["code"]})

    def revoke(self, step: RevokeStep) -> Played:
        """Take a bill's settlement back."""
        settlement, hospital, owed = self._settled.pop(step.id)
        done = self._post(hospital, f"/v1/settlements/{settlement}/revocation", {"reason": "示例撤销"})
        if owed:
            self._journals(settlement, 2)
        return Played({"refund_to_patient": done["refund_to_patient"], **self._after(done["accumulators"])})

    def _ready(self, step: BillStep) -> tuple[str, str, dict[str, Any]]:
        """Everything before the settlement: the hospital, the encounter's path, and what the settlement will say."""
        hospital = self._setting.hospital(step.encounter)
        path = f"/v1/encounters/{self._admit(step, hospital)}"
        self._post(hospital, f"{path}/fees", {"lines": fee_lines(step.costs)})
        if step.encounter.kind == "inpatient" or not _is_ordinary(step):
            self._post(hospital, f"{path}/discharge", discharge_of(step))
        for department in step.encounter.exception_approved_by:
            approval = {"approved_on": step.encounter.discharged.isoformat(), "evidence": "审批单样表"}
            organisation = department.replace("_", "-")
            self._client.post("settlement", f"{path}/catalogue-exception", approval, Role.DEPARTMENT, organisation)
        bill: dict[str, Any] = {"payers": self._told_by_owners(step, path)}
        if step.encounter.patient_prepaid is not None:
            bill["patient_prepaid"] = yuan_from_fen(fen(step.encounter.patient_prepaid))
        return hospital, path, bill

    def _told_by_owners(self, step: BillStep, path: str) -> dict[str, Any]:
        """Have owners tell what no hospital may say; gives what is left for the hospital to say."""
        elsewhere = {layer.payer: layer.tellers()[0] for layer in self._file.layers if layer.is_told_elsewhere()}
        for payer, department in elsewhere.items():
            if fen(amount := step.inputs.get(payer, "0")):
                told = {"payer": payer, "amount": yuan_from_fen(fen(amount)), "evidence": "审批单样表"}
                told |= {"given_on": step.encounter.discharged.isoformat()}
                self._client.post("settlement", f"{path}/outer-amounts", told, Role.DEPARTMENT, department)
        return {payer: amount for payer, amount in step.inputs.items() if payer not in elsewhere}

    def _admit(self, step: BillStep, hospital: str) -> str:
        encounter = step.encounter
        day = encounter.admitted or encounter.discharged
        body = {"person_id": self._person, "kind": encounter.kind, "admitted_on": day.isoformat()}
        if encounter.referral_approved is not None:
            body["referral_id"] = self._setting.referral(self._person, hospital, encounter.referral_approved)
        standing = standing_of(self._example, encounter, self._file)
        category = effective_category(standing, self._file, day, day)

        admitted = self._post(hospital, "/v1/encounters", body)
        assert admitted["category"] == category, f"{self._example.id}: admitted as {admitted['category']}"
        encounter_id: str = admitted["encounter_id"]
        return encounter_id

    def _layers(self, settlement: str, bill: dict[str, Any], *, owed: bool) -> dict[str, Value]:
        """Every layer by payer; a layer that several funds may stand behind, by fund as the ledger split it."""
        layers: dict[str, Value] = {layer["payer"]: layer["amount"] for layer in bill["layers"]}
        split = self._journals(settlement, 1)[0]["split"] if owed else []
        for layer in self._file.layers:
            cascades = [row.funds for row in layer.funding if len(row.funds) > 1 and self._reads(row.for_.reading)]
            if cascades:
                layers.pop(layer.payer, None)
                paid = {share["fund"]: share["to_hospital"] for share in split if share["payer"] == layer.payer}
                layers |= {fund: paid.get(fund, "0.00") for fund in chain.from_iterable(cascades)}
        return {f"layers.{payer}": amount for payer, amount in layers.items()}

    def _reads(self, asked: Sequence[str]) -> bool:
        """Whether the pack reads the law so that a row of it holds at all."""
        return {f"{one.ambiguity}:{one.value}" for one in self._file.readings}.issuperset(asked)

    def _journals(self, settlement: str, count: int) -> list[dict[str, Any]]:
        self._client.until_arrived()
        path = f"/v1/settlements/{settlement}/journals"
        found: list[dict[str, Any]] = self._client.get("fund-ledger", path, Role.FINANCE)
        assert len(found) >= count, f"{self._example.id}: the ledger has not booked {settlement}"
        return found

    def _after(self, accumulators: dict[str, str]) -> dict[str, Value]:
        names = names_of(self._example)
        after: dict[str, Value] = {f"after.{name}": amount for name, amount in accumulators.items()}
        after |= {f"after.{theirs}": accumulators.get(ours, "0.00") for theirs, ours in names.accumulators}
        return after | {f"after.{theirs}": self._setting.fund_balance(fund) for theirs, fund in names.funds}

    def _post(self, hospital: str, path: str, body: dict[str, Any]) -> Any:
        return self._client.post("settlement", path, body, Role.HOSPITAL, hospital)


def fee_lines(costs: Costs) -> list[dict[str, Any]]:
    """A bill's lines with the example's sums by class; without a compliant cost, all that is in the catalogue is."""
    total, out = fen(costs.total), fen(costs.out_of_catalogue or "0.00")
    compliant = total - out if costs.compliant is None else fen(costs.compliant)
    barred = fen(costs.excluded_compliant)
    barred_rest = fen(costs.excluded) - barred
    rest = total - compliant - out - barred_rest
    assert rest >= 0, "the excluded cost of an example lies in its compliant or its other cost"
    lines = [
        ("合规", compliant - barred, "compliant", False),
        ("合规（不予救助）", barred, "compliant", True),
        ("目录外", out, "out_of_catalogue", False),
        ("其他", rest, "self_pay_first", False),
        ("其他（不予救助）", barred_rest, "self_pay_first", True),
    ]
    return [
        {"item": item, "amount": yuan_from_fen(amount), "cost_class": cost_class, "excluded": excluded}
        for item, amount, cost_class, excluded in lines
        if amount
    ]


def _is_ordinary(step: BillStep) -> bool:
    """Whether a visit needs no discharge, because there is nothing to tell at its end."""
    encounter = step.encounter
    return encounter.valid_invoice and encounter.cause == "illness" and not encounter.mental_disorder


def discharge_of(step: BillStep) -> dict[str, Any]:
    """The end of a stay with the facts that the example tells."""
    encounter = step.encounter
    return {
        "discharged_on": encounter.discharged.isoformat(),
        "cause": encounter.cause,
        "mental_disorder": encounter.mental_disorder,
        "valid_invoice": encounter.valid_invoice,
        "major_disease": encounter.major_disease_50,
    }
