"""A payment as the books have it, and what speaks against handing it to the bank."""

import msgspec

from kernel.values.refusals import conflict, not_found


class Payment(msgspec.Struct, frozen=True, kw_only=True):
    """A payment out of a bank account; returned, in a file, seen as paid, or paid by hand under a reference."""

    journal_id: str
    kind: str
    payee_kind: str
    payee_id: str
    amount_fen: int
    returned: bool = False
    filed_in: str | None = None
    met: bool = False
    by_hand: str | None = None


def unpaid(journal_id: str, payment: Payment | None, account: str) -> Payment:
    """A payment out of ``account`` that nobody is known to have carried out, and that no file asks for.

    Raises Refused PAYMENT_UNKNOWN, PAYMENT_RETURNED, PAYMENT_FILED, PAYMENT_CARRIED_OUT, PAYMENT_BY_HAND.
    """
    if payment is None:
        raise not_found("PAYMENT_UNKNOWN", f"{journal_id} is no payment out of {account}", journal_id=journal_id)
    if payment.returned:
        raise conflict("PAYMENT_RETURNED", f"{journal_id} went back: pay it anew", journal_id=journal_id)
    if payment.filed_in is not None:
        detail = f"{journal_id} is in the file {payment.filed_in}"
        raise conflict("PAYMENT_FILED", detail, journal_id=journal_id, file_id=payment.filed_in)
    if payment.met:
        detail = f"{journal_id} is on a statement of the bank: it was carried out"
        raise conflict("PAYMENT_CARRIED_OUT", detail, journal_id=journal_id)
    if payment.by_hand is not None:
        detail = f"{journal_id} was paid by hand, as {payment.by_hand} at the bank"
        raise conflict("PAYMENT_BY_HAND", detail, journal_id=journal_id)
    return payment
