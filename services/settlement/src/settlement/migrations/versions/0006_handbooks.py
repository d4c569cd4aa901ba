"""Sixth revision: handbooks that were shown at a door, and admissions that rest on one alone."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "handbook_checks",
        sa.Column("check_id", sa.Text, primary_key=True),
        sa.Column("person_id", sa.Text, nullable=False),
        sa.Column("hospital_id", sa.Text, nullable=False),
        sa.Column("result", sa.Text, nullable=False),
        sa.Column("checked_on", sa.Date, nullable=False),
    )
    op.create_table(
        "admission_checks",
        sa.Column("encounter_id", sa.Text, primary_key=True),
        sa.Column("person_id", sa.Text, nullable=False),
        sa.Column("hospital_id", sa.Text, nullable=False),
        sa.Column("county", sa.Text, nullable=False),
        sa.Column("admitted_on", sa.Date, nullable=False),
        sa.Column("handbook", sa.Text, nullable=False),
    )
    op.create_index("admission_checks_county", "admission_checks", ["county", "encounter_id"])
    op.create_table(
        "admission_check_outcomes",
        sa.Column("encounter_id", sa.Text, primary_key=True),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("closed_by", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
    )
