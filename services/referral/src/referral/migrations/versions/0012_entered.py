"""The day on which an approval was entered, beside the day that its seal bears; the days of hospitals' contracts."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("referrals", sa.Column("approval_entered_on", sa.Date))
    op.create_table(
        "contracts",
        sa.Column("hospital_id", sa.Text, primary_key=True),
        sa.Column("contract_from", sa.Date, nullable=False),
        sa.Column("contract_to", sa.Date),
    )
