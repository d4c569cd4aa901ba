"""What identity told: who is poor, insured and certified, without a name; and which comparisons were pushed."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Boolean, Column, Date, Index, Integer, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from contracts.identity import ComparisonPushed, EntitlementChanged
from kernel.writing.columns import columns_of
from kernel.writing.read_model import RowsByMessage
from kernel.writing.read_tables import Change, put_of

TABLES: Final = MetaData()

#: Of a person the newest message is the whole truth.
people: Final = Table(
    "people",
    TABLES,
    Column("person_id", Text, primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("county", Text, nullable=False),
    Column("memberships", JSONB, nullable=False),
    Column("enrolments", JSONB, nullable=False),
    Column("certifications", JSONB, nullable=False),
    #: The listed diseases of the certifications, also of cancelled ones.
    Column("diseases", ARRAY(Text), nullable=False),
    Column("deceased_on", Date),
    Column("merged_into", Text),
    Column("annulled", Boolean, nullable=False),
    Index("people_county", "county", "person_id"),
    Index("people_merged", "merged_into"),
)
#: Results of comparisons that were pushed.
comparison_pushes: Final = Table(
    "comparison_pushes",
    TABLES,
    *columns_of(ComparisonPushed, "comparison_id"),
    Index("comparison_pushes_area", "area", "month"),
)


def _told(event: EntitlementChanged) -> Iterable[Change]:
    yield put_of(event, people, diseases=tuple(sorted({one.disease for one in event.certifications})))


ROWS: Final[RowsByMessage] = {
    EntitlementChanged: _told,
    ComparisonPushed: lambda event: [put_of(event, comparison_pushes)],
}
