"""Projections: each referral as one row, as it stands."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Column, Date, Index, Integer, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY

from kernel.event_store import RecordedEvent
from kernel.event_store.schema import add_kernel_tables
from kernel.read_tables import Change, put
from referral.domain.standing import standing_after

metadata: Final = MetaData()
add_kernel_tables(metadata)

referrals: Final = Table(
    "referrals",
    metadata,
    Column("referral_id", Text, primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("person_id", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("sending_hospital", Text, nullable=False),
    Column("receiving_hospital", Text, nullable=False),
    Column("attribute", Text, nullable=False),
    Column("diagnosis", Text, nullable=False),
    Column("papers", ARRAY(Text), nullable=False),
    Column("signed_on", Date, nullable=False),
    Column("endorsed_on", Date),
    Column("approved_on", Date),
    Column("encounter_id", Text),
    Index("referrals_sending", "sending_hospital", "referral_id"),
    Index("referrals_state", "state", "referral_id"),
)


def project(recorded: RecordedEvent) -> Iterable[Change]:
    """The row of a referral after an event."""
    after = standing_after(recorded.event)
    yield put(
        referrals,
        referral_id=after.form.referral_id,
        revision=recorded.version,
        person_id=after.form.person_id,
        state=after.state,
        sending_hospital=after.form.sending_hospital,
        receiving_hospital=after.form.receiving_hospital,
        attribute=after.form.attribute,
        diagnosis=after.form.diagnosis,
        papers=list(after.form.papers),
        signed_on=after.form.signed_on,
        endorsed_on=after.endorsed_on,
        approved_on=after.approved_on,
        encounter_id=after.encounter_id,
    )
