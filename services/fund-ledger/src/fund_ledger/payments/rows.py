"""Rows: each county's sum, and proposals as they stand."""

from typing import Final

from sqlalchemy import Index, MetaData, Table, Text

from fund_ledger.payments.domain.limit import Limit, LimitSet
from fund_ledger.payments.domain.proposal import MoneyProposed, MoneyRejected, MoneyReleased, Proposal
from kernel.writing.columns import columns_of
from kernel.writing.read_model import RowsByEvent, one_row

TABLES: Final = MetaData()

money_limits: Final = Table("money_limits", TABLES, *columns_of(Limit, "county"))
money_proposals: Final = Table(
    "money_proposals",
    TABLES,
    *columns_of(Proposal, "proposal_id", kind=Text, status=Text, reason=Text),
    Index("money_proposals_county", "county", "status", "proposal_id"),
)

_stands = one_row(money_proposals, "proposal")

ROWS: Final[RowsByEvent] = {
    LimitSet: one_row(money_limits, "limit"),
    MoneyProposed: _stands,
    MoneyReleased: _stands,
    MoneyRejected: _stands,
}
