"""Stored names of the ledger's events."""

from typing import Final, get_args

from fund_ledger.advances.domain.advance import AdvanceEvent
from fund_ledger.bank.domain.statement import BankEvent
from fund_ledger.funds.domain.order import OrderEvent
from fund_ledger.institutions.domain.aid import AidEvent
from fund_ledger.institutions.domain.budget import BudgetEvent
from fund_ledger.institutions.domain.clinic import ClinicEvent
from fund_ledger.institutions.domain.fee import FeeEvent
from fund_ledger.institutions.domain.placement import PlacementEvent
from fund_ledger.journals.domain.events import JournalEvent
from fund_ledger.months.domain import MonthClosed
from fund_ledger.payees.domain import AccountsSeen, PayeeEvent
from fund_ledger.payment_files.domain.by_hand import HandEvent
from fund_ledger.payment_files.domain.file import FileEvent
from fund_ledger.payments.domain.limit import LimitSet
from fund_ledger.payments.domain.proposal import ProposalEvent
from fund_ledger.periods.domain.year import YearEvent
from fund_ledger.reservations.domain import ReservationEvent
from fund_ledger.statements.domain.statement import StatementEvent
from fund_ledger.subsidies.domain import SubsidyEvent
from kernel.messaging.mending import MendingEvent
from kernel.writing.event_registry import EventRegistry

REGISTRY: Final = EventRegistry(
    [
        *get_args(JournalEvent),
        MonthClosed,
        *get_args(YearEvent),
        *get_args(OrderEvent),
        *get_args(AdvanceEvent),
        *get_args(StatementEvent),
        *get_args(BudgetEvent),
        *get_args(PlacementEvent),
        *get_args(AidEvent),
        *get_args(FeeEvent),
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
    ]
)
