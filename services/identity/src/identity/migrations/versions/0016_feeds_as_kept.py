"""Lists bound to a group, what reading a file told, what is compared of its rows, and hashes of registered names."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("feed_batches", sa.Column("group", sa.Text))
    op.add_column("feed_readings", sa.Column("told", postgresql.JSONB))
    for column in ("county", "phone_hash", "address_hash"):
        op.add_column("feed_rows", sa.Column(column, sa.Text))
    op.create_table(
        "name_hashes",
        sa.Column("person_id", sa.Text, primary_key=True),
        sa.Column("of", sa.LargeBinary, nullable=False),
        sa.Column("name_hash", sa.Text, nullable=False),
    )
    op.create_table(
        "person_moves",
        sa.Column("person_id", sa.Text, primary_key=True),
        sa.Column("revision", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("formerly", sa.Text, nullable=False),
        sa.Column("county", sa.Text, nullable=False),
        sa.Column("told_by", sa.Text, nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("person_moves_from", "person_moves", ["formerly", "moved_at"])
    op.create_table(
        "feed_words",
        sa.Column("department", sa.Text, primary_key=True),
        sa.Column("office", sa.Text, primary_key=True),
        sa.Column("kept_at", sa.DateTime(timezone=True), primary_key=True),
        sa.Column("kept", postgresql.JSONB, nullable=False),
        sa.Column("kept_by", sa.Text, nullable=False),
    )
