"""Chronic certification: who may certify, what was certified, and what was filed."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "certifiers",
        sa.Column("hospital_id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("grade", sa.SmallInteger, nullable=False),
        sa.Column("since", sa.Date, nullable=False),
        sa.Column("until", sa.Date),
    )
    op.create_table(
        "certifications",
        sa.Column("certification_id", sa.Text, primary_key=True),
        sa.Column("person_id", sa.Text, nullable=False),
        sa.Column("hospital_id", sa.Text, nullable=False),
        sa.Column("disease", sa.Text, nullable=False),
        sa.Column("certified_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("effective_from", sa.Date, nullable=False),
        sa.Column("cancelled_from", sa.Date),
        sa.Column("reason", sa.Text),
    )
    op.create_index("certifications_of_person", "certifications", ["person_id"])
    op.create_index("certifications_of_hospital", "certifications", ["hospital_id", "effective_from"])
    op.create_table(
        "certification_filings",
        sa.Column("certification_id", sa.Text, primary_key=True),
        sa.Column("hospital_id", sa.Text, nullable=False),
        sa.Column("month", sa.Text, nullable=False),
        sa.Column("sealed_on", sa.Date, nullable=False),
        sa.Column("filed_on", sa.Date, nullable=False),
        sa.Column("filed_by", sa.Text, nullable=False),
    )
    op.create_index("certification_filings_of_month", "certification_filings", ["hospital_id", "month"])
