"""What hospitals call their stays and bills is kept, found again, and given once."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hospital_numbers",
        sa.Column("owner_id", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("hospital_id", sa.Text, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.UniqueConstraint("hospital_id", "kind", "number", name="hospital_numbers_once"),
    )
