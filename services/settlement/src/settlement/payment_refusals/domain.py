"""Refusal of payment: a certification was cancelled, visits since are not paid (003 三(九), AMB-D5)."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

import msgspec

from kernel.values.decider import Decider
from law.certificate import Certificate


class CertifiedBill(msgspec.Struct, frozen=True, kw_only=True):
    """A settled visit that rests on a certification; ``payers`` are those whose money does."""

    settlement_id: str
    encounter_id: str
    person_id: str
    hospital_id: str
    county: str
    certification_id: str
    visited_on: date
    payers: tuple[str, ...]
    amount_fen: int


class Cancelled(msgspec.Struct, frozen=True):
    """A person's certification that does not hold from a day on."""

    person_id: str
    certification_id: str
    cancelled_from: date


def cancelled_of(person_id: str, certifications: Iterable[Certificate]) -> tuple[Cancelled, ...]:
    """Those of a person's certifications that were cancelled."""
    return tuple(
        Cancelled(person_id, one.certification_id, one.cancelled_from)
        for one in certifications
        if one.cancelled_from is not None
    )


class RefusePayment(msgspec.Struct, frozen=True):
    """The certification behind a bill does not hold from a day on."""

    bill: CertifiedBill
    cancelled_from: date
    now: datetime


class PaymentRefused(msgspec.Struct, frozen=True):
    """The hospital bears what the payers gave for this bill; the patient's result stands and nothing is asked back."""

    bill: CertifiedBill
    cancelled_from: date
    refused_at: datetime


#: The refusal, if there was one.
State = PaymentRefused | None


def decide(command: RefusePayment, state: State) -> Sequence[PaymentRefused]:
    """Refuse a visit's money once, if the visit lies in the time without a certification and there is money."""
    bill = command.bill
    if state is not None or bill.visited_on < command.cancelled_from or not bill.payers:
        return ()
    return (PaymentRefused(bill, command.cancelled_from, command.now),)


DECIDER: Decider[RefusePayment, State, PaymentRefused] = Decider(None, decide, lambda _refused, event: event)
