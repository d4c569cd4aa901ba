"""Exemptions, premiums and their batches."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_exemptions()
    create_premiums()
    create_batches()


def create_exemptions() -> None:
    op.create_table(
        "exemptions",
        sa.Column("exemption_id", sa.Text, primary_key=True),
        sa.Column("person_id", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("since", sa.Date, nullable=False),
        sa.Column("until", sa.Date),
        sa.Column("evidence", sa.Text, nullable=False),
        sa.Column("approved_by", sa.Text, nullable=False),
        sa.Column("entered_by", sa.Text, nullable=False),
        sa.Column("note", sa.Text),
    )
    op.create_index("exemptions_of_person", "exemptions", ["person_id"])


def create_premiums() -> None:
    op.create_table(
        "premiums",
        sa.Column("person_id", sa.Text, primary_key=True),
        sa.Column("area", sa.Text, primary_key=True),
        sa.Column("year", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("category", sa.Text),
        sa.Column("funds", postgresql.ARRAY(sa.Text), nullable=False),
        sa.Column("amount_fen", sa.BigInteger, nullable=False),
        sa.Column("batch_id", sa.Text),
        sa.Column("applied_on", sa.Date),
        sa.Column("paid_on", sa.Date),
        sa.Column("self_paid_fen", sa.BigInteger, nullable=False),
        sa.Column("self_paid_on", sa.Date),
        sa.Column("refunded_fen", sa.BigInteger, nullable=False),
        sa.Column("refunded_on", sa.Date),
    )
    op.create_index("premiums_of_batch", "premiums", ["batch_id"])
    op.create_index("premiums_of_area", "premiums", ["area", "year", "person_id"])


def create_batches() -> None:
    op.create_table(
        "premium_batches",
        sa.Column("batch_id", sa.Text, primary_key=True),
        sa.Column("county", sa.Text, nullable=False),
        sa.Column("area", sa.Text, nullable=False),
        sa.Column("year", sa.SmallInteger, nullable=False),
        sa.Column("funds", postgresql.ARRAY(sa.Text), nullable=False),
        sa.Column("persons", sa.Integer, nullable=False),
        sa.Column("total_fen", sa.BigInteger, nullable=False),
        sa.Column("applied_on", sa.Date, nullable=False),
        sa.Column("applied_by", sa.Text, nullable=False),
    )
    op.create_index("premium_batches_of_county", "premium_batches", ["county", "year", "batch_id"])
    op.create_table(
        "premium_batch_ends",
        sa.Column("batch_id", sa.Text, primary_key=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("ended_on", sa.Date, nullable=False),
        sa.Column("reference", sa.Text, nullable=False),
    )
