"""Where hospitals stand: only one of the applicant's county files a referral."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "places",
        sa.Column("hospital_id", sa.Text, primary_key=True),
        sa.Column("division", sa.Text, nullable=False),
    )
