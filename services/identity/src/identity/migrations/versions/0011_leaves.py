"""Entries of the log have a hash in its tree, keys and tokens their moment; those from before have none."""

from alembic import op

from kernel.running.migrations import add_leaves

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns."""
    add_leaves(op)
    # The default is set apart from the column: only then no row is written anew.
    for table in ("person_keys", "number_tokens"):
        op.execute(f"ALTER TABLE {table} ADD COLUMN created_at timestamptz")
        op.execute(f"ALTER TABLE {table} ALTER COLUMN created_at SET DEFAULT clock_timestamp()")
