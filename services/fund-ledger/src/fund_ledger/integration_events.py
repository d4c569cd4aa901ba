"""What the ledger tells the other services: a reversal follows its booking, a fund's alarms follow each other.

What was stored before it was told says so by what it lacks, and stays untold (decision 0071)."""

from collections.abc import Callable, Mapping
from typing import Any, Final, get_args

import msgspec

from contracts import fund_ledger as contract
from fund_ledger.advances.domain.advance import AdvanceEvent
from fund_ledger.bank.domain.statement import BankEvent
from fund_ledger.funds.domain.order import FundingMet, OrderEvent
from fund_ledger.institutions.domain.aid import AidEvent
from fund_ledger.institutions.domain.budget import BudgetEvent
from fund_ledger.institutions.domain.clinic import ClinicEvent
from fund_ledger.institutions.domain.fee import FeeEvent, FeesRetained
from fund_ledger.institutions.domain.placement import PlacementEvent
from fund_ledger.journals.domain.events import (
    FundOverdrawn,
    FundRestored,
    JournalBooked,
    JournalReversed,
    RefusalNoted,
)
from fund_ledger.months.domain import MonthClosed
from fund_ledger.payees.domain import AccountsSeen, PayeeEvent
from fund_ledger.payment_files.domain.by_hand import HandEvent
from fund_ledger.payment_files.domain.file import FileEvent
from fund_ledger.payments.domain.limit import LimitSet
from fund_ledger.payments.domain.proposal import ProposalEvent
from fund_ledger.periods.domain.year import YearClosed, YearEvent
from fund_ledger.reservations.domain import ReservationEvent
from fund_ledger.statements.domain.statement import StatementEvent
from fund_ledger.subsidies.domain import SubsidyEvent
from kernel.messaging.envelope import Published
from kernel.messaging.mending import MendingEvent
from kernel.writing.event_store import RecordedEvent


def publish(recorded: RecordedEvent) -> Published | None:
    """The published form of a stored event; journals are keyed by journal, alarms by the fund's account."""
    return PUBLISHED[type(recorded.event)](recorded.event)


def _booked(event: JournalBooked) -> Published:
    return Published(event.journal_id, msgspec.convert(event, contract.JournalBooked, from_attributes=True))


def _reversed(event: JournalReversed) -> Published:
    back = contract.JournalBooked(
        journal_id=event.reversal_id,
        kind="reversal",
        booked_on=event.booked_on,
        postings=tuple(contract.PostingBooked(p.account, p.amount_fen, p.payer) for p in event.postings),
        settlement_id=event.settlement_id,
        reverses=event.journal_id,
    )
    return Published(event.journal_id, back)


def _crossed(event: FundOverdrawn | FundRestored) -> Published:
    told = contract.FundOverdrawn if isinstance(event, FundOverdrawn) else contract.FundRestored
    return Published(event.account, told(event.account, event.balance_fen, event.journal_id))


def _retained(event: FeesRetained) -> Published:
    of = event.fees
    told = contract.ConsultationFeeRetained(
        fees_id=of.fees_id,
        county=of.county,
        centre_id=of.centre_id,
        month=of.month,
        due_fen=of.due_fen,
        left_fen=event.left_fen,
        clinics=event.clinics,
        found_on=of.found_on or of.reported_on,
    )
    return Published(of.fees_id, told)


def _order(event: OrderEvent) -> Published | None:
    order = event.order
    if order.met_on is None and (not isinstance(event, FundingMet) or event.value_on is None):
        return None
    return Published(order.order_id, msgspec.convert(order, contract.FundingOrderChanged, from_attributes=True))


def _statement(event: StatementEvent) -> Published | None:
    of = event.statement
    if of.undrawn is None:
        return None
    return Published(of.statement_id, msgspec.convert(of, contract.HospitalStatementChanged, from_attributes=True))


def _year(event: YearEvent) -> Published | None:
    if event.left is None:
        return None
    if isinstance(event, YearClosed):
        told = contract.ClearingChanged(county=event.county, year=event.year, left=event.left, on=event.closed_on)
    else:
        told = contract.ClearingChanged(
            county=event.county,
            year=event.year,
            left=event.left,
            on=event.settled_on,
            account=event.account,
            journal_id=event.journal_id,
        )
    return Published(event.county, told)


def _fees(event: FeeEvent) -> Published | None:
    of = event.fees
    if of.unreported is None:
        return None
    return Published(of.fees_id, msgspec.convert(of, contract.ConsultationFeesChanged, from_attributes=True))


def _nothing(_event: object) -> None:
    """What was done to parked messages, and how the ledger is kept, is nobody else's business."""


#: Every event of the registry has an entry here.
PUBLISHED: Final[Mapping[type, Callable[[Any], Published | None]]] = {
    JournalBooked: _booked,
    JournalReversed: _reversed,
    FundOverdrawn: _crossed,
    FundRestored: _crossed,
    **dict.fromkeys(get_args(OrderEvent), _order),
    **dict.fromkeys(get_args(StatementEvent), _statement),
    **dict.fromkeys(get_args(YearEvent), _year),
    **dict.fromkeys(get_args(FeeEvent), _fees),
    FeesRetained: _retained,
    **dict.fromkeys(
        (
            RefusalNoted,
            MonthClosed,
            *get_args(AdvanceEvent),
            *get_args(BudgetEvent),
            *get_args(PlacementEvent),
            *get_args(AidEvent),
            *get_args(ClinicEvent),
            *get_args(SubsidyEvent),
            *get_args(BankEvent),
            LimitSet,
            *get_args(ProposalEvent),
            *get_args(ReservationEvent),
            *get_args(PayeeEvent),
            AccountsSeen,
            *get_args(FileEvent),
            *get_args(HandEvent),
            *get_args(MendingEvent),
        ),
        _nothing,
    ),
}
