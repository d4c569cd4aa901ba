"""What can happen to a journal. Events carry their postings, so replay looks nothing up."""

from datetime import date

import msgspec


class Posting(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line: debit positive, credit negative, in fen. ``payer`` names the layer of a bill that it comes from."""

    account: str
    amount_fen: int
    payer: str | None = None


class JournalBooked(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A balanced journal. ``kind`` is settlement, supplement, refund, receipt, payment, collection, return and
    others of the topics; ``source`` says where a receipt came from.

    It counts in the month of ``booked_on``. ``effective_on`` is the day on which it happened, where that lies in a
    month that was closed by then. ``corrects`` names the journal that it takes back, for ``reason``.
    """

    journal_id: str
    kind: str
    booked_on: date
    postings: tuple[Posting, ...]
    settlement_id: str | None = None
    source: str | None = None
    effective_on: date | None = None
    corrects: str | None = None
    reason: str | None = None


class JournalReversed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The negative of the journal of the same id and of its supplements; what a person has got by now is owed back."""

    journal_id: str
    booked_on: date
    postings: tuple[Posting, ...]
    reason: str
    settlement_id: str | None = None
    effective_on: date | None = None

    @property
    def reversal_id(self) -> str:
        """The name under which the reversal stands beside its journal."""
        return f"{self.journal_id}-reversal"


class FundOverdrawn(msgspec.Struct, frozen=True):
    """A fund went into debt with this journal (AMB-L9). ``balance_fen`` is below zero; the patient's result stands."""

    account: str
    balance_fen: int
    journal_id: str


class FundRestored(msgspec.Struct, frozen=True):
    """A fund came out of its debt with this journal; ``balance_fen`` is zero or more."""

    account: str
    balance_fen: int
    journal_id: str


class RefusalNoted(msgspec.Struct, frozen=True):
    """These payers' money for a bill is refused to the hospital though they had given none yet: what comes later is."""

    journal_id: str
    payers: tuple[str, ...]


JournalEvent = JournalBooked | JournalReversed | RefusalNoted | FundOverdrawn | FundRestored
