"""Rows: copies of the form that came to their keepers."""

from typing import Final

from sqlalchemy import MetaData, Table

from kernel.writing.columns import columns_of
from kernel.writing.read_model import RowsByEvent, one_row
from referral.copies.domain import CopyDelivered

TABLES: Final = MetaData()

copies: Final = Table("copies", TABLES, *columns_of(CopyDelivered, "referral_id", "copy"))

ROWS: Final[RowsByEvent] = {CopyDelivered: one_row(copies)}
