"""Reports that were made, and who read them; what was taken back is found by its moment."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """New tables, and an index beside whoever writes."""
    op.create_table(
        "report_looks",
        sa.Column("look_id", sa.Uuid, primary_key=True),
        sa.Column("report", sa.Text, nullable=False),
        sa.Column("area", sa.Text, nullable=False),
        sa.Column("period", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("read_by", sa.Text, nullable=False),
        sa.Column("read_on", sa.Date, nullable=False),
    )
    op.create_index("report_looks_of_report", "report_looks", ["report", "area", "period", "read_on"])
    op.create_table(
        "reports_made",
        sa.Column("report", sa.Text, primary_key=True),
        sa.Column("area", sa.Text, primary_key=True),
        sa.Column("period", sa.Text, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("lines", sa.Integer, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("made_on", sa.Date, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("due_on", sa.Date),
        sa.Column("in_time", sa.Boolean, nullable=False),
    )
    with op.get_context().autocommit_block():
        beside: dict[str, Any] = {"postgresql_concurrently": True, "if_not_exists": True}
        op.create_index("bill_revocations_at", "bill_revocations", ["revoked_at"], **beside)
