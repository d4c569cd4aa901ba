"""The sum above which money needs a second person, and what was proposed."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """New tables only."""
    op.create_table(
        "money_limits",
        sa.Column("county", sa.Text, primary_key=True),
        sa.Column("above_fen", sa.BigInteger, nullable=False),
        sa.Column("set_on", sa.Date, nullable=False),
        sa.Column("set_by", sa.Text, nullable=False),
    )
    op.create_table(
        "money_proposals",
        sa.Column("proposal_id", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("county", sa.Text, nullable=False),
        sa.Column("fund", sa.Text, nullable=False),
        sa.Column("amount_fen", sa.BigInteger, nullable=False),
        sa.Column("value_on", sa.Date, nullable=False),
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("counter", sa.Text),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("proposed_on", sa.Date, nullable=False),
        sa.Column("proposed_by", sa.Text, nullable=False),
        sa.Column("decided_on", sa.Date),
        sa.Column("decided_by", sa.Text),
        sa.Column("journal_id", sa.Text),
        sa.Column("reason", sa.Text),
    )
    op.create_index("money_proposals_county", "money_proposals", ["county", "status", "proposal_id"])
