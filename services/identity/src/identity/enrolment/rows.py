"""The tables of enrolments, exemptions, premiums and their batches, and the rows that events leave in them."""

from collections.abc import Iterable
from datetime import date
from typing import Final

import msgspec
from sqlalchemy import BigInteger, Column, Date, Index, Integer, MetaData, SmallInteger, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY

from identity.enrolment.domain.exemption import ExemptionEnded, ExemptionGranted
from identity.enrolment.domain.premium import Premium, PremiumRefunded, PremiumSelfPaid
from identity.enrolment.domain.premium_batch import SubsidyApplied, SubsidyPaid, SubsidyRejected
from identity.persons.domain.enrolment import Enrolment
from identity.persons.domain.merging import MergedAway, RecordsMerged
from identity.persons.domain.person import PersonEnrolled
from kernel.writing.event_store import RecordedEvent
from kernel.writing.read_model import RowsByEvent
from kernel.writing.read_tables import GUARDED, Change, put, remove

TABLES: Final = MetaData()

enrolments = Table(
    "enrolments",
    TABLES,
    Column("person_id", Text, primary_key=True),
    Column("area", Text, primary_key=True),
    Column("year", SmallInteger, primary_key=True),
    Column("scheme", Text, primary_key=True),
    Column("registered_on", Date),
    Column("marked_on", Date),
    Index("enrolments_of_area", "area", "year"),
)

exemptions: Final = Table(
    "exemptions",
    TABLES,
    Column("exemption_id", Text, primary_key=True),
    Column("person_id", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("since", Date, nullable=False),
    Column("until", Date),
    Column("evidence", Text, nullable=False),
    Column("approved_by", Text, nullable=False),
    Column("entered_by", Text, nullable=False),
    Column("note", Text),
    Index("exemptions_of_person", "person_id"),
)

#: The version guards a premium against two batches that ask for it at the same moment.
premiums: Final = Table(
    "premiums",
    TABLES,
    Column("person_id", Text, primary_key=True),
    Column("area", Text, primary_key=True),
    Column("year", SmallInteger, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    Column("category", Text),
    Column("funds", ARRAY(Text), nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("batch_id", Text),
    Column("applied_on", Date),
    Column("paid_on", Date),
    Column("self_paid_fen", BigInteger, nullable=False),
    Column("self_paid_on", Date),
    Column("refunded_fen", BigInteger, nullable=False),
    Column("refunded_on", Date),
    Index("premiums_of_batch", "batch_id"),
    Index("premiums_of_area", "area", "year", "person_id"),
    info=GUARDED,
)

premium_batches: Final = Table(
    "premium_batches",
    TABLES,
    Column("batch_id", Text, primary_key=True),
    Column("county", Text, nullable=False),
    Column("area", Text, nullable=False),
    Column("year", SmallInteger, nullable=False),
    Column("funds", ARRAY(Text), nullable=False),
    Column("persons", Integer, nullable=False),
    Column("total_fen", BigInteger, nullable=False),
    Column("applied_on", Date, nullable=False),
    Column("applied_by", Text, nullable=False),
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
    event: ExemptionGranted | ExemptionEnded = recorded.event
    yield put(exemptions, person_id=event.person_id, **msgspec.structs.asdict(event.exemption))


def _own_premium(recorded: RecordedEvent) -> Iterable[Change]:
    yield _premium(recorded.event.premium)


def _applied(recorded: RecordedEvent) -> Iterable[Change]:
    event: SubsidyApplied = recorded.event
    yield put(
        premium_batches,
        batch_id=event.batch_id,
        county=event.county,
        area=event.area,
        year=event.year,
        funds=event.funds,
        persons=len(event.premiums),
        total_fen=event.total_fen,
        applied_on=event.applied_on,
        applied_by=event.applied_by,
    )
    yield from map(_premium, event.premiums)


def _paid(recorded: RecordedEvent) -> Iterable[Change]:
    event: SubsidyPaid = recorded.event
    yield from _ended(event, "PAID", event.paid_on, event.reference)


def _rejected(recorded: RecordedEvent) -> Iterable[Change]:
    event: SubsidyRejected = recorded.event
    yield from _ended(event, "REJECTED", event.rejected_on, event.reason)


ROWS: Final[RowsByEvent] = {
    PersonEnrolled: _enrolled,
    RecordsMerged: _taken_over,
    MergedAway: _left_behind,
    ExemptionGranted: _exemption,
    ExemptionEnded: _exemption,
    PremiumSelfPaid: _own_premium,
    PremiumRefunded: _own_premium,
    SubsidyApplied: _applied,
    SubsidyPaid: _paid,
    SubsidyRejected: _rejected,
}


def _enrolment(recorded: RecordedEvent, held: Enrolment) -> Change:
    return put(enrolments, person_id=recorded.event.entitlement.person_id, **msgspec.structs.asdict(held))


def _premium(premium: Premium) -> Change:
    return put(premiums, **msgspec.structs.asdict(premium))


def _ended(event: SubsidyPaid | SubsidyRejected, state: str, ended_on: date, reference: str) -> Iterable[Change]:
    yield put(premium_batch_ends, batch_id=event.batch_id, state=state, ended_on=ended_on, reference=reference)
    yield from map(_premium, event.premiums)
