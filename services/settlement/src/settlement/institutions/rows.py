"""The rows of the registry of institutions."""

from typing import Final

from sqlalchemy import MetaData, Table, Text

from kernel.writing.columns import columns_of
from kernel.writing.read_model import RowsByEvent, one_row
from settlement.institutions.domain import InstitutionContracted

TABLES: Final = MetaData()

institutions: Final = Table("institutions", TABLES, *columns_of(InstitutionContracted, "hospital_id", kind=Text))

ROWS: Final[RowsByEvent] = {InstitutionContracted: one_row(institutions)}
