"""The revision of what referral had told when a bill was settled, so that a change that came meanwhile is found."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("settlements", sa.Column("referral_revision", sa.Integer))
