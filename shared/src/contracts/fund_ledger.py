"""What the fund ledger publishes: journals as they are booked, funds that cross zero, and what money has met."""

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


class FundingOrderChanged(msgspec.Struct, frozen=True, kw_only=True):
    """An order for money as it stands after money met it, or was let go (001 二(三), 004 四).

    ``status`` is ``met`` once all of it came: ``met_on`` is the day on which the bank had the last of it, in China, and
    ``met_by`` the journal of that receipt. An order that came to nothing is met by none.
    """

    order_id: str
    county: str
    fund: str
    kind: str
    year: int
    month: int | None
    status: str
    amount_fen: int
    received_fen: int
    met_on: date | None = None
    met_by: str | None = None


class HospitalStatementChanged(msgspec.Struct, frozen=True, kw_only=True):
    """A hospital's monthly statement to a payer as it stands: drawn, reviewed, paid, returned, carried or closed.

    ``paid_on`` is the day on which the bank paid it, in China. ``undrawn`` are the county's funds that owed another
    hospital something of the months up to this one of which it had no statement yet.
    """

    statement_id: str
    hospital_id: str
    county: str
    fund: str
    month: date
    status: str
    drawn_on: date
    payable_fen: int
    paid_on: date | None
    payment_id: str | None
    undrawn: tuple[str, ...]


class ClearingChanged(msgspec.Struct, frozen=True, kw_only=True):
    """A county's year was closed, or what a clearing of it left was paid; ``left`` are still to be paid.

    ``on`` is the day of the closing, or that of the money, in China; ``account`` and ``journal_id`` are None of a
    closing.
    """

    county: str
    year: int
    left: int
    on: date
    account: str | None = None
    journal_id: str | None = None


class ConsultationFeesChanged(msgspec.Struct, frozen=True, kw_only=True):
    """A health centre's report of a month's consultation fees as it stands (003 四(十一)).

    ``paid_on`` is the day on which the bank paid it, in China. ``unreported`` are the county's other centres that had
    not reported the month by then.
    """

    fees_id: str
    county: str
    centre_id: str
    month: date
    status: str
    due_fen: int
    paid_on: date | None
    unreported: tuple[str, ...]


CONTRACT: Final = Contract.of(
    TOPIC,
    JournalBooked,
    FundOverdrawn,
    FundRestored,
    ConsultationFeeRetained,
    FundingOrderChanged,
    HospitalStatementChanged,
    ClearingChanged,
    ConsultationFeesChanged,
)
