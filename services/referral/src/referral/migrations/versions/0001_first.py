"""First revision: the kernel's tables and the referrals."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from kernel.migrations import create_kernel_tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create everything."""
    create_kernel_tables(op)
    op.create_table(
        "referrals",
        sa.Column("referral_id", sa.Text, primary_key=True),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("person_id", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("sending_hospital", sa.Text, nullable=False),
        sa.Column("receiving_hospital", sa.Text, nullable=False),
        sa.Column("attribute", sa.Text, nullable=False),
        sa.Column("diagnosis", sa.Text, nullable=False),
        sa.Column("papers", ARRAY(sa.Text), nullable=False),
        sa.Column("signed_on", sa.Date, nullable=False),
        sa.Column("endorsed_on", sa.Date),
        sa.Column("approved_on", sa.Date),
        sa.Column("encounter_id", sa.Text),
    )
    op.create_index("referrals_sending", "referrals", ["sending_hospital", "referral_id"])
    op.create_index("referrals_state", "referrals", ["state", "referral_id"])
