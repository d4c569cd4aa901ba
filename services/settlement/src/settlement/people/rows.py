"""The rows of what identity tells: of a person the newest message is the whole truth; and the handbooks shown."""

from collections.abc import Iterable
from typing import Final

import msgspec
from sqlalchemy import Column, Index, Integer, MetaData, Table, Text, text
from sqlalchemy.dialects.postgresql import JSON

from contracts.identity import Certification, EntitlementChanged, HandbookChecked
from kernel.writing.columns import columns_of
from kernel.writing.read_model import RowsByMessage
from kernel.writing.read_tables import Change, put_of

TABLES: Final = MetaData()

people: Final = Table(
    "people",
    TABLES,
    Column("person_id", Text, primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("county", Text, nullable=False),
    #: Read with ``people.domain.person_told``.
    Column("entitlement", JSON, nullable=False),
    Column("merged_into", Text),
    Index("people_merged_into", "merged_into", postgresql_where=text("merged_into IS NOT NULL")),
)

#: What poverty handbooks said that were shown at a door.
handbook_checks: Final = Table("handbook_checks", TABLES, *columns_of(HandbookChecked, "check_id"))


def _certifications(event: EntitlementChanged) -> tuple[Certification, ...]:
    """Without the doctors: no bill rests on who they were."""
    return tuple(msgspec.structs.replace(one, doctors=msgspec.UNSET) for one in event.certifications)


def _person(event: EntitlementChanged) -> Iterable[Change]:
    entitlement = {
        "memberships": event.memberships,
        "enrolments": event.enrolments,
        "deceased_on": event.deceased_on,
        "merged_into": event.merged_into,
        # Left out where there are none: rows from before these were told stay as they are.
        **({"certifications": _certifications(event)} if event.certifications else {}),
        **({"annulled": True} if event.annulled else {}),
        **({} if event.born_in is msgspec.UNSET else {"born_in": event.born_in}),
    }
    yield put_of(event, people, entitlement=entitlement)


ROWS: Final[RowsByMessage] = {
    EntitlementChanged: _person,
    HandbookChecked: lambda event: [put_of(event, handbook_checks)],
}
