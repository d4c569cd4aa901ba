"""What settlement told of bills on paper: each case as it stands."""

from typing import Final

from sqlalchemy import Index, MetaData, Table
from sqlalchemy.dialects.postgresql import JSONB

from contracts.settlement import CaseChanged
from kernel.writing.columns import columns_of
from kernel.writing.read_model import RowsByMessage
from kernel.writing.read_tables import put_of

TABLES: Final = MetaData()

#: Without the person: what is checked of a case is the offices' work.
paper_cases: Final = Table(
    "paper_cases",
    TABLES,
    *columns_of(CaseChanged, "case_id", leaving=("person_id",), visits=JSONB, signed=JSONB),
    Index("paper_cases_county", "county", "case_id"),
    Index("paper_cases_handed_in", "county", "handed_in_on"),
)

ROWS: Final[RowsByMessage] = {CaseChanged: lambda event: [put_of(event, paper_cases)]}
