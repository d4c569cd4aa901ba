"""Rows: leading groups as they stand."""

from typing import Final

from sqlalchemy import MetaData, Table
from sqlalchemy.dialects.postgresql import JSONB

from kernel.writing.columns import columns_of
from kernel.writing.read_model import RowsByEvent, one_row
from operations.leading_group.domain import Group, LeadingGroupSet

TABLES: Final = MetaData()

leading_groups: Final = Table("leading_groups", TABLES, *columns_of(Group, "county", members=JSONB))

ROWS: Final[RowsByEvent] = {LeadingGroupSet: one_row(leading_groups, "group")}
