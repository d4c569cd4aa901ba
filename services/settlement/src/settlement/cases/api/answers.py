"""What offices are answered about cases: the receipt (收件回执), and the bill with who gets what."""

from collections.abc import Sequence
from datetime import date

from kernel.http import Wire, Yuan, encode
from settlement.cases.domain.papers import PaperKind, missing
from settlement.cases.domain.standing import Case
from settlement.encounters.domain.events import EncounterEvent, SettlementConfirmed
from settlement.encounters.domain.payees import Payee, payee_of


class PaperAnswer(Wire, frozen=True):
    """A paper that was handed in."""

    kind: PaperKind
    reference: str


class SignOffAnswer(Wire, frozen=True):
    """A department that has signed, and by whom."""

    owner: str
    by: str
    on: date | None


class VisitAnswer(Wire, frozen=True):
    """Somebody came with papers."""

    on: date
    by: str


class WindowAnswer(Wire, frozen=True):
    """The window at which the papers were handed in."""

    kind: str
    hospital_id: str | None


class CaseAnswer(Wire, frozen=True, kw_only=True):
    """The receipt: what was handed in, what is missing, and the last day for payment once all is there.

    ``due_is_provisional`` says that the holidays of that year are not published yet. ``to_sign`` are the departments
    whose sign-off the payment needs. ``visits`` are empty, and ``returned`` is not counted, of cases from before that.
    """

    case_id: str
    person_id: str
    county: str
    hospital_id: str
    kind: str
    admitted_on: date
    discharged_on: date
    invoice_number: str
    submitter: str
    office: str
    handed_in_on: date
    state: str
    papers: tuple[PaperAnswer, ...]
    missing: tuple[PaperKind, ...]
    complete_on: date | None
    due_on: date | None
    due_is_provisional: bool
    returned_because: str | None
    encounter_id: str | None
    settlement_id: str | None
    paid_on: date | None
    paid_late: bool
    to_sign: tuple[str, ...]
    signed: tuple[SignOffAnswer, ...]
    window: WindowAnswer | None
    visits: tuple[VisitAnswer, ...]
    returned: int


class CaseLayer(Wire, frozen=True, kw_only=True):
    """One payer's part, by which clause, and who gets it."""

    payer: str
    payee: Payee
    amount_fen: Yuan
    clause: str


class CaseSettledAnswer(Wire, frozen=True, kw_only=True):
    """A case's bill as it was settled; ``to_patient`` is what the payers owe the patient who has paid."""

    case_id: str
    encounter_id: str
    settlement_id: str
    total_fen: Yuan
    layers: tuple[CaseLayer, ...]
    patient_pays_fen: Yuan
    payout_fen: Yuan
    to_patient_fen: Yuan


def case_answer(case: Case, needed: frozenset[PaperKind]) -> CaseAnswer:
    """The receipt of a case as it stands."""
    made = ("papers", "signed", "window", "visits")
    names = [name for name in CaseAnswer.__struct_fields__ if name in Case.__struct_fields__ and name not in made]
    return CaseAnswer(
        **{name: getattr(case, name) for name in names},
        papers=tuple(PaperAnswer(paper.kind, paper.reference) for paper in case.papers),
        missing=missing(case.kind, case.papers, needed),
        due_is_provisional=case.due_is_provisional,
        paid_late=case.late,
        signed=tuple(SignOffAnswer(sign.owner, sign.by, sign.on) for sign in case.signed),
        window=None if case.window is None else WindowAnswer(case.window.kind, case.window.hospital_id),
        visits=tuple(VisitAnswer(visit.on, visit.by) for visit in case.visits),
    )


def settled_text(case_id: str, events: Sequence[EncounterEvent]) -> str:
    """The answer to a case's settlement, from what was decided."""
    event = events[-1]
    assert isinstance(event, SettlementConfirmed)
    result = event.adjudication
    layers = [(layer, payee_of(layer.payer, event.route, event.deducted)) for layer in result.layers]
    answer = CaseSettledAnswer(
        case_id=case_id,
        encounter_id=event.encounter_id,
        settlement_id=event.settlement_id,
        total_fen=Yuan(result.total_fen),
        layers=tuple(
            CaseLayer(payer=layer.payer, payee=payee, amount_fen=Yuan(layer.amount_fen), clause=layer.clause)
            for layer, payee in layers
        ),
        patient_pays_fen=Yuan(result.patient_pays_fen),
        payout_fen=Yuan(result.payout_fen),
        to_patient_fen=Yuan(sum(layer.amount_fen for layer, payee in layers if payee == "PERSON") + result.payout_fen),
    )
    return encode(answer).decode()
