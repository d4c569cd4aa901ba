"""The ledger's read model: its topics' rows, each event with an entry."""

from typing import Final

from fund_ledger.advances import rows as advances
from fund_ledger.bank import rows as bank
from fund_ledger.event_types import REGISTRY
from fund_ledger.funds import rows as funds
from fund_ledger.institutions import rows as institutions
from fund_ledger.journals import rows as journals
from fund_ledger.months import rows as months
from fund_ledger.payees import rows as payees
from fund_ledger.payment_files import rows as payment_files
from fund_ledger.payments import rows as payments
from fund_ledger.periods import rows as periods
from fund_ledger.reservations import rows as reservations
from fund_ledger.statements import rows as statements
from fund_ledger.subsidies import rows as subsidies
from kernel.messaging import mending
from kernel.writing.read_model import ReadModel

_TOPICS: Final = (
    months, journals, funds, payees, payments, reservations, statements, advances, institutions, subsidies, bank,
    payment_files, periods,
)  # fmt: skip

READ_MODEL: Final = ReadModel(
    REGISTRY,
    tables=tuple(topic.TABLES for topic in _TOPICS),
    topics=(*(topic.ROWS for topic in _TOPICS), mending.ROWS),
    not_rebuilt=(payees.SOURCES, statements.WORKING),
    derived=statements.DERIVED,
)
