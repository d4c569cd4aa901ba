"""Fourth revision: which record stands for an applicant whose records were merged."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("applicants", sa.Column("merged_into", sa.Text))
