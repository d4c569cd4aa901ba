"""A payment that somebody typed into the bank's own program: it has the bank's reference, and goes into no file."""

from collections.abc import Sequence
from datetime import date
from typing import Final, Literal, assert_never

import msgspec

from fund_ledger.payment_files.domain.payment import Payment, unpaid
from kernel.values.decider import Decider
from kernel.values.refusals import forbidden, not_found

WithdrawReason = Literal["OTHER_PAYMENT", "NOT_CARRIED_OUT"]


class HandPayment(msgspec.Struct, frozen=True, kw_only=True):
    """A payment out of ``account``, and the bank's own ``reference`` of the transfer that carried it out."""

    account: str
    journal_id: str
    amount_fen: int
    reference: str
    marked_on: date
    marked_by: str


class MarkByHand(msgspec.Struct, frozen=True, kw_only=True):
    """Finance has paid ``payment`` at the bank by hand."""

    account: str
    journal_id: str
    payment: Payment | None
    reference: str
    by: str
    on: date


class WithdrawMark(msgspec.Struct, frozen=True, kw_only=True):
    """The mark was wrong; said by somebody other than who made it, as the payment may go to the bank then."""

    journal_id: str
    by: str
    on: date
    reason: WithdrawReason


HandCommand = MarkByHand | WithdrawMark


class PaidByHand(msgspec.Struct, frozen=True):
    """A payment was carried out by hand."""

    payment: HandPayment


class HandPaymentWithdrawn(msgspec.Struct, frozen=True, kw_only=True):
    """It was not carried out so."""

    payment: HandPayment
    by: str
    on: date
    reason: WithdrawReason


HandEvent = PaidByHand | HandPaymentWithdrawn


def decide(command: HandCommand, state: HandPayment | None) -> Sequence[HandEvent]:
    """What a command brings about. Raises Refused as ``unpaid``; HAND_PAYMENT_UNKNOWN, HAND_PAYMENT_SAME_PERSON."""
    match command:
        case MarkByHand():
            payment = unpaid(command.journal_id, command.payment, command.account)
            marked = HandPayment(
                account=command.account,
                journal_id=command.journal_id,
                amount_fen=payment.amount_fen,
                reference=command.reference,
                marked_on=command.on,
                marked_by=command.by,
            )
            return (PaidByHand(marked),)
        case WithdrawMark(journal_id=of, by=by):
            if state is None:
                raise not_found("HAND_PAYMENT_UNKNOWN", f"{of} is not marked as paid by hand", journal_id=of)
            if by == state.marked_by:
                raise forbidden("HAND_PAYMENT_SAME_PERSON", f"{by} marked {of}; somebody else must withdraw it")
            return (HandPaymentWithdrawn(payment=state, by=by, on=command.on, reason=command.reason),)
        case _:
            assert_never(command)


def evolve(_state: HandPayment | None, event: HandEvent) -> HandPayment | None:
    """The state after an event."""
    return event.payment if isinstance(event, PaidByHand) else None


DECIDER: Final[Decider[HandCommand, HandPayment | None, HandEvent]] = Decider(None, decide, evolve)


def stream_of(journal_id: str) -> str:
    """The stream of what is said of a payment."""
    return f"hand-payment/{journal_id}"
