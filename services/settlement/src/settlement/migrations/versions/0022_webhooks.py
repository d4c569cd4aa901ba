"""Webhooks of hospitals, and how far each was delivered."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "webhooks",
        sa.Column("hospital_id", sa.Text, primary_key=True),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("begins_after", sa.BigInteger, nullable=False),
        sa.Column("begun_at_revision", sa.Integer, nullable=False),
        sa.Column("set_by", sa.Text, nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paused", sa.Boolean, nullable=False),
        sa.Column("removed", sa.Boolean, nullable=False),
    )
    op.create_table(
        "webhook_positions",
        sa.Column("hospital_id", sa.Text, primary_key=True),
        sa.Column("begun_at_revision", sa.Integer, nullable=False),
        sa.Column("reached", sa.BigInteger, nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True)),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("failed_since", sa.DateTime(timezone=True)),
        sa.Column("last_failure", sa.Text),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
    )
