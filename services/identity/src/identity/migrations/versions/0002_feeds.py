"""Feed batches: what became of them, and the working tables in which a file is compared."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_batches()
    create_spool()
    create_lines()


def create_batches() -> None:
    op.create_table(
        "feed_batches",
        sa.Column("batch_id", sa.Text, primary_key=True),
        sa.Column("department", sa.Text, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("category", sa.Text),
        sa.Column("area", sa.Text),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_by", sa.Text, nullable=False),
        sa.Column("media_type", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("file_name", sa.Text),
        sa.UniqueConstraint("department", "number", name="feed_batches_number"),
    )
    op.create_table(
        "feed_readings",
        sa.Column("batch_id", sa.Text, primary_key=True),
        sa.Column("held", sa.Boolean, nullable=False),
        sa.Column("counts", postgresql.JSONB, nullable=False),
    )
    op.create_table(
        "feed_judgements",
        sa.Column("batch_id", sa.Text, primary_key=True),
        sa.Column("judgement", sa.Text, nullable=False),
        sa.Column("judged_by", sa.Text, nullable=False),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.create_table(
        "feed_endings",
        sa.Column("batch_id", sa.Text, primary_key=True),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("problem", postgresql.JSONB),
        sa.Column("outcomes", postgresql.JSONB),
    )


def create_spool() -> None:
    op.create_table(
        "feed_spool",
        sa.Column("upload_id", sa.Text, primary_key=True),
        sa.Column("piece", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
    )
    # Ciphertext does not compress, so PostgreSQL need not try.
    op.execute("ALTER TABLE feed_spool ALTER COLUMN sealed SET STORAGE EXTERNAL")
    op.create_table(
        "feed_spool_keys",
        sa.Column("spool_id", sa.Text, primary_key=True),
        sa.Column("upload_id", sa.Text, nullable=False),
        sa.Column("key_id", sa.Text, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )


def create_lines() -> None:
    op.create_table(
        "feed_rows",
        sa.Column("batch_id", sa.Text, nullable=False),
        sa.Column("row", sa.Integer, nullable=False),
        sa.Column("number_hash", sa.Text),
        sa.Column("name_hash", sa.Text),
        sa.Column("category", sa.Text),
        sa.Column("group", sa.Text),
        sa.Column("poverty_status", sa.Text),
        sa.Column("exit_date", sa.Date),
        sa.Column("valid_from", sa.Date),
        sa.Column("valid_to", sa.Date),
        sa.Column("died_on", sa.Date),
        sa.Column("code", sa.Text),
        sa.Column("detail", sa.Text),
        prefixes=["UNLOGGED"],
    )
    op.create_table(
        "feed_lines",
        sa.Column("batch_id", sa.Text, primary_key=True),
        sa.Column("line", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("row", sa.Integer),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("code", sa.Text),
        sa.Column("detail", sa.Text),
        sa.Column("person_id", sa.Text),
        sa.Column("membership_id", sa.Text),
    )
    op.create_index("feed_lines_outcome", "feed_lines", ["batch_id", "outcome", "line"])
    op.create_table(
        "feed_progress",
        sa.Column("batch_id", sa.Text, primary_key=True),
        sa.Column("rows_read", sa.Integer, nullable=False),
        sa.Column("lines_applied", sa.Integer, nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
    )
