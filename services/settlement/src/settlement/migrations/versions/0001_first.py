"""First revision: the kernel's tables, encounters, settlements, benefit years and what others tell."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSON

from kernel.running.migrations import create_kernel_tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _text(name: str, *, key: bool = False, null: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, primary_key=key, nullable=null)


def upgrade() -> None:
    """Create everything."""
    create_kernel_tables(op)
    _own_tables()
    _tables_from_messages()


def _own_tables() -> None:
    op.create_table(
        "encounters",
        _text("encounter_id", key=True),
        _text("hospital_id"),
        _text("person_id"),
        _text("kind"),
        _text("county"),
        _text("area"),
        sa.Column("admitted_on", sa.Date, nullable=False),
        sa.Column("deposit_required", sa.Boolean, nullable=False),
        _text("category", null=True),
        _text("referral_id", null=True),
    )
    op.create_index("encounters_hospital", "encounters", ["hospital_id", "encounter_id"])
    op.create_table(
        "settlements",
        _text("settlement_id", key=True),
        _text("encounter_id"),
        _text("hospital_id"),
        _text("person_id"),
        _text("county"),
        sa.Column("year", sa.SmallInteger, nullable=False),
        sa.Column("discharged_on", sa.Date, nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=False),
        _text("category", null=True),
        _text("policy_id"),
        sa.Column("total_fen", sa.BigInteger, nullable=False),
        sa.Column("patient_pays_fen", sa.BigInteger, nullable=False),
        sa.Column("payout_fen", sa.BigInteger, nullable=False),
    )
    op.create_index("settlements_hospital", "settlements", ["hospital_id", "settlement_id"])
    op.create_index("settlements_person", "settlements", ["person_id", "year"])
    op.create_table(
        "revocations",
        _text("settlement_id", key=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=False),
        _text("reason"),
        sa.Column("refund_to_patient_fen", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "benefit_years",
        _text("person_id", key=True),
        _text("area", key=True),
        sa.Column("year", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("balances", JSON, nullable=False),
        _text("latest_settlement", null=True),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_table(
        "institutions",
        _text("hospital_id", key=True),
        _text("name"),
        _text("level"),
        _text("division"),
        sa.Column("contract_from", sa.Date, nullable=False),
        sa.Column("contract_to", sa.Date),
        sa.Column("majors", sa.Boolean, nullable=False),
    )
    op.create_table("policies", _text("digest", key=True), _text("pack_id"), _text("text"))


def _tables_from_messages() -> None:
    op.create_table(
        "people",
        _text("person_id", key=True),
        sa.Column("revision", sa.Integer, nullable=False),
        _text("county"),
        sa.Column("entitlement", JSON, nullable=False),
    )
    op.create_table(
        "referrals",
        _text("referral_id", key=True),
        sa.Column("revision", sa.Integer, nullable=False),
        _text("person_id"),
        _text("state"),
        _text("receiving_hospital"),
        sa.Column("approved_on", sa.Date),
    )
