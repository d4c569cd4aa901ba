"""First revision: the kernel's tables, and what the other services told."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from kernel.running.migrations import add_archives, create_kernel_tables, divide_answers

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create everything."""
    create_kernel_tables(op)
    divide_answers(op)
    add_archives(op)
    create_bills()
    create_others()


def create_bills() -> None:
    """Bills, what changed them, stays and institutions."""
    op.create_table(
        "bill_revocations",
        sa.Column("settlement_id", sa.Text, primary_key=True),
        sa.Column("person_id", sa.Text, nullable=False),
        sa.Column("hospital_id", sa.Text, nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.create_table(
        "bill_supplements",
        sa.Column("supplement_id", sa.Text, primary_key=True),
        sa.Column("settlement_id", sa.Text, nullable=False),
        sa.Column("person_id", sa.Text, nullable=False),
        sa.Column("county", sa.Text, nullable=False),
        sa.Column("hospital_id", sa.Text, nullable=False),
        sa.Column("supplemented_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("review_id", sa.Text, nullable=False),
        sa.Column("patient_fen", sa.BigInteger, nullable=False),
        sa.Column("payout_fen", sa.BigInteger, nullable=False),
        sa.Column("payers", ARRAY(sa.Text), nullable=False),
        sa.Column("amounts", ARRAY(sa.BigInteger), nullable=False),
        sa.Column("payouts", ARRAY(sa.BigInteger), nullable=False),
    )
    op.create_index("bill_supplements_bill", "bill_supplements", ["settlement_id"])
    op.create_index("bill_supplements_county", "bill_supplements", ["county", "supplemented_at"])
    op.create_table(
        "bills",
        sa.Column("settlement_id", sa.Text, primary_key=True),
        sa.Column("encounter_id", sa.Text, nullable=False),
        sa.Column("person_id", sa.Text, nullable=False),
        sa.Column("county", sa.Text, nullable=False),
        sa.Column("area", sa.Text, nullable=False),
        sa.Column("hospital_id", sa.Text, nullable=False),
        sa.Column("encounter_kind", sa.Text, nullable=False),
        sa.Column("discharged_on", sa.Date, nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("category", sa.Text),
        sa.Column("policy_id", sa.Text, nullable=False),
        sa.Column("total_fen", sa.BigInteger, nullable=False),
        sa.Column("patient_pays_fen", sa.BigInteger, nullable=False),
        sa.Column("payout_fen", sa.BigInteger, nullable=False),
        sa.Column("referral_id", sa.Text),
        sa.Column("flags", ARRAY(sa.Text), nullable=False),
        sa.Column("route", sa.Text, nullable=False),
        sa.Column("payers", ARRAY(sa.Text), nullable=False),
        sa.Column("amounts", ARRAY(sa.BigInteger), nullable=False),
        sa.Column("payouts", ARRAY(sa.BigInteger), nullable=False),
        sa.Column("admitted_on", sa.Date),
        sa.Column("place", sa.Text),
        sa.Column("level", sa.Text),
        sa.Column("compliant_fen", sa.BigInteger),
        sa.Column("out_of_catalogue_fen", sa.BigInteger),
        sa.Column("disease", sa.Text),
        sa.Column("diagnosis", sa.Text),
    )
    op.create_index("bills_county_discharged", "bills", ["county", "discharged_on", "settlement_id"])
    op.create_index("bills_county_settled", "bills", ["county", "settled_at", "settlement_id"])
    op.create_index("bills_person", "bills", ["person_id", "discharged_on"])
    op.create_table(
        "cancelled_stays",
        sa.Column("encounter_id", sa.Text, primary_key=True),
        sa.Column("person_id", sa.Text, nullable=False),
        sa.Column("hospital_id", sa.Text, nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "institutions",
        sa.Column("hospital_id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("level", sa.Text, nullable=False),
        sa.Column("division", sa.Text, nullable=False),
        sa.Column("contract_from", sa.Date, nullable=False),
        sa.Column("contract_to", sa.Date),
    )
    op.create_table(
        "refused_bills",
        sa.Column("settlement_id", sa.Text, primary_key=True),
        sa.Column("person_id", sa.Text, nullable=False),
        sa.Column("hospital_id", sa.Text, nullable=False),
        sa.Column("county", sa.Text, nullable=False),
        sa.Column("certification_id", sa.Text, nullable=False),
        sa.Column("cancelled_from", sa.Date, nullable=False),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("payers", ARRAY(sa.Text), nullable=False),
    )
    op.create_table(
        "stays",
        sa.Column("encounter_id", sa.Text, primary_key=True),
        sa.Column("person_id", sa.Text, nullable=False),
        sa.Column("hospital_id", sa.Text, nullable=False),
        sa.Column("admitted_on", sa.Date, nullable=False),
        sa.Column("deposit_required", sa.Boolean, nullable=False),
        sa.Column("referral_id", sa.Text),
    )
    op.create_index("stays_person", "stays", ["person_id", "admitted_on"])


def create_others() -> None:
    """People, money and referrals."""
    op.create_table(
        "people",
        sa.Column("person_id", sa.Text, primary_key=True),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("county", sa.Text, nullable=False),
        sa.Column("memberships", JSONB, nullable=False),
        sa.Column("enrolments", JSONB, nullable=False),
        sa.Column("certifications", JSONB, nullable=False),
        sa.Column("diseases", ARRAY(sa.Text), nullable=False),
        sa.Column("deceased_on", sa.Date),
        sa.Column("merged_into", sa.Text),
        sa.Column("annulled", sa.Boolean, nullable=False),
    )
    op.create_index("people_county", "people", ["county", "person_id"])
    op.create_table(
        "fund_debts",
        sa.Column("account", sa.Text, primary_key=True),
        sa.Column("in_debt", sa.Boolean, nullable=False),
        sa.Column("balance_fen", sa.BigInteger, nullable=False),
        sa.Column("journal_id", sa.Text, nullable=False),
    )
    op.create_table(
        "receipts",
        sa.Column("journal_id", sa.Text, primary_key=True),
        sa.Column("account", sa.Text, primary_key=True),
        sa.Column("amount_fen", sa.BigInteger, nullable=False),
        sa.Column("booked_on", sa.Date, nullable=False),
        sa.Column("source", sa.Text),
    )
    op.create_index("receipts_account", "receipts", ["account", "booked_on"])
    op.create_table(
        "referrals",
        sa.Column("referral_id", sa.Text, primary_key=True),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("person_id", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("sending_hospital", sa.Text, nullable=False),
        sa.Column("receiving_hospital", sa.Text, nullable=False),
        sa.Column("applied_on", sa.Date),
        sa.Column("endorsed_on", sa.Date),
        sa.Column("approved_on", sa.Date),
        sa.Column("expires_on", sa.Date),
        sa.Column("emergency_admitted_on", sa.Date),
        sa.Column("approval_entered_on", sa.Date),
    )
    op.create_index("referrals_state", "referrals", ["state", "applied_on"])
