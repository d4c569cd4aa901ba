"""Fourth revision: referrals that were filed after an emergency admission."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("referrals", sa.Column("emergency_admitted_on", sa.Date))
