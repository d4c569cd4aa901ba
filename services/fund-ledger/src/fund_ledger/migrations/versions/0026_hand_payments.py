"""Payments that were carried out by hand."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A new table only."""
    op.create_table(
        "hand_payments",
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("journal_id", sa.Text, primary_key=True),
        sa.Column("amount_fen", sa.BigInteger, nullable=False),
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("marked_on", sa.Date, nullable=False),
        sa.Column("marked_by", sa.Text, nullable=False),
    )
    op.create_index("hand_payments_account", "hand_payments", ["account", "journal_id"])
