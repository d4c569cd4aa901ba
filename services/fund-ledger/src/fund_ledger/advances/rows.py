"""Rows: advances as they stand."""

from typing import Final

from sqlalchemy import Index, MetaData, Table, Text

from fund_ledger.advances.domain.advance import (
    Advance,
    AdvanceApplied,
    AdvanceMoved,
    AdvancePaid,
    AdvanceRepaid,
    AdvanceWrittenOff,
)
from kernel.writing.columns import columns_of
from kernel.writing.read_model import RowsByEvent, one_row

TABLES: Final = MetaData()

advances: Final = Table(
    "advances",
    TABLES,
    *columns_of(Advance, "advance_id", kind=Text, status=Text),
    Index("advances_county", "county", "advance_id"),
)

_stands = one_row(advances, "advance")

ROWS: Final[RowsByEvent] = {
    AdvanceApplied: _stands,
    AdvancePaid: _stands,
    AdvanceRepaid: _stands,
    AdvanceMoved: _stands,
    AdvanceWrittenOff: _stands,
}
