"""Third revision: visits that rest on a certification, refused payments, and the diseases a hospital is named for."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them; the institutions that are there are named for no disease in particular."""
    op.add_column("institutions", sa.Column("major_diseases", ARRAY(sa.Text), nullable=False, server_default="{}"))
    op.alter_column("institutions", "major_diseases", server_default=None)
    op.create_table(
        "certified_bills",
        sa.Column("settlement_id", sa.Text, primary_key=True),
        sa.Column("encounter_id", sa.Text, nullable=False),
        sa.Column("person_id", sa.Text, nullable=False),
        sa.Column("hospital_id", sa.Text, nullable=False),
        sa.Column("county", sa.Text, nullable=False),
        sa.Column("certification_id", sa.Text, nullable=False),
        sa.Column("visited_on", sa.Date, nullable=False),
        sa.Column("payers", ARRAY(sa.Text), nullable=False),
        sa.Column("amount_fen", sa.BigInteger, nullable=False),
    )
    op.create_index("certified_bills_of_person", "certified_bills", ["person_id"])
    op.create_table(
        "payment_refusals",
        sa.Column("settlement_id", sa.Text, primary_key=True),
        sa.Column("hospital_id", sa.Text, nullable=False),
        sa.Column("person_id", sa.Text, nullable=False),
        sa.Column("certification_id", sa.Text, nullable=False),
        sa.Column("visited_on", sa.Date, nullable=False),
        sa.Column("cancelled_from", sa.Date, nullable=False),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("payers", ARRAY(sa.Text), nullable=False),
        sa.Column("amount_fen", sa.BigInteger, nullable=False),
    )
    op.create_index("payment_refusals_of_hospital", "payment_refusals", ["hospital_id", "settlement_id"])
