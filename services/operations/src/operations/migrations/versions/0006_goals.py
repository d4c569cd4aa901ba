"""Goals: the tree of indicators down to whoever answers for each."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """New table only."""
    op.create_table(
        "goals",
        sa.Column("goal_id", sa.Text, primary_key=True),
        sa.Column("county", sa.Text, nullable=False),
        sa.Column("level", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("indicator", sa.Text, nullable=False),
        sa.Column("at_least_percent", sa.Text, nullable=False),
        sa.Column("parent_id", sa.Text),
        sa.Column("hospital_id", sa.Text),
        sa.Column("township", sa.Text),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("dropped", sa.Boolean, nullable=False),
    )
    op.create_index("goals_county", "goals", ["county", "goal_id"])
    op.create_index("goals_parent", "goals", ["parent_id"])
