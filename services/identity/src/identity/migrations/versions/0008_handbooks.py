"""Eighth revision: whom each poverty handbook names."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "handbooks",
        sa.Column("fact_id", sa.Text, primary_key=True),
        sa.Column("person_id", sa.Text, nullable=False),
        sa.Column("token", sa.Text, nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_to", sa.Date),
        sa.Column("withdrawn", sa.Boolean, nullable=False),
    )
    op.create_index("handbooks_token", "handbooks", ["token"])
