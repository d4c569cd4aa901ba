"""The monthly comparison: townships, what was compared and pushed, and the tasks of the work list."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "person_townships",
        sa.Column("person_id", sa.Text, primary_key=True),
        sa.Column("township", sa.Text, nullable=False),
    )
    op.create_table(
        "comparisons",
        sa.Column("comparison_id", sa.Text, primary_key=True),
        sa.Column("area", sa.Text, nullable=False),
        sa.Column("month", sa.Text, nullable=False),
        sa.Column("compared_on", sa.Date, nullable=False),
        sa.Column("due_on", sa.Date),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("registered", sa.Integer, nullable=False),
        sa.Column("exceptions", sa.Integer, nullable=False),
        sa.Column("enrolled", sa.Integer, nullable=False),
        sa.Column("not_enrolled", sa.Integer, nullable=False),
    )
    op.create_index("comparisons_of_area", "comparisons", ["area", "month"])
    op.create_table(
        "comparison_pushes",
        sa.Column("comparison_id", sa.Text, primary_key=True),
        sa.Column("pushed_on", sa.Date, nullable=False),
        sa.Column("late", sa.Boolean, nullable=False),
        sa.Column("pushed_by", sa.Text, nullable=False),
    )
    op.create_table(
        "tasks",
        sa.Column("person_id", sa.Text, primary_key=True),
        sa.Column("year", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("responsible", sa.Text, nullable=False),
        sa.Column("assigned_on", sa.Date, nullable=False),
        sa.Column("visited_on", sa.Date),
        sa.Column("note", sa.Text),
    )
