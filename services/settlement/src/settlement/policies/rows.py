"""The rows of adopted law."""

from typing import Final

from sqlalchemy import MetaData, Table

from kernel.writing.columns import columns_of
from kernel.writing.read_model import RowsByEvent, one_row
from settlement.policies.domain import PolicyAdopted

TABLES: Final = MetaData()

policies: Final = Table("policies", TABLES, *columns_of(PolicyAdopted, "digest"))

ROWS: Final[RowsByEvent] = {PolicyAdopted: one_row(policies)}
