"""Eighteenth revision: who saw personal data in the clear."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A new table: an older program goes on beside this one."""
    op.create_table(
        "data_looks",
        sa.Column("look_id", sa.Text, primary_key=True),
        sa.Column("seen_by", sa.Text, nullable=False),
        sa.Column("organisation", sa.Text),
        sa.Column("roles", postgresql.ARRAY(sa.Text), nullable=False),
        sa.Column("seen_for", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("person_ids", postgresql.ARRAY(sa.Text), nullable=False),
        sa.Column("batch_id", sa.Text),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("data_looks_of_persons", "data_looks", ["person_ids"], postgresql_using="gin")
    op.create_index(
        "data_looks_of_batch",
        "data_looks",
        ["batch_id", "seen_at"],
        postgresql_where=sa.text("batch_id IS NOT NULL"),
    )
