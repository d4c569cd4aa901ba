"""Advances of revolving funds."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A new table only."""
    op.create_table(
        "advances",
        sa.Column("advance_id", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("county", sa.Text, nullable=False),
        sa.Column("fund", sa.Text, nullable=False),
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("debtor_kind", sa.Text, nullable=False),
        sa.Column("debtor_id", sa.Text, nullable=False),
        sa.Column("hospital_id", sa.Text),
        sa.Column("amount_fen", sa.BigInteger, nullable=False),
        sa.Column("repaid_fen", sa.BigInteger, nullable=False),
        sa.Column("written_off_fen", sa.BigInteger, nullable=False),
        sa.Column("clause", sa.Text, nullable=False),
        sa.Column("applied_on", sa.Date, nullable=False),
        sa.Column("paid_on", sa.Date),
        sa.Column("signed_by", ARRAY(sa.Text), nullable=False),
    )
    op.create_index("advances_county", "advances", ["county", "advance_id"])
