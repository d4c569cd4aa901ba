"""A settled bill as the ledger sees it: who is to pay how much to whom, and nothing of why."""

import msgspec


class PayerPart(msgspec.Struct, frozen=True):
    """One payer's part of a bill in fen. ``funding`` names the funds behind it in order; none means the payer's own.

    ``payout_fen`` goes to the person beside the bill. ``payee`` gets the part itself: HOSPITAL or PERSON.
    """

    payer: str
    amount_fen: int
    funding: tuple[str, ...] = ()
    payout_fen: int = 0
    payee: str = "HOSPITAL"

    @property
    def cascade(self) -> tuple[str, ...]:
        """The funds that pay it, in order."""
        return self.funding or (self.payer,)


class SettledBill(msgspec.Struct, frozen=True, kw_only=True):
    """What the payers took over of a bill of a county's person at a hospital.

    ``refund_fen`` is what the patient prepaid there beyond the own share: the hospital holds it and owes it.
    """

    settlement_id: str
    county: str
    hospital_id: str
    person_id: str
    parts: tuple[PayerPart, ...]
    refund_fen: int = 0


class SupplementedBill(msgspec.Struct, frozen=True, kw_only=True):
    """What changes for the payers of a settled bill: parts are new less old, and may be below zero.

    ``patient_fen`` is what the patient should have paid more; below zero, what was paid too much at the hospital.
    """

    supplement_id: str
    settlement_id: str
    county: str
    hospital_id: str
    person_id: str
    patient_fen: int
    parts: tuple[PayerPart, ...]
