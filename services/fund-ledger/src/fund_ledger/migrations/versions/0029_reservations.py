"""Money that is kept for somebody."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """New tables only."""
    op.create_table(
        "reservations",
        sa.Column("reservation_id", sa.Text, primary_key=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("county", "about")),
        sa.Column("lines", postgresql.JSONB, nullable=False),
        sa.Column("expires_on", sa.Date, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("reserved_on", sa.Date, nullable=False),
        sa.Column("reserved_by", sa.Text, nullable=False),
        sa.Column("ended_on", sa.Date),
        sa.Column("ended_by", sa.Text),
        sa.Column("reason", sa.Text),
    )
    op.create_index("reservations_county", "reservations", ["county", "status", "reservation_id"])
    op.create_table(
        "reserved_lines",
        sa.Column("reservation_id", sa.Text, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("bank", sa.Text, nullable=False),
        sa.Column("kept_fen", sa.BigInteger, nullable=False),
        sa.Column("expires_on", sa.Date, nullable=False),
    )
    op.create_index(
        "reserved_lines_kept", "reserved_lines", ["bank", "expires_on"], postgresql_where=sa.text("kept_fen > 0")
    )
