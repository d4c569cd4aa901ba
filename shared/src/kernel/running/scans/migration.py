"""The first revision of scans, which every service that takes them in has among its own."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql


def _made_at() -> sa.Column[datetime]:
    return sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.clock_timestamp())


def add_scans(op: Any) -> None:
    """The tables of scans, as they were in version 1, for a service that takes scans in."""
    op.create_table(
        "scan_keys",
        sa.Column("person_id", sa.Text, primary_key=True),
        sa.Column("key_id", sa.Text, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        _made_at(),
    )
    op.create_table(
        "scan_contents",
        sa.Column("scan_id", sa.Text, primary_key=True),
        sa.Column("person_id", sa.Text, sa.ForeignKey("scan_keys.person_id", ondelete="CASCADE"), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        _made_at(),
    )
    op.create_index("scan_contents_of_person", "scan_contents", ["person_id"])
    op.create_table("scan_erasures", sa.Column("person_id", sa.Text, primary_key=True))
    op.create_table(
        "scan_looks",
        sa.Column("look_id", sa.Text, primary_key=True),
        sa.Column("subject_id", sa.Text, nullable=False),
        sa.Column("scan_id", sa.Text, nullable=False),
        sa.Column("seen_by", sa.Text, nullable=False),
        sa.Column("organisation", sa.Text),
        sa.Column("roles", postgresql.ARRAY(sa.Text), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("scan_looks_of_subject", "scan_looks", ["subject_id", "seen_at", "look_id"])
