"""What is decided about a month's consultation fees: reported, checked, paid in full, and passed on to every clinic."""

from collections.abc import Sequence
from typing import Final, assert_never

import msgspec

from fund_ledger.institutions.domain.fee import (
    ApproveFees,
    ClinicFee,
    FeeCommand,
    FeeEvent,
    Fees,
    FeesApprovalWithdrawn,
    FeesApproved,
    FeesPaid,
    FeesPassedOn,
    FeesReported,
    FeesRetained,
    FeesReturned,
    FeesSentBack,
    FindRetained,
    PassOn,
    PayFees,
    ReportFees,
    ReturnFees,
    SendBack,
    Status,
    WithdrawApproval,
)
from fund_ledger.months.domain import after
from fund_ledger.payments.domain.checks import check_moved, check_same
from kernel.values.decider import Decider
from kernel.values.money import yuan_from_fen
from kernel.values.refusals import Refused, conflict, forbidden, not_found


def decide(command: FeeCommand, state: Fees | None) -> Sequence[FeeEvent]:
    """What a command brings about.

    Raises Refused MONTH_NOT_OVER, FEES_REPORTED_BEFORE, FEES_FIGURES, FEES_OUT_OF_ORDER, FEES_CENTRE_FOREIGN,
    FEES_CLINIC_ELSEWHERE; FEES_UNKNOWN, FEES_NOT_IN_STATE, SAME_PERSON, AMOUNT_DIFFERS, FEES_CLINIC_UNKNOWN,
    FEES_EXCEEDED, DATES_OUT_OF_ORDER, FEES_PASSED_ON and those of a day on which money moved.
    """
    if isinstance(command, ReportFees):
        return _report(command, state)
    if state is None:
        raise not_found("FEES_UNKNOWN", f"there is no report {command.fees_id}", fees_id=command.fees_id)
    told: Sequence[FeeEvent]
    match command:
        case SendBack():
            _must_be(state, "reported")
            told = (FeesSentBack(_changed(state, status="sent_back", sent_back_for=command.why)),)
        case ApproveFees():
            _must_be(state, "reported")
            _must_be_another(command.by, state.reported_by, state)
            check_same(state.fees_id, state.due_fen, command.due_fen)
            told = (FeesApproved(_changed(state, status="approved", approved_by=command.by)),)
        case WithdrawApproval():
            _must_be(state, "approved")
            _must_be_another(command.by, state.approved_by, state)
            open_again = _changed(state, status="sent_back", sent_back_for=command.why, approved_by=None)
            told = (FeesApprovalWithdrawn(open_again),)
        case PayFees():
            told = _pay(command, state)
        case ReturnFees():
            told = _return(command, state)
        case PassOn():
            told = _pass_on(command, state)
        case FindRetained():
            told = _find(command, state)
        case _:
            assert_never(command)
    return told


def _report(command: ReportFees, state: Fees | None) -> Sequence[FeeEvent]:
    month = command.month
    if command.today < after(month):
        raise conflict("MONTH_NOT_OVER", f"{month:%Y-%m} is not over; report it from {after(month)} on")
    if state is not None and state.status != "sent_back":
        detail = f"{state.fees_id} was reported on {state.reported_on} and is {state.status}"
        raise conflict("FEES_REPORTED_BEFORE", detail, fees_id=state.fees_id)
    clinics = tuple(ClinicFee(clinic, visits, visits * command.unit_fee_fen) for clinic, visits in command.visits)
    due = sum(clinic.due_fen for clinic in clinics)
    if len({clinic.clinic_id for clinic in clinics}) < len(clinics) or due <= 0:
        raise Refused("FEES_FIGURES", "name each clinic once, with its visits; all together at least one visit")
    if not command.in_order:
        detail = f"{command.fees_id} is beside another report of {month:%Y-%m}: the one before it comes first"
        raise conflict("FEES_OUT_OF_ORDER", detail, fees_id=command.fees_id)
    if not command.is_here:
        detail = f"no clinic of {command.county} settles with {command.centre_id}: its agency says so before"
        raise forbidden("FEES_CENTRE_FOREIGN", detail, fees_id=command.fees_id)
    if command.elsewhere:
        detail = f"{', '.join(command.elsewhere)} settles with another centre, or is in a report of {month:%Y-%m}"
        raise conflict("FEES_CLINIC_ELSEWHERE", detail, fees_id=command.fees_id)
    reported = Fees(
        fees_id=command.fees_id,
        county=command.county,
        fund=command.fund,
        centre_id=command.centre_id,
        month=month,
        route=command.route,
        status="reported",
        unit_fee_fen=command.unit_fee_fen,
        due_fen=due,
        clinics=clinics,
        clause=command.clause,
        reported_on=command.today,
        reported_by=command.by,
        unreported=command.unreported,
    )
    return (FeesReported(reported),)


def _pay(command: PayFees, state: Fees) -> Sequence[FeeEvent]:
    _must_be(state, "approved")
    _must_be_another(command.by, state.approved_by, state)
    check_same(state.fees_id, state.due_fen, command.amount_fen)
    check_moved(state.due_fen, command.paid_on, command.today)
    if command.paid_on < state.reported_on:
        raise Refused("DATES_OUT_OF_ORDER", f"{command.paid_on} is before {state.fees_id} was reported")
    paid = _changed(state, status="paid", paid_on=command.paid_on, paid_by=command.by)
    if state.route == "DIRECT":
        # The clinics themselves are paid: nothing is anybody's to pass on.
        whole = tuple(msgspec.structs.replace(clinic, passed_fen=clinic.due_fen) for clinic in state.clinics)
        paid = _changed(paid, status="done", passed_fen=state.due_fen, clinics=whole)
    return (FeesPaid(paid),)


def _return(command: ReturnFees, state: Fees) -> Sequence[FeeEvent]:
    _must_be(state, "done" if state.route == "DIRECT" else "paid")
    if state.route == "THROUGH_CENTRE" and state.passed_fen:
        detail = f"{yuan_from_fen(state.passed_fen)} yuan of {state.fees_id} have reached clinics: it did not come back"
        raise conflict("FEES_PASSED_ON", detail, fees_id=state.fees_id)
    if (paid_by := state.paid_by or command.sent_by) is None:
        detail = f"nothing says who paid {state.fees_id}, so nobody can be another person"
        raise conflict("PAYER_NOT_NOTED", detail, fees_id=state.fees_id)
    _must_be_another(command.by, paid_by, state)
    check_moved(state.due_fen, command.paid_on, command.today)
    assert state.paid_on is not None, "what came back was paid"
    if command.paid_on < state.paid_on:
        raise Refused("DATES_OUT_OF_ORDER", f"{command.paid_on} is before {state.fees_id} was paid")
    none = tuple(msgspec.structs.replace(clinic, passed_fen=0) for clinic in state.clinics)
    back = _changed(state, status="approved", passed_fen=0, clinics=none, paid_on=None, paid_by=None, found_on=None)
    return (FeesReturned(back),)


def _pass_on(command: PassOn, state: Fees) -> Sequence[FeeEvent]:
    _must_be(state, "paid")
    given = dict(command.passed_fen)
    if len(given) < len(command.passed_fen) or not (given or command.all_of_it):
        raise Refused("FEES_FIGURES", "name each clinic that got something once, or say that nothing more follows")
    if strange := sorted(given.keys() - {clinic.clinic_id for clinic in state.clinics}):
        detail = f"{', '.join(strange)} has no fee in {state.fees_id}"
        raise conflict("FEES_CLINIC_UNKNOWN", detail, fees_id=state.fees_id)
    assert state.paid_on is not None, "what is passed on was paid"
    if given:
        check_moved(sum(given.values()), command.passed_on, command.today)
    if command.passed_on < state.paid_on:
        raise Refused("DATES_OUT_OF_ORDER", f"{command.passed_on} is before {state.fees_id} was paid")
    clinics = tuple(_passed(clinic, given.get(clinic.clinic_id, 0)) for clinic in state.clinics)
    passed = sum(clinic.passed_fen for clinic in clinics)
    status: Status = "done" if passed == state.due_fen else "paid"
    after_it = _changed(state, clinics=clinics, passed_fen=passed, status=status)
    told: list[FeeEvent] = [FeesPassedOn(after_it, given)] if given else []
    if command.all_of_it and status == "paid":
        told.append(_retained(after_it, command))
    return tuple(told)


def _passed(clinic: ClinicFee, amount_fen: int) -> ClinicFee:
    passed = clinic.passed_fen + amount_fen
    if passed > clinic.due_fen:
        left = yuan_from_fen(clinic.due_fen - clinic.passed_fen)
        detail = f"{clinic.clinic_id} has {left} yuan to get, so {yuan_from_fen(amount_fen)} yuan is too much"
        raise conflict("FEES_EXCEEDED", detail, clinic=clinic.clinic_id)
    return msgspec.structs.replace(clinic, passed_fen=passed)


def _find(command: FindRetained, state: Fees) -> Sequence[FeeEvent]:
    if state.status == "done":
        raise conflict("FEES_PASSED_ON", f"every clinic has got all of {state.fees_id}", fees_id=state.fees_id)
    _must_be(state, "paid")
    return (_retained(state, command),)


def _retained(state: Fees, command: PassOn | FindRetained) -> FeesRetained:
    short = tuple(clinic.clinic_id for clinic in state.clinics if clinic.passed_fen < clinic.due_fen)
    found = _changed(state, found_on=command.today)
    return FeesRetained(fees=found, left_fen=found.left_fen, clinics=short)


def _changed(fees: Fees, **fields: object) -> Fees:
    return msgspec.structs.replace(fees, **fields)


def _must_be(fees: Fees, wanted: Status) -> None:
    if fees.status != wanted:
        detail = f"{fees.fees_id} is {fees.status}; for this it must be {wanted}"
        raise conflict("FEES_NOT_IN_STATE", detail, fees_id=fees.fees_id, status=fees.status)


def _must_be_another(by: str, before: str | None, fees: Fees) -> None:
    if by == before:
        raise conflict("SAME_PERSON", f"{by} took the step before on {fees.fees_id}; somebody else takes this one")


def evolve(_state: Fees | None, event: FeeEvent) -> Fees:
    """The state after an event."""
    return event.fees


DECIDER: Final[Decider[FeeCommand, Fees | None, FeeEvent]] = Decider(None, decide, evolve)
