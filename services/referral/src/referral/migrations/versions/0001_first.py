"""First revision: the kernel's tables, the referrals, and who may be referred."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSON

from kernel.running.migrations import create_kernel_tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create everything."""
    create_kernel_tables(op)
    create_referrals()
    op.create_table(
        "misuses",
        sa.Column("referral_id", sa.Text, primary_key=True),
        sa.Column("encounter_id", sa.Text, primary_key=True),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "applicants",
        sa.Column("person_id", sa.Text, primary_key=True),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("memberships", JSON, nullable=False),
        sa.Column("deceased_on", sa.Date),
    )


def create_referrals() -> None:
    """The referrals, and an index for each way in which they are listed."""
    op.create_table(
        "referrals",
        sa.Column("referral_id", sa.Text, primary_key=True),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("person_id", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("sending_hospital", sa.Text, nullable=False),
        sa.Column("receiving_hospital", sa.Text, nullable=False),
        sa.Column("attributes", ARRAY(sa.Text), nullable=False),
        sa.Column("diagnosis", sa.Text, nullable=False),
        sa.Column("attachments", JSON, nullable=False),
        sa.Column("signed_on", sa.Date, nullable=False),
        sa.Column("signed_by", sa.Text, nullable=False),
        sa.Column("endorsement", sa.Text),
        sa.Column("endorsed_on", sa.Date),
        sa.Column("review", sa.Text),
        sa.Column("reviewed_on", sa.Date),
        sa.Column("approved_on", sa.Date),
        sa.Column("expires_on", sa.Date),
        sa.Column("encounter_id", sa.Text),
        sa.Column("ended_because", sa.Text),
    )
    op.create_index("referrals_sent", "referrals", ["sending_hospital", "referral_id"])
    op.create_index("referrals_received", "referrals", ["receiving_hospital", "referral_id"])
    op.create_index("referrals_state", "referrals", ["state", "referral_id"])
    op.create_index("referrals_person", "referrals", ["person_id", "referral_id"])
