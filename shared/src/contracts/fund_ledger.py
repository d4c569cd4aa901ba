"""What the fund ledger publishes: journals as they are booked, and funds that cross zero."""

from datetime import date
from typing import Final

import msgspec

from kernel.values.contract import Contract

TOPIC: Final = "fund-ledger"


class PostingBooked(msgspec.Struct, frozen=True):
    """One line of a journal: debit positive, credit negative, in fen; ``payer`` is the layer of a bill it is for."""

    account: str
    amount_fen: int
    payer: str | None = None


class JournalBooked(msgspec.Struct, frozen=True, kw_only=True):
    """A balanced journal: settlement, receipt, payment or reversal.

    ``reverses`` names the journal whose exact negative it is; ``source`` says where a receipt came from.
    """

    journal_id: str
    kind: str
    booked_on: date
    postings: tuple[PostingBooked, ...]
    settlement_id: str | None = None
    reverses: str | None = None
    source: str | None = None


class FundOverdrawn(msgspec.Struct, frozen=True):
    """A fund owes more than it holds; the patient's result stands, the owner must pay in (AMB-L9)."""

    account: str
    balance_fen: int
    journal_id: str


class FundRestored(msgspec.Struct, frozen=True):
    """A fund that was in debt has at least nothing again."""

    account: str
    balance_fen: int
    journal_id: str


class ConsultationFeeRetained(msgspec.Struct, frozen=True, kw_only=True):
    """A health centre keeps ``left_fen`` of a month's consultation fee that is these clinics' (003 四(十一))."""

    fees_id: str
    county: str
    centre_id: str
    month: date
    due_fen: int
    left_fen: int
    clinics: tuple[str, ...]
    found_on: date


CONTRACT: Final = Contract.of(TOPIC, JournalBooked, FundOverdrawn, FundRestored, ConsultationFeeRetained)
