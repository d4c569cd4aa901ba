"""Scans of papers: keys of people, sealed contents, who was erased, and who looked."""

from alembic import op

from kernel.running.scans.migration import add_scans

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_scans(op)
