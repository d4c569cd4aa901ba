"""Rows: breaches as they stand."""

from typing import Final

from sqlalchemy import Index, MetaData, Table, Text

from kernel.writing.columns import columns_of
from kernel.writing.read_model import RowsByEvent, one_row
from operations.breaches.domain.breach import Breach, BreachClosed, BreachNoticed, BreachOpened, BreachWithdrawn

TABLES: Final = MetaData()

breaches: Final = Table(
    "breaches",
    TABLES,
    *columns_of(Breach, "breach_id", kind=Text, status=Text),
    Index("breaches_county", "county", "breach_id"),
)

_stands = one_row(breaches, "breach")

ROWS: Final[RowsByEvent] = dict.fromkeys((BreachOpened, BreachNoticed, BreachClosed, BreachWithdrawn), _stands)
