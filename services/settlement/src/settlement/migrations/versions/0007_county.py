"""Settlements in order within a county, for the lists of a county's staff."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("settlements_county", "settlements", ["county", "settlement_id"])
