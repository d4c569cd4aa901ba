"""Settlement's read tables: from its own events, and from what identity and referral tell."""

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Index, Integer, MetaData, SmallInteger, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSON

from kernel.writing.event_store.schema import add_kernel_tables
from kernel.writing.read_tables import GUARDED

metadata: Final = MetaData()
add_kernel_tables(metadata)

encounters: Final = Table(
    "encounters",
    metadata,
    Column("encounter_id", Text, primary_key=True),
    Column("hospital_id", Text, nullable=False),
    Column("person_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("county", Text, nullable=False),
    Column("area", Text, nullable=False),
    Column("admitted_on", Date, nullable=False),
    Column("deposit_required", Boolean, nullable=False),
    Column("category", Text),
    Column("referral_id", Text),
    Index("encounters_hospital", "hospital_id", "encounter_id"),
    Index("encounters_referral", "referral_id"),
)

#: What poverty handbooks said that were shown at a door.
handbook_checks: Final = Table(
    "handbook_checks",
    metadata,
    Column("check_id", Text, primary_key=True),
    Column("person_id", Text, nullable=False),
    Column("hospital_id", Text, nullable=False),
    Column("result", Text, nullable=False),
    Column("checked_on", Date, nullable=False),
)

#: Admissions on a handbook alone, to be looked into by the agency.
admission_checks: Final = Table(
    "admission_checks",
    metadata,
    Column("encounter_id", Text, primary_key=True),
    Column("person_id", Text, nullable=False),
    Column("hospital_id", Text, nullable=False),
    Column("county", Text, nullable=False),
    Column("admitted_on", Date, nullable=False),
    Column("handbook", Text, nullable=False),
    Index("admission_checks_county", "county", "encounter_id"),
)
admission_check_outcomes: Final = Table(
    "admission_check_outcomes",
    metadata,
    Column("encounter_id", Text, primary_key=True),
    Column("outcome", Text, nullable=False),
    Column("closed_by", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("closed_at", DateTime(timezone=True), nullable=False),
)

settlements: Final = Table(
    "settlements",
    metadata,
    Column("settlement_id", Text, primary_key=True),
    Column("encounter_id", Text, nullable=False),
    Column("hospital_id", Text, nullable=False),
    Column("person_id", Text, nullable=False),
    Column("county", Text, nullable=False),
    Column("year", SmallInteger, nullable=False),
    Column("discharged_on", Date, nullable=False),
    Column("settled_at", DateTime(timezone=True), nullable=False),
    Column("category", Text),
    Column("policy_id", Text, nullable=False),
    Column("total_fen", BigInteger, nullable=False),
    Column("patient_pays_fen", BigInteger, nullable=False),
    Column("payout_fen", BigInteger, nullable=False),
    Column("identity_revision", Integer),
    Column("counted_for", Text, nullable=False),
    Index("settlements_counted_for", "counted_for"),
    Index("settlements_county", "county", "settlement_id"),
    Index("settlements_hospital", "hospital_id", "settlement_id"),
    Index("settlements_person", "person_id", "year"),
)

revocations: Final = Table(
    "revocations",
    metadata,
    Column("settlement_id", Text, primary_key=True),
    Column("revoked_at", DateTime(timezone=True), nullable=False),
    Column("reason", Text, nullable=False),
    Column("refund_to_patient_fen", BigInteger, nullable=False),
)

supplements: Final = Table(
    "supplements",
    metadata,
    Column("supplement_id", Text, primary_key=True),
    Column("settlement_id", Text, nullable=False),
    Column("review_id", Text, nullable=False),
    Column("supplemented_at", DateTime(timezone=True), nullable=False),
    Column("category", Text),
    Column("patient_fen", BigInteger, nullable=False),
    Column("payout_fen", BigInteger, nullable=False),
    Column("identity_revision", Integer),
    Index("supplements_settlement", "settlement_id", "supplement_id"),
)

#: What was found about a person's year, and how far operators have come with it.
reviews: Final = Table(
    "reviews",
    metadata,
    Column("review_id", Text, primary_key=True),
    Column("person_id", Text, nullable=False),
    Column("area", Text, nullable=False),
    Column("year", SmallInteger, nullable=False),
    Column("county", Text, nullable=False),
    Column("settlement_id", Text, nullable=False),
    Column("identity_revision", Integer, nullable=False),
    Column("noticed_at", DateTime(timezone=True), nullable=False),
    Column("patient_fen", BigInteger, nullable=False),
    Column("payout_fen", BigInteger, nullable=False),
    Column("finding", JSON, nullable=False),
    Index("reviews_person", "person_id", "area", "year"),
)

review_states: Final = Table(
    "review_states",
    metadata,
    Column("review_id", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("since", DateTime(timezone=True), nullable=False),
    Column("decision", Text),
    Column("proposed_by", Text),
    Index("review_states_state", "state", "review_id"),
)

benefit_years: Final = Table(
    "benefit_years",
    metadata,
    Column("person_id", Text, primary_key=True),
    Column("area", Text, primary_key=True),
    Column("year", SmallInteger, primary_key=True, autoincrement=False),
    Column("balances", JSON, nullable=False),
    Column("latest_settlement", Text),
    Column("version", Integer, nullable=False),
    info=GUARDED,
)

#: Years of records that were merged away, and whose year they went into.
benefit_year_joins: Final = Table(
    "benefit_year_joins",
    metadata,
    Column("other_id", Text, primary_key=True),
    Column("area", Text, primary_key=True),
    Column("year", SmallInteger, primary_key=True, autoincrement=False),
    Column("person_id", Text, nullable=False),
    Column("own_fen", JSON, nullable=False),
    Column("own_version", Integer, nullable=False),
    Column("other_fen", JSON, nullable=False),
    Column("other_version", Integer, nullable=False),
    Index("benefit_year_joins_person", "person_id"),
)

institutions: Final = Table(
    "institutions",
    metadata,
    Column("hospital_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("level", Text, nullable=False),
    Column("division", Text, nullable=False),
    Column("contract_from", Date, nullable=False),
    Column("contract_to", Date),
    Column("majors", Boolean, nullable=False),
    Column("major_diseases", ARRAY(Text), nullable=False),
)

policies: Final = Table(
    "policies",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("pack_id", Text, nullable=False),
    Column("text", Text, nullable=False),
)

people: Final = Table(
    "people",
    metadata,
    Column("person_id", Text, primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("county", Text, nullable=False),
    Column("entitlement", JSON, nullable=False),
    Column("merged_into", Text),
)

referrals: Final = Table(
    "referrals",
    metadata,
    Column("referral_id", Text, primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("person_id", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("receiving_hospital", Text, nullable=False),
    Column("approved_on", Date),
    Column("emergency_admitted_on", Date),
)
