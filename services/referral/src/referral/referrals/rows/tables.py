"""Referral's read tables: from its own events, and from what identity tells."""

from typing import Final

from sqlalchemy import Boolean, Column, Date, DateTime, Index, Integer, MetaData, Table, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSON

from kernel.writing.event_store.schema import add_kernel_tables

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
    Column("attributes", ARRAY(Text), nullable=False),
    Column("diagnosis", Text, nullable=False),
    Column("attachments", JSON, nullable=False),
    Column("signed_on", Date, nullable=False),
    Column("signed_by", Text, nullable=False),
    Column("endorsement", Text),
    Column("endorsed_on", Date),
    Column("review", Text),
    Column("reviewed_on", Date),
    Column("approved_on", Date),
    Column("expires_on", Date),
    Column("encounter_id", Text),
    Column("ended_because", Text),
    Column("emergency_admitted_on", Date),
    Column("county", Text),
    Column("waiting_since", Date),
    Index("referrals_run_out", "expires_on", postgresql_where=text("state = 'AGENCY_APPROVED'")),
    Index("referrals_sent", "sending_hospital", "signed_on", "referral_id"),
    Index("referrals_received", "receiving_hospital", "signed_on", "referral_id"),
    Index("referrals_state", "state", "signed_on", "referral_id"),
    Index("referrals_county", "county", "signed_on", "referral_id"),
    Index("referrals_signed", "signed_on", "referral_id"),
    Index("referrals_waiting", "waiting_since", "referral_id", postgresql_where=text("waiting_since IS NOT NULL")),
    Index("referrals_person", "person_id", "signed_on", "referral_id"),
)

#: Stays that named a referral which does not open the gate to them.
misuses: Final = Table(
    "misuses",
    metadata,
    Column("referral_id", Text, primary_key=True),
    Column("encounter_id", Text, primary_key=True),
    Column("why", Text, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
)

#: Copies of the form that came to their keepers.
copies: Final = Table(
    "copies",
    metadata,
    Column("referral_id", Text, primary_key=True),
    Column("copy", Text, primary_key=True),
    Column("delivered_on", Date, nullable=False),
    Column("recorded_by", Text, nullable=False),
)

#: People as identity last told of them.
applicants: Final = Table(
    "applicants",
    metadata,
    Column("person_id", Text, primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("memberships", JSON, nullable=False),
    Column("deceased_on", Date),
    Column("merged_into", Text),
    Column("county", Text),
)

#: What institutions are called, as settlement's registry has them.
institutions: Final = Table(
    "institutions",
    metadata,
    Column("hospital_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
)

#: What settlement made of the stays that rest on referrals, as it told.
settled_stays: Final = Table(
    "settled_stays",
    metadata,
    Column("settlement_id", Text, primary_key=True),
    Column("referral_id", Text, nullable=False),
    Column("encounter_id", Text, nullable=False),
    Column("settled_at", DateTime(timezone=True), nullable=False),
    Column("with_benefits", Boolean, nullable=False),
    Index("settled_stays_of_referral", "referral_id", "settled_at"),
)
revoked_settlements: Final = Table(
    "revoked_settlements",
    metadata,
    Column("settlement_id", Text, primary_key=True),
    Column("revoked_at", DateTime(timezone=True), nullable=False),
)
