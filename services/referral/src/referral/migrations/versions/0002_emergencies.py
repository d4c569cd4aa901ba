"""Second revision: emergencies filed afterwards, approvals that run out, and what settlement made of the stays."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("referrals", sa.Column("emergency_admitted_on", sa.Date))
    op.create_index(
        "referrals_run_out", "referrals", ["expires_on"], postgresql_where=sa.text("state = 'AGENCY_APPROVED'")
    )
    op.create_table(
        "settled_stays",
        sa.Column("settlement_id", sa.Text, primary_key=True),
        sa.Column("referral_id", sa.Text, nullable=False),
        sa.Column("encounter_id", sa.Text, nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("with_benefits", sa.Boolean, nullable=False),
    )
    op.create_index("settled_stays_of_referral", "settled_stays", ["referral_id", "settled_at"])
    op.create_table(
        "revoked_settlements",
        sa.Column("settlement_id", sa.Text, primary_key=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=False),
    )
