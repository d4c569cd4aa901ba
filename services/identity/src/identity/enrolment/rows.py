"""The tables of enrolments, exemptions, premiums and their batches, and the rows that events leave in them."""

from collections.abc import Iterable
from datetime import date
from typing import Final

from sqlalchemy import BigInteger, Column, Date, Index, Integer, MetaData, SmallInteger, Table, Text

from identity.enrolment.domain.exemption import (
    Exemption,
    ExemptionEnded,
    ExemptionGranted,
    ExemptionProposed,
    ExemptionRejected,
)
from identity.enrolment.domain.premium import Premium, PremiumRefunded, PremiumSelfPaid
from identity.enrolment.domain.premium_batch import SubsidyApplied, SubsidyPaid, SubsidyRejected
from identity.persons.domain.enrolment import Enrolment
from identity.persons.domain.merging import MergedAway, RecordsMerged
from identity.persons.domain.person import PersonEnrolled
from kernel.writing.columns import columns_of
from kernel.writing.event_store import RecordedEvent
from kernel.writing.read_model import RowsByEvent, one_row
from kernel.writing.read_tables import GUARDED, Change, put, put_of, remove

TABLES: Final = MetaData()

enrolments = Table(
    "enrolments",
    TABLES,
    Column("person_id", Text, primary_key=True),
    *columns_of(Enrolment, "area", "year", "scheme", year=SmallInteger),
    Index("enrolments_of_area", "area", "year"),
)

#: One that waits for its approval stands here without an approver, and counts nowhere.
exemptions: Final = Table(
    "exemptions",
    TABLES,
    *columns_of(Exemption, "exemption_id"),
    Column("person_id", Text, nullable=False),
    Index("exemptions_of_person", "person_id"),
)

#: The version guards a premium against two batches that ask for it at the same moment.
premiums: Final = Table(
    "premiums",
    TABLES,
    *columns_of(Premium, "person_id", "area", "year", year=SmallInteger),
    Index("premiums_of_batch", "batch_id"),
    Index("premiums_of_area", "area", "year", "person_id"),
    info=GUARDED,
)

premium_batches: Final = Table(
    "premium_batches",
    TABLES,
    *columns_of(SubsidyApplied, "batch_id", leaving=("amount_fen", "premiums"), year=SmallInteger),
    Column("persons", Integer, nullable=False),
    Column("total_fen", BigInteger, nullable=False),
    Index("premium_batches_of_county", "county", "year", "batch_id"),
)

#: How a batch ended; a batch without a row here waits for finance.
premium_batch_ends: Final = Table(
    "premium_batch_ends",
    TABLES,
    Column("batch_id", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("ended_on", Date, nullable=False),
    Column("reference", Text, nullable=False),
)


def _enrolled(recorded: RecordedEvent) -> Iterable[Change]:
    yield _enrolment(recorded, recorded.event.enrolment)


def _taken_over(recorded: RecordedEvent) -> Iterable[Change]:
    event: RecordsMerged = recorded.event
    for held in event.entitlement.enrolments:
        yield _enrolment(recorded, held)


def _left_behind(recorded: RecordedEvent) -> Iterable[Change]:
    event: MergedAway = recorded.event
    for held in event.formerly.enrolments:
        yield remove(
            enrolments, person_id=event.entitlement.person_id, area=held.area, year=held.year, scheme=held.scheme
        )


def _exemption(recorded: RecordedEvent) -> Iterable[Change]:
    event: ExemptionProposed | ExemptionGranted | ExemptionEnded = recorded.event
    yield put_of(event.exemption, exemptions, person_id=event.person_id)


def _rejected_exemption(recorded: RecordedEvent) -> Iterable[Change]:
    yield remove(exemptions, exemption_id=recorded.event.exemption.exemption_id)


def _applied(recorded: RecordedEvent) -> Iterable[Change]:
    event: SubsidyApplied = recorded.event
    yield put_of(event, premium_batches, persons=len(event.premiums))
    yield from map(_premium, event.premiums)


def _paid(recorded: RecordedEvent) -> Iterable[Change]:
    yield from _ended(recorded, "PAID", recorded.event.paid_on, recorded.event.reference)


def _rejected(recorded: RecordedEvent) -> Iterable[Change]:
    yield from _ended(recorded, "REJECTED", recorded.event.rejected_on, recorded.event.reason)


ROWS: Final[RowsByEvent] = {
    PersonEnrolled: _enrolled,
    RecordsMerged: _taken_over,
    MergedAway: _left_behind,
    ExemptionProposed: _exemption,
    ExemptionRejected: _rejected_exemption,
    ExemptionGranted: _exemption,
    ExemptionEnded: _exemption,
    PremiumSelfPaid: one_row(premiums, "premium"),
    PremiumRefunded: one_row(premiums, "premium"),
    SubsidyApplied: _applied,
    SubsidyPaid: _paid,
    SubsidyRejected: _rejected,
}


def _enrolment(recorded: RecordedEvent, held: Enrolment) -> Change:
    return put_of(held, enrolments, person_id=recorded.event.entitlement.person_id)


def _premium(premium: Premium) -> Change:
    return put_of(premium, premiums)


def _ended(recorded: RecordedEvent, state: str, ended_on: date, reference: str) -> Iterable[Change]:
    event: SubsidyPaid | SubsidyRejected = recorded.event
    yield put(premium_batch_ends, batch_id=event.batch_id, state=state, ended_on=ended_on, reference=reference)
    yield from map(_premium, event.premiums)
