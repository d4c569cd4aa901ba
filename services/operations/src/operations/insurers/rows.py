"""Rows: files of insurers as they stand."""

from typing import Final

from sqlalchemy import Index, MetaData, Table
from sqlalchemy.dialects.postgresql import JSONB

from kernel.writing.columns import columns_of
from kernel.writing.read_model import RowsByEvent, one_row
from operations.insurers.domain import Insurer, InsurerChecked, InsurerSet, InsurerTermsSet

TABLES: Final = MetaData()

insurers: Final = Table(
    "insurers",
    TABLES,
    *columns_of(Insurer, "insurer_id", terms=JSONB, checks=JSONB),
    Index("insurers_county", "county", "insurer_id"),
)

ROWS: Final[RowsByEvent] = dict.fromkeys((InsurerSet, InsurerTermsSet, InsurerChecked), one_row(insurers, "insurer"))
