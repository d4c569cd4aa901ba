"""Third revision: which of the form's three copies came, and when."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "copies",
        sa.Column("referral_id", sa.Text, primary_key=True),
        sa.Column("copy", sa.Text, primary_key=True),
        sa.Column("delivered_on", sa.Date, nullable=False),
        sa.Column("recorded_by", sa.Text, nullable=False),
    )
