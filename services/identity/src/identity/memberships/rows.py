"""The tables of memberships, as they stand and in each version, and the rows that events leave in them."""

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import CheckConstraint, Column, DateTime, Index, Integer, MetaData, Table, Text

from identity.persons.domain.handing_over import MembershipHandedOver
from identity.persons.domain.membership import Membership
from identity.persons.domain.merging import RecordsMerged
from identity.persons.domain.person import MembershipAsserted, MembershipCorrected, MembershipEnded, PersonRegistered
from identity.persons.domain.withdrawing import MembershipWithdrawn
from kernel.writing.columns import columns_of
from kernel.writing.event_store import RecordedEvent
from kernel.writing.read_model import RowsByEvent
from kernel.writing.read_tables import Change, put_of, remove

TABLES: Final = MetaData()


def _said() -> tuple[Column[Any], ...]:
    """What both tables say of a membership, besides its revision."""
    return (
        *columns_of(Membership, "membership_id", leaving=("stated",)),
        Column("person_id", Text, nullable=False),
        Column("recorded_at", DateTime(timezone=True), nullable=False),
    )


#: One row a membership, as it stands. A migration adds what SQLAlchemy has no word for: the triggers that refuse
#: overlaps of person, department, category and days, by the name ``memberships_no_overlap``.
memberships = Table(
    "memberships",
    TABLES,
    Column("revision", Integer, nullable=False),
    *_said(),
    CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="memberships_dates_in_order"),
    Index("memberships_of_person", "person_id"),
    Index("memberships_of_department", "department", "membership_id"),
)

#: Each version of each membership: together with ``memberships.valid_*`` the second of the two times. What was
#: believed at a moment is the version with the largest revision recorded up to it, unless that one
#: was GIVEN_UP or WITHDRAWN.
membership_versions = Table(
    "membership_versions",
    TABLES,
    Column("revision", Integer, primary_key=True),
    Column("change", Text, nullable=False),
    *_said(),
    Index("membership_versions_of_person", "person_id"),
)

#: Memberships that went from the department that said a category before to the one that says it now.
handovers = Table(
    "handovers",
    TABLES,
    Column("membership_id", Text, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("person_id", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("former", Text, nullable=False),
    Column("department", Text, nullable=False),
    Column("handed_over_at", DateTime(timezone=True), nullable=False),
    Index("handovers_of_former", "former", "membership_id"),
    Index("handovers_of_department", "department", "membership_id"),
)


def _changed(recorded: RecordedEvent) -> Iterable[Change]:
    yield from _standing(recorded, recorded.event.membership_id, recorded.event.reason)


def _taken_over(recorded: RecordedEvent) -> Iterable[Change]:
    event: RecordsMerged = recorded.event
    for membership_id in event.taken:
        yield from _standing(recorded, membership_id, "TAKEN_OVER")
    for held in event.given_up:
        yield remove(memberships, membership_id=held.membership_id)
        yield _version(recorded, held, "GIVEN_UP")


def _withdrawn(recorded: RecordedEvent) -> Iterable[Change]:
    held: Membership = recorded.event.membership
    yield remove(memberships, membership_id=held.membership_id)
    yield _version(recorded, held, "WITHDRAWN")


def _handed_over(recorded: RecordedEvent) -> Iterable[Change]:
    event: MembershipHandedOver = recorded.event
    yield from _standing(recorded, event.membership_id, "HANDED_OVER")
    held, standing = event.entitlement.membership(event.membership_id), event.entitlement
    told = {"revision": standing.revision, "person_id": standing.person_id, "department": held.department}
    yield put_of(event, handovers, **told, handed_over_at=recorded.occurred_at)


def _registered(recorded: RecordedEvent) -> Iterable[Change]:
    event: PersonRegistered = recorded.event
    for held in event.entitlement.memberships:
        yield from _standing(recorded, held.membership_id, "ADDED")


ROWS: Final[RowsByEvent] = {
    PersonRegistered: _registered,
    MembershipWithdrawn: _withdrawn,
    MembershipAsserted: lambda recorded: _standing(recorded, recorded.event.membership_id, "ADDED"),
    MembershipEnded: _changed,
    MembershipCorrected: _changed,
    RecordsMerged: _taken_over,
    MembershipHandedOver: _handed_over,
}


def _standing(recorded: RecordedEvent, membership_id: str, change: str) -> Iterable[Change]:
    """A membership as it stands after an event, and the version of it that this is."""
    held = recorded.event.entitlement.membership(membership_id)
    yield put_of(held, memberships, **_where(recorded))
    yield _version(recorded, held, change)


def _version(recorded: RecordedEvent, held: Membership, change: str) -> Change:
    return put_of(held, membership_versions, change=change, **_where(recorded))


def _where(recorded: RecordedEvent) -> dict[str, object]:
    standing, at = recorded.event.entitlement, recorded.occurred_at
    return {"person_id": standing.person_id, "revision": standing.revision, "recorded_at": at}
