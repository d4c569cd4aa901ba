"""Rows: subsidies as they stand."""

from typing import Final

from sqlalchemy import MetaData, Table
from sqlalchemy.dialects.postgresql import JSONB

from fund_ledger.subsidies.domain import Subsidy, SubsidyDue, SubsidyReceiptWithdrawn, SubsidyReceived
from kernel.writing.columns import columns_of
from kernel.writing.read_model import RowsByEvent, one_row

TABLES: Final = MetaData()

subsidies: Final = Table("subsidies", TABLES, *columns_of(Subsidy, "subsidy_id", received=JSONB))

_stands = one_row(subsidies, "subsidy")

ROWS: Final[RowsByEvent] = {SubsidyDue: _stands, SubsidyReceived: _stands, SubsidyReceiptWithdrawn: _stands}
