"""Payment lists: what was received, how it ended, what its rows say; and which list a comparison was made with."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_lists()
    create_payments()
    op.add_column("comparisons", sa.Column("payment_list_id", sa.Text))


def create_lists() -> None:
    op.create_table(
        "payment_lists",
        sa.Column("list_id", sa.Text, primary_key=True),
        sa.Column("area", sa.Text, nullable=False),
        sa.Column("month", sa.Text, nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_by", sa.Text, nullable=False),
        sa.Column("media_type", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("file_name", sa.Text),
    )
    op.create_index("payment_lists_of_month", "payment_lists", ["month", "area"])
    op.create_table(
        "payment_list_ends",
        sa.Column("list_id", sa.Text, primary_key=True),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("problem", postgresql.JSONB),
        sa.Column("outcomes", postgresql.JSONB),
    )


def create_payments() -> None:
    op.create_table(
        "payment_groups",
        sa.Column("list_id", sa.Text, primary_key=True),
        sa.Column("first_row", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("last_row", sa.Integer, nullable=False),
        sa.Column("unmarked", sa.Integer, nullable=False),
    )
    op.create_table(
        "payments",
        sa.Column("list_id", sa.Text, primary_key=True),
        sa.Column("row", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("person_id", sa.Text),
        sa.Column("area", sa.Text),
        sa.Column("place", sa.Text),
        sa.Column("year", sa.SmallInteger),
        sa.Column("paid_on", sa.Date),
        sa.Column("amount_fen", sa.BigInteger),
        sa.Column("name", sa.Text),
        sa.Column("marked", sa.Boolean, nullable=False),
        sa.Column("code", sa.Text),
        sa.Column("detail", sa.Text),
    )
    op.create_index("payments_by_outcome", "payments", ["list_id", "outcome", "row"])
    op.create_table(
        "payment_staging",
        sa.Column("list_id", sa.Text, primary_key=True),
        sa.Column("row", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("number_hash", sa.Text, nullable=False),
        sa.Column("name_hash", sa.Text, nullable=False),
        sa.Column("area", sa.Text, nullable=False),
        sa.Column("year", sa.SmallInteger, nullable=False),
        sa.Column("code", sa.Text),
        sa.Column("detail", sa.Text),
        prefixes=["UNLOGGED"],
    )
