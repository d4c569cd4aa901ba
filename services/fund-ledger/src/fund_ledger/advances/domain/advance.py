"""An advance of a revolving fund: applied for, paid by another person, taken back in parts, or written off.

Leye's rescue fund advances an out-of-county stay and takes it back from the reimbursement; its claim fund pays a
hospital for a slow insurer and is set off when the insurer's money comes (000 一(二)3).
"""

from collections.abc import Sequence
from datetime import date
from typing import Final, Literal, assert_never

import msgspec

from fund_ledger.advances.domain.revolving import grant, may_draw, recover, set_off
from kernel.values.decider import Decider
from kernel.values.money import yuan_from_fen
from kernel.values.refusals import Refused, conflict, not_found
from law.packs.rules import Advance as Rule

Kind = Literal["RESCUE", "CLAIM"]
Status = Literal["applied", "open", "repaid", "written_off"]


class Advance(msgspec.Struct, frozen=True, kw_only=True):
    """An advance as it stands, in fen. ``about`` is the stay, or the settlement, that it is for: one for each.

    ``debtor_kind`` and ``debtor_id`` say who has to give it back: the person, or the insurer.
    """

    advance_id: str
    kind: Kind
    county: str
    fund: str
    about: str
    status: Status
    debtor_kind: str
    debtor_id: str
    hospital_id: str | None
    amount_fen: int
    repaid_fen: int
    written_off_fen: int
    clause: str
    applied_on: date
    paid_on: date | None
    signed_by: tuple[str, ...]

    @property
    def outstanding_fen(self) -> int:
        """What is still to be given back."""
        return self.amount_fen - self.repaid_fen - self.written_off_fen if self.paid_on else 0


class Apply(msgspec.Struct, frozen=True, kw_only=True):
    """Ask for an advance by the place's rule. A rescue advance says what the person and the stay are like."""

    advance_id: str
    rule: Rule
    kind: Kind
    county: str
    about: str
    debtor_id: str
    hospital_id: str | None
    amount_fen: int
    clause: str
    by: str
    today: date
    poor: bool = False
    at_risk: bool = False
    out_county_inpatient: bool = False
    cost_fen: int = 0


class Pay(msgspec.Struct, frozen=True, kw_only=True):
    """Pay an advance out of the fund, whose bank account has ``bank_fen``; a claim only as far as it is owed."""

    advance_id: str
    by: str
    bank_fen: int
    owed_fen: int
    paid_on: date


class TakeBack(msgspec.Struct, frozen=True, kw_only=True):
    """A reimbursement, or an insurer's payment, of ``paid_fen`` came."""

    advance_id: str
    paid_fen: int


class PaidToPerson(msgspec.Struct, frozen=True, kw_only=True):
    """The insurer has paid the person and not the fund: now the person has to give it back."""

    advance_id: str
    person_id: str


class WriteOff(msgspec.Struct, frozen=True, kw_only=True):
    """What is outstanding will not come (AMB-L7); another person than those before agrees."""

    advance_id: str
    by: str


AdvanceCommand = Apply | Pay | TakeBack | PaidToPerson | WriteOff


class AdvanceApplied(msgspec.Struct, frozen=True):
    """An advance was asked for, and may be paid."""

    advance: Advance


class AdvancePaid(msgspec.Struct, frozen=True):
    """An advance was paid out."""

    advance: Advance


class AdvanceRepaid(msgspec.Struct, frozen=True, kw_only=True):
    """So much came back; what the payment was more than that is the person's."""

    advance: Advance
    recovered_fen: int
    to_person_fen: int


class AdvanceMoved(msgspec.Struct, frozen=True):
    """Somebody else has to give it back."""

    advance: Advance
    from_id: str


class AdvanceWrittenOff(msgspec.Struct, frozen=True):
    """What was outstanding was written off."""

    advance: Advance
    amount_fen: int


AdvanceEvent = AdvanceApplied | AdvancePaid | AdvanceRepaid | AdvanceMoved | AdvanceWrittenOff


def decide(command: AdvanceCommand, state: Advance | None) -> Sequence[AdvanceEvent]:
    """What a command brings about.

    Raises Refused ADVANCE_EXISTS, AMOUNT_NOT_POSITIVE, ADVANCE_NOT_ELIGIBLE; ADVANCE_UNKNOWN, ADVANCE_NOT_IN_STATE,
    SAME_PERSON, ADVANCE_EXCEEDS_FUND, ADVANCE_EXCEEDS_DEBT, PAYMENT_EXCEEDS_ADVANCE, ADVANCE_OF_PERSON.
    """
    if isinstance(command, Apply):
        return _apply(command, state)
    if state is None:
        raise not_found("ADVANCE_UNKNOWN", f"there is no advance {command.advance_id}")
    match command:
        case Pay():
            return _pay(command, state)
        case TakeBack():
            return _take_back(command, state)
        case PaidToPerson():
            return _paid_to_person(command, state)
        case WriteOff():
            return _write_off(command, state)
        case _:
            assert_never(command)


def _apply(command: Apply, state: Advance | None) -> Sequence[AdvanceEvent]:
    if state is not None:
        raise conflict("ADVANCE_EXISTS", f"{state.advance_id} was applied for on {state.applied_on}; there is one only")
    if command.amount_fen <= 0:
        raise Refused("AMOUNT_NOT_POSITIVE", "an advance of 0.00 yuan moves nothing; the amount must be above zero")
    if command.kind == "RESCUE":
        _check_eligible(command)
    advance = Advance(
        advance_id=command.advance_id,
        kind=command.kind,
        county=command.county,
        fund=command.rule.fund,
        about=command.about,
        status="applied",
        debtor_kind="person" if command.kind == "RESCUE" else "insurer",
        debtor_id=command.debtor_id,
        hospital_id=command.hospital_id,
        amount_fen=command.amount_fen,
        repaid_fen=0,
        written_off_fen=0,
        clause=command.clause,
        applied_on=command.today,
        paid_on=None,
        signed_by=(command.by,),
    )
    return (AdvanceApplied(advance),)


def _check_eligible(command: Apply) -> None:
    person = {"poor": command.poor, "at_risk": command.at_risk, "out_county_inpatient": command.out_county_inpatient}
    if not may_draw(command.rule.lines, **person, cost_fen=command.cost_fen) or command.amount_fen > command.cost_fen:
        lines = ", ".join(f"{line.person} above {line.above_yuan}" for line in command.rule.lines)
        detail = f"{command.rule.fund} advances out-of-county stays, at most their cost: {lines} (000 一(二)3)"
        raise conflict("ADVANCE_NOT_ELIGIBLE", detail)


def _pay(command: Pay, advance: Advance) -> Sequence[AdvanceEvent]:
    _must_be(advance, "applied")
    _must_be_another(command.by, advance)
    grant(command.bank_fen, advance.amount_fen)
    if advance.kind == "CLAIM" and advance.amount_fen > command.owed_fen:
        detail = f"the insurer owes the hospital {yuan_from_fen(max(0, command.owed_fen))} yuan; no more is paid for it"
        raise conflict("ADVANCE_EXCEEDS_DEBT", detail)
    signed = (*advance.signed_by, command.by)
    return (AdvancePaid(_changed(advance, status="open", paid_on=command.paid_on, signed_by=signed)),)


def _take_back(command: TakeBack, advance: Advance) -> Sequence[AdvanceEvent]:
    _must_be(advance, "open")
    outstanding = advance.outstanding_fen
    if command.paid_fen <= 0:
        raise Refused("AMOUNT_NOT_POSITIVE", "0.00 yuan takes nothing back; the amount must be above zero")
    if advance.kind == "RESCUE":
        shared = recover(outstanding, command.paid_fen)
        recovered, rest = shared.recovered_fen, shared.paid_to_patient_fen
    else:
        recovered, rest = outstanding - set_off(outstanding, command.paid_fen), 0
    status: Status = "repaid" if recovered == outstanding else "open"
    after = _changed(advance, repaid_fen=advance.repaid_fen + recovered, status=status)
    return (AdvanceRepaid(advance=after, recovered_fen=recovered, to_person_fen=rest),)


def _paid_to_person(command: PaidToPerson, advance: Advance) -> Sequence[AdvanceEvent]:
    _must_be(advance, "open")
    if advance.debtor_kind == "person":
        raise conflict("ADVANCE_OF_PERSON", f"{advance.advance_id} is owed by {advance.debtor_id} already")
    return (AdvanceMoved(_changed(advance, debtor_kind="person", debtor_id=command.person_id), advance.debtor_id),)


def _write_off(command: WriteOff, advance: Advance) -> Sequence[AdvanceEvent]:
    _must_be(advance, "open")
    _must_be_another(command.by, advance)
    left = advance.outstanding_fen
    signed = (*advance.signed_by, command.by)
    gone = _changed(advance, status="written_off", written_off_fen=left, signed_by=signed)
    return (AdvanceWrittenOff(gone, left),)


def _changed(advance: Advance, **fields: object) -> Advance:
    return msgspec.structs.replace(advance, **fields)


def _must_be(advance: Advance, wanted: Status) -> None:
    if advance.status != wanted:
        detail = f"{advance.advance_id} is {advance.status}; for this it must be {wanted}"
        raise conflict("ADVANCE_NOT_IN_STATE", detail, status=advance.status)


def _must_be_another(by: str, advance: Advance) -> None:
    if by in advance.signed_by:
        raise conflict("SAME_PERSON", f"{by} has signed {advance.advance_id}; somebody else takes the next step")


def evolve(_state: Advance | None, event: AdvanceEvent) -> Advance:
    """The state after an event."""
    return event.advance


DECIDER: Final[Decider[AdvanceCommand, Advance | None, AdvanceEvent]] = Decider(None, decide, evolve)
