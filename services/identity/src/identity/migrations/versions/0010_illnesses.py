"""Tenth revision: the registry of the sick among the poor, and exit checks."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "illnesses",
        sa.Column("illness_id", sa.Text, primary_key=True),
        sa.Column("person_id", sa.Text, nullable=False),
        sa.Column("county", sa.Text, nullable=False),
        sa.Column("disease", sa.Text, nullable=False),
        sa.Column("care", sa.Text, nullable=False),
        sa.Column("plan", sa.Text, nullable=False),
        sa.Column("impoverishing", sa.Boolean, nullable=False),
        sa.Column("since", sa.Date, nullable=False),
        sa.Column("written_by", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("verified_by", sa.Text),
        sa.Column("verified_on", sa.Date),
        sa.Column("note", sa.Text),
        sa.Column("closed_on", sa.Date),
    )
    op.create_index("illnesses_of_person", "illnesses", ["person_id"])
    op.create_index("illnesses_state", "illnesses", ["state", "illness_id"])
    op.create_table(
        "exit_checks",
        sa.Column("check_id", sa.Text, primary_key=True),
        sa.Column("person_id", sa.Text, nullable=False),
        sa.Column("county", sa.Text, nullable=False),
        sa.Column("checked_on", sa.Date, nullable=False),
        sa.Column("insured", sa.Boolean, nullable=False),
        sa.Column("unverified", sa.Integer, nullable=False),
        sa.Column("without_plan", sa.Integer, nullable=False),
        sa.Column("passed", sa.Boolean, nullable=False),
        sa.Column("evidence", sa.Text, nullable=False),
        sa.Column("checked_by", sa.Text, nullable=False),
    )
    op.create_index("exit_checks_of_person", "exit_checks", ["person_id", "checked_on"])
