"""Twenty-first revision: keys of departments' machines, and signatures that were used."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """New tables: an older program goes on beside this one."""
    op.create_table(
        "sender_keys",
        sa.Column("key_id", sa.Text, primary_key=True),
        sa.Column("department", sa.Text, nullable=False),
        sa.Column("divisions", postgresql.ARRAY(sa.Text)),
        sa.Column("public_key", sa.Text, nullable=False),
        sa.Column("registered_by", sa.Text, nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_by", sa.Text),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
    )
    op.create_table(
        "used_signatures",
        sa.Column("signature_hash", sa.Text, primary_key=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("used_signatures_by_age", "used_signatures", ["used_at"])
