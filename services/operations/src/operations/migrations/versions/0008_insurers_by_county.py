"""A file of an insurer for each county in which it is active."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A new table with what is known; the one before stays for an older program that goes on beside this one."""
    op.create_table(
        "insurer_files",
        sa.Column("county", sa.Text, primary_key=True),
        sa.Column("insurer_id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("qualification", sa.Text, nullable=False),
        sa.Column("qualified_until", sa.Date, nullable=False),
        sa.Column("terms", JSONB, nullable=False),
        sa.Column("checks", JSONB, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_index("insurer_files_of_insurer", "insurer_files", ["insurer_id", "county"])
    columns = "county, insurer_id, name, qualification, qualified_until, terms, checks, version"
    op.execute(f"INSERT INTO insurer_files ({columns}) SELECT {columns} FROM insurers")
