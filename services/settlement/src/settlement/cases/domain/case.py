"""One case: handed in, complete, perhaps returned; settled, paid, and paid again where the bank sent it back."""

from collections.abc import Sequence
from datetime import date
from typing import Final, assert_never

import msgspec

from kernel.values.decider import Decider
from kernel.values.refusals import Refused, check_not_to_come, conflict, forbidden, not_found
from settlement.cases.domain.papers import NEEDED, Paper, PaperKind, missing
from settlement.cases.domain.standing import Case, Clock, SignOff, State, Submitter, Visit
from settlement.encounters.domain.refusals import not_in_force


class HandIn(msgspec.Struct, frozen=True, kw_only=True):
    """Take papers in; ``case`` is what they say, still without a state of its own."""

    case: Case
    clock: Clock
    today: date
    needed: frozenset[PaperKind] = NEEDED


class AddPapers(msgspec.Struct, frozen=True, kw_only=True):
    """More papers of a case, also after they were returned; ``by`` is who came with them, as before where None."""

    papers: tuple[Paper, ...]
    on: date
    by: Submitter | None
    clock: Clock
    today: date
    needed: frozenset[PaperKind] = NEEDED


class Return(msgspec.Struct, frozen=True):
    """Give the papers back for something that is wrong with them (退件)."""

    reason: str


class Withdraw(msgspec.Struct, frozen=True):
    """End a case that was handed in by error, so that its invoice may be handed in again.

    ``standing`` says whether what it was settled as still stands; what was revoked for good may end, too.
    """

    reason: str
    standing: bool = True


class Settle(msgspec.Struct, frozen=True):
    """The bill was settled, or settled anew after a revocation; ``to_sign`` are the departments that audit it."""

    encounter_id: str
    settlement_id: str
    standing: bool
    to_sign: tuple[str, ...] = ()


class Sign(msgspec.Struct, frozen=True):
    """A department agrees to the parts that it audits; ``by`` is the person who says so."""

    owner: str
    by: str
    today: date
    #: The departments that the person was seconded from, as the county has named them; None where it has named nobody.
    seconded_from: frozenset[str] | None = None


class Pay(msgspec.Struct, frozen=True):
    """The money went to the patient, says ``by``; ``standing``: whether the settlement has not been taken back."""

    on: date
    by: str
    today: date
    standing: bool


class PaymentBack(msgspec.Struct, frozen=True):
    """The bank sent the money back: it is to be paid again."""

    on: date
    reason: str
    today: date


Command = HandIn | AddPapers | Return | Withdraw | Settle | Sign | Pay | PaymentBack


class _Told(msgspec.Struct, frozen=True):
    """An event says itself how the case stands after it."""

    case: Case


class CaseHandedIn(_Told, frozen=True):
    """Papers were taken in, with a receipt."""


class CasePapersAdded(_Told, frozen=True):
    """More papers came."""


class CaseReturned(_Told, frozen=True):
    """The papers went back."""


class CaseWithdrawn(_Told, frozen=True):
    """The case was ended without a settlement."""


class CaseSettled(_Told, frozen=True):
    """The bill was settled."""


class CaseSigned(_Told, frozen=True):
    """A department has agreed."""


class CasePaid(_Told, frozen=True):
    """The money went to the patient."""


class CasePaymentReturned(_Told, frozen=True):
    """The bank sent the money back."""

    reason: str


CaseEvent = (
    CaseHandedIn
    | CasePapersAdded
    | CaseReturned
    | CaseWithdrawn
    | CaseSettled
    | CaseSigned
    | CasePaid
    | CasePaymentReturned
)
_WAITING: Final = (State.INCOMPLETE, State.COMPLETE, State.RETURNED)


def decide(command: Command, case: Case | None) -> Sequence[CaseEvent]:
    """What a command brings about.

    Raises Refused CASE_UNKNOWN, CASE_NOT_IN_STATE, SETTLEMENT_NOT_IN_FORCE, DATE_IN_FUTURE, DATES_OUT_OF_ORDER or
    SIGN_OFF_….
    """
    match command:
        case HandIn():
            return (_hand_in(command),)
        case AddPapers():
            return (_add(command, _in_state(case, "add papers to", *_WAITING)),)
        case Return() | Withdraw():
            return (_give_back(command, case),)
        case Settle():
            return (_settle(command, case),)
        case Sign():
            return _sign(command, _in_state(case, "sign", State.SETTLED))
        case Pay() | PaymentBack():
            return (_pay(command, case),)
        case _:
            assert_never(command)


def evolve(_before: Case | None, event: CaseEvent) -> Case:
    """The case after an event, which the event says itself."""
    return event.case


DECIDER: Final[Decider[Command, Case | None, CaseEvent]] = Decider(None, decide, evolve)


def case_unknown(case_id: str) -> Refused:
    """There is no such case, or it is another county's."""
    return not_found("CASE_UNKNOWN", f"there is no case {case_id}", case=case_id)


def invoice_known(invoice_number: str = "", settlement_id: str = "") -> Refused:
    """The invoice was handed in before, or is on a bill that was settled by whatever route."""
    by = f"settlement {settlement_id} rests" if settlement_id else "another case rests"
    return conflict(
        "INVOICE_KNOWN",
        f"{by} on the invoice {invoice_number} of this hospital; an invoice is paid once".replace("  ", " "),
        **({"settlement": settlement_id} if settlement_id else {}),
    )


def _hand_in(command: HandIn) -> CaseHandedIn:
    case = command.case
    check_not_to_come("handed_in_on", case.handed_in_on, command.today)
    if not case.admitted_on <= case.discharged_on <= case.handed_in_on:
        raise Refused(
            "DATES_OUT_OF_ORDER",
            f"a stay from {case.admitted_on} to {case.discharged_on} cannot be handed in on {case.handed_in_on}",
        )
    if case.kind != "inpatient" and case.admitted_on != case.discharged_on:
        raise Refused("DATES_OUT_OF_ORDER", f"a visit has one day: {case.admitted_on} or {case.discharged_on}")
    counted = msgspec.structs.replace(case, visits=(Visit(case.handed_in_on, case.submitter),))
    return CaseHandedIn(_on_papers(counted, case.handed_in_on, command.clock, command.needed))


def _add(command: AddPapers, case: Case) -> CasePapersAdded:
    check_not_to_come("on", command.on, command.today)
    _check_order("papers", command.on, case.handed_in_on)
    known = {(paper.kind, paper.reference): paper for paper in (*case.papers, *command.papers)}
    visit = Visit(command.on, command.by or case.submitter)
    # One way a day and person; of a case from before visits were counted no later one is, either.
    visits = case.visits if visit in case.visits or not case.visits else (*case.visits, visit)
    more = msgspec.structs.replace(case, papers=tuple(known.values()), visits=visits, returned_because=None)
    return CasePapersAdded(_on_papers(more, command.on, command.clock, command.needed))


def _on_papers(case: Case, on: date, clock: Clock, needed: frozenset[PaperKind]) -> Case:
    """The case with the state that its papers lead to; the clock starts on the day on which they are complete."""
    if missing(case.kind, case.papers, needed):
        return msgspec.structs.replace(case, state=State.INCOMPLETE)
    if case.state is State.COMPLETE and case.complete_on is not None:
        return case
    return msgspec.structs.replace(case, state=State.COMPLETE, complete_on=on, due_on=clock.due(on))


def _give_back(command: Return | Withdraw, case: Case | None) -> CaseReturned | CaseWithdrawn:
    if isinstance(command, Return):
        waiting = _in_state(case, "return the papers of", State.INCOMPLETE, State.COMPLETE)
        stopped = {"complete_on": None, "due_on": None, "returned_because": command.reason}
        returned = {"state": State.RETURNED, "returned": waiting.returned + 1, **stopped}
        return CaseReturned(msgspec.structs.replace(waiting, **returned))
    revoked = () if command.standing else (State.SETTLED, State.PAID)
    waiting = _in_state(case, "withdraw", *_WAITING, *revoked)
    return CaseWithdrawn(msgspec.structs.replace(waiting, state=State.WITHDRAWN, returned_because=command.reason))


def check_settleable(case: Case | None, *, standing: bool) -> Case:
    """The case, if its bill can be settled: the papers are complete, or what was settled was taken back."""
    again = () if standing else (State.SETTLED, State.PAID)
    return _in_state(case, "settle", State.COMPLETE, *again)


def _settle(command: Settle, case: Case | None) -> CaseSettled:
    settled = check_settleable(case, standing=command.standing)
    ids = {"encounter_id": command.encounter_id, "settlement_id": command.settlement_id}
    now = {"state": State.SETTLED, "paid_on": None, "paid_by": None, "to_sign": command.to_sign, "signed": ()}
    return CaseSettled(msgspec.structs.replace(settled, **now, **ids))


def _sign(command: Sign, case: Case) -> Sequence[CaseSigned]:
    """One person signs for one department only (000 一(一)3: each sends its own people)."""
    if command.owner not in case.to_sign:
        asked = "、".join(case.to_sign) or "nobody"
        detail = f"{command.owner} audits nothing of case {case.case_id}; who does: {asked}"
        raise Refused("SIGN_OFF_NOT_ASKED", detail, about={"case": case.case_id})
    if any(sign.owner == command.owner for sign in case.signed):
        return ()
    if command.seconded_from is not None and command.owner not in command.seconded_from:
        detail = f"{command.by} does not sign for {command.owner} here: the station names who was seconded from where"
        raise forbidden("SIGN_OFF_NOT_SECONDED", detail, case=case.case_id)
    if any(sign.by == command.by for sign in case.signed):
        detail = f"{command.by} has signed case {case.case_id} for another department; each sends its own person"
        raise forbidden("SIGN_OFF_SAME_PERSON", detail, case=case.case_id)
    signed = (*case.signed, SignOff(command.owner, command.by, command.today))
    return (CaseSigned(msgspec.structs.replace(case, signed=signed)),)


def _pay(command: Pay | PaymentBack, case: Case | None) -> CasePaid | CasePaymentReturned:
    check_not_to_come("on", command.on, command.today)
    if isinstance(command, PaymentBack):
        paid = _in_state(case, "take the payment back of", State.PAID)
        _check_order("the bank's return", command.on, paid.paid_on or paid.handed_in_on)
        back = msgspec.structs.replace(paid, state=State.SETTLED, paid_on=None, paid_by=None)
        return CasePaymentReturned(back, command.reason)
    settled = _in_state(case, "pay", State.SETTLED)
    if not command.standing:
        raise not_in_force(settled.settlement_id or "")
    if settled.unsigned:
        missing_ones = "、".join(settled.unsigned)
        detail = f"case {settled.case_id} is paid when all have signed; missing are {missing_ones}"
        raise conflict("SIGN_OFF_MISSING", detail, case=settled.case_id, missing=missing_ones)
    _check_order("the payment", command.on, settled.complete_on or settled.handed_in_on)
    return CasePaid(msgspec.structs.replace(settled, state=State.PAID, paid_on=command.on, paid_by=command.by))


def _in_state(case: Case | None, command: str, *wanted: State) -> Case:
    if case is None:
        raise not_found("CASE_UNKNOWN", "there is no such case")
    if case.state not in wanted:
        detail = f"cannot {command} case {case.case_id}: it is {case.state}, and must be {' or '.join(wanted)}"
        raise conflict("CASE_NOT_IN_STATE", detail, case=case.case_id, state=case.state)
    return case


def _check_order(what: str, day: date, earliest: date) -> None:
    if day < earliest:
        raise Refused("DATES_OUT_OF_ORDER", f"{what} of {day} cannot be before {earliest}")
